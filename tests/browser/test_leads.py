"""Where a link of a message leads, and what a file of it is, is told before anybody follows it, whatever its sender wrote."""

from collections.abc import Callable
from email.message import EmailMessage

from playwright.sync_api import Page, expect

from tests.browser.conftest import Mail, MailFolder, Office
from tests.web.mailroom import store

RAW = """\
From: "kontakt@bank.pl" <a7@evil.example>
Subject: Bank
Content-Type: text/html; charset=utf-8

<p>Prosimy potwierdzić:</p>
<p><a href="https://evil.example/login?a=1" title="https://www.bank.pl/login">https://www.bank.pl/login</a></p>
<p><a href="https://www.bank.pl@xn--pple-43d.com:8443/x" title="https://bank.pl">bank</a></p>
"""


def test_a_line_below_tells_the_host_of_a_link_under_the_pointer_or_with_the_keyboard(
    page: Page, office: Office, open_folder: Callable[[MailFolder], Mail]
) -> None:
    made = office.folder("odsylacze", 0)
    for raw in ("Subject: Obok\n\nBez adresów.\n", RAW):
        store(made.folder, raw.replace("\n", "\r\n").encode())
    open_folder(made).press("j")
    line, link = page.locator(".leads"), page.frame_locator("#frame").get_by_role("link")
    expect(line).to_be_hidden()
    link.nth(0).hover()
    expect(line).to_have_text("evil.example/login?a=1")
    link.nth(1).focus()
    expect(line).to_have_text("xn--pple-43d.com:8443/x")
    expect(line.locator("strong")).to_have_text("xn--pple-43d.com")
    page.keyboard.press("j")
    expect(page.locator("#pane-head h1")).to_have_text("Obok")
    expect(line).to_be_hidden()


def test_a_message_on_a_page_of_its_own_has_the_line_too(page: Page, office: Office) -> None:
    message = store(office.folder("odsylacz", 0).folder, RAW.replace("\n", "\r\n").encode())
    page.goto(f"/messages/{message.public_id}/")
    page.frame_locator(".body-frame").get_by_role("link").first.focus()
    expect(page.locator(".leads")).to_have_text("evil.example/login?a=1")


def test_a_file_s_ending_is_seen_however_long_its_name_is(page: Page, office: Office) -> None:
    letter = EmailMessage()
    letter["From"], letter["Subject"] = "Jan <jan@klient.example>", "Pismo"
    letter.set_content("W załączeniu.\n")
    letter.add_attachment(b"MZ", "application", "pdf", filename=f"{'Odpowiedź-na-pozew-' * 6}podpisana.pdf.exe")
    message = store(office.folder("nazwy", 0).folder, letter.as_bytes())
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"/messages/{message.public_id}/")
    name = page.locator(".attachments .file-name")
    expect(name).to_contain_text(".pdf.exe")
    assert name.evaluate("name => name.scrollWidth <= name.clientWidth && name.scrollHeight <= name.clientHeight")
