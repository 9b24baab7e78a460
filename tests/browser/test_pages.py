"""Every page as people meet it: in both languages, light and dark, on wide and narrow screens; with axe-core over each."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.cache import cache
from playwright.sync_api import Browser, Page, Response, expect

from teczka.store.models import Account, Folder, Message, User
from tests.browser.conftest import Office
from tests.cast import make_account, make_folder
from tests.web.mailroom import store

FIRST_VIEW = 60_000  # bytes, gzipped
# By name: WCAG 2.2's rule of target sizes is not among those that run unasked.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
# What a finger has to hit: not what stands within a sentence or a recipient, nor a row's words, the whole row leading there.
SMALL = """() => [...document.querySelectorAll("a, button, select, summary, input:not([type=checkbox], [type=radio])")]
  .filter(one => !one.matches(".skip, .brand, .row *, .chip *, .vh *, .vh") && one.checkVisibility({ visibilityProperty: true }))
  .filter(one => getComputedStyle(one).display !== "inline" && one.offsetWidth > 1 && one.getBoundingClientRect().height < 43.5)
  .map(one => one.outerHTML.slice(0, 120))"""
BAD_SIGN_IN = {"host": "imap.example", "username": "anna"}


@dataclass(frozen=True)
class Reader:
    person: User
    folder: Folder
    message: Message
    account: Account  # in trouble


def letter() -> bytes:
    made = EmailMessage()
    made["From"] = "Anna Nowak <a.nowak@adwokaci.example>"
    made["To"] = ", ".join(f"Osoba {number} <o{number}@rada.example>" for number in range(300))
    made["Subject"] = "Pozew o zapłatę – odpis wraz z załącznikami " * 4
    made["List-Unsubscribe"] = "<https://wypisz.adwokaci-o-bardzo-dlugiej-nazwie.example/u>"
    made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content("Szanowna Pani Mecenas,\n\nw załączeniu przesyłam odpis.\n")
    made.add_alternative('<p>w załączeniu <b>odpis</b><img src="https://tracker.example/p.gif"></p>', subtype="html")
    made.add_attachment(
        b"%PDF-1.4", "application", "pdf", filename="Pozew – bardzo długa nazwa pliku, która się nie zmieści.pdf"
    )
    return made.as_bytes()


def make_reader(office: Office, language: str) -> Reader:
    home = office.cast.office
    person = User.objects.create_user(
        f"czyta-{language}@lipowa.example", office=home, name="Czytająca Osoba", language=language
    )
    account = make_account(
        person,
        f"czyta-{language}@lipowa.example",
        state="fetching",
        provider_name="Poczta kancelarii",
        mode="managed",
    )
    folder = make_folder(account)
    for path, role in [("Sent", "sent"), ("Sądy", ""), ("Sądy/Rejonowy", "")]:
        make_folder(account, path, role)
    ill = make_account(
        person, "chora@lipowa.example", state="needs_owner", trouble="signin.refused", trouble_params=BAD_SIGN_IN
    )
    make_folder(ill, "INBOX", "inbox")
    for number in range(3):
        store(
            folder,
            f"From: Nadawca <n@x.example>\r\nSubject: Pismo {number}\r\n\r\nTekst.".encode(),
            seen=number == 1,
            flagged=number == 2,
        )
    return Reader(person, folder, store(folder, letter()), ill)


@pytest.fixture(scope="package")
def readers(office: Office) -> dict[str, Reader]:
    return {language: make_reader(office, language) for language in ("pl", "en")}


@pytest.fixture(
    params=[
        ("pl", "light", 1440),
        ("en", "dark", 1440),
        ("pl", "dark", 900),
        ("en", "light", 900),
        ("pl", "light", 360),
        ("en", "dark", 360),
    ]
)
def reading(
    request: pytest.FixtureRequest, browser: Browser, office: Office, readers: dict[str, Reader]
) -> Iterator[tuple[Page, Reader]]:
    language, scheme, width = request.param
    reader = readers[language]
    context = browser.new_context(
        viewport={"width": width, "height": 740},
        base_url=office.site.url,
        color_scheme=scheme,
        locale="pl-PL" if language == "pl" else "en-GB",
    )
    page = context.new_page()
    page.goto("/sign-in/")
    check(page)  # still at the door
    page.fill("#id_login", reader.person.email)
    page.fill("#id_password", "zle")
    page.click("main button")
    page.locator('[role="alert"]').wait_for()
    check(page)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(reader.person), "url": office.site.url}]
    )
    yield page, reader
    context.close()
    cache.clear()


def check(page: Page) -> None:
    """Nothing that axe-core finds, nothing that needs scrolling sideways or in two places, nothing too small for a finger where the
    screen is a telephone's: once the page is loaded and at rest."""
    page.wait_for_load_state()  # without its styles its colours are others
    page.emulate_media(reduced_motion="reduce")  # what is still sliding is where it will be
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(fault["id"], [node["html"][:120] for node in fault["nodes"]]) for fault in found] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url
    if page.locator("main.page").count():  # it scrolls by itself: if all did, its end would be an empty screen
        assert page.evaluate("document.documentElement.scrollHeight <= document.documentElement.clientHeight"), page.url
    if page.viewport_size and page.viewport_size["width"] < 700:
        assert page.evaluate(SMALL) == [], page.url


def test_every_page_can_be_used_by_everybody(reading: tuple[Page, Reader]) -> None:
    page, reader = reading
    folder = f"/folders/{reader.folder.public_id}/"
    for path in (folder, f"/messages/{reader.message.public_id}/", "/accounts/", "/nowhere/"):
        page.goto(path)
        check(page)
    page.goto(f"{folder}?m={reader.message.public_id}")
    check(page)
    page.click(".recipients summary")
    check(page)
    page.goto("/accounts/add/")
    page.click("main form .primary")
    page.locator(".field-error").first.wait_for()
    check(page)
    check_wizard(page)
    for name in ("edit", "check", "sign-in", "delete"):
        page.goto(f"/accounts/{reader.account.public_id}/{name}/")
        check(page)
    page.goto(folder)
    check_marked(page)
    check_drawer(page)


def check_marked(page: Page) -> None:
    page.locator("#rows [role=checkbox]").first.click()
    expect(page.locator("#bulk-more")).to_be_in_viewport(ratio=1)
    check(page)
    page.click("[data-action=mark-none]")
    whose = page.locator(".list-whose")
    assert whose.evaluate("name => name.scrollWidth <= name.clientWidth"), "whose mail it is, is cut"


def check_wizard(page: Page) -> None:
    page.fill("#id_address", "czyta@gmail.com")
    page.click("main form .primary")
    page.locator(".outcome").wait_for()
    check(page)
    page.click(".advanced summary")
    check(page)


def check_drawer(page: Page) -> None:
    """Where the folders have no room they open over the list."""
    if page.viewport_size and page.viewport_size["width"] >= 1100:
        assert page.locator("#tree").is_visible()
        return
    assert not page.locator("#tree").is_visible()
    page.click("a.drawer-only")
    page.wait_for_function("() => document.getElementById('side').getBoundingClientRect().left === 0")
    check(page)
    page.click("#side .narrow-only")
    page.locator("#tree").wait_for(state="hidden")
    page.click("a.drawer-only")
    page.keyboard.press("Escape")
    page.locator("#tree").wait_for(state="hidden")
    expect(page.locator("a.drawer-only")).to_be_focused()


def test_whoever_touches_a_wider_screen_has_targets_for_fingers(
    browser: Browser, office: Office, readers: dict[str, Reader]
) -> None:
    context = browser.new_context(
        base_url=office.site.url, has_touch=True, viewport={"width": 820, "height": 1180}, locale="pl-PL"
    )
    context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": office.site.cookie(readers["pl"].person),
                "url": office.site.url,
            }
        ]
    )
    page = context.new_page()
    for path in ("/accounts/", "/settings/", "/rules/add/"):
        page.goto(path)
        assert page.evaluate(SMALL) == [], path
    context.close()


def test_enlarged_to_four_times_a_list_says_whose_it_is_and_a_message_has_its_tools_in_a_line(
    page: Page, office: Office, readers: dict[str, Reader]
) -> None:
    reader = readers["pl"]
    cookie = office.site.cookie(reader.person)
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": office.site.url}])
    page.set_viewport_size({"width": 320, "height": 256})
    page.goto(f"/folders/{reader.folder.public_id}/")
    assert page.locator(".list-whose").evaluate("name => name.scrollWidth <= name.clientWidth")
    page.get_by_role("row").first.locator("[data-field=from]").click()
    expect(page.locator("#pane .toolbar button:visible")).not_to_have_count(0)
    tops = page.locator("#pane .toolbar button:visible").evaluate_all("tools => tools.map(tool => tool.offsetTop)")
    assert len(set(tops)) == 1


def test_mail_is_read_without_any_script(browser: Browser, office: Office, readers: dict[str, Reader]) -> None:
    reader = readers["pl"]
    context = browser.new_context(
        base_url=office.site.url, java_script_enabled=False, viewport={"width": 1280, "height": 800}
    )
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(reader.person), "url": office.site.url}]
    )
    page = context.new_page()
    page.goto(f"/folders/{reader.folder.public_id}/")
    page.get_by_role("link", name="Pozew o zapłatę").click()
    page.frame_locator("iframe.body-frame").get_by_text("w załączeniu").wait_for()
    context.close()


def test_the_first_view_is_light(page: Page, office: Office, readers: dict[str, Reader]) -> None:
    answers: dict[str, Response] = {}
    page.on("response", lambda answer: answers.setdefault(answer.url, answer))
    reader = readers["pl"]
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(reader.person), "url": office.site.url}]
    )
    page.goto(f"/folders/{reader.folder.public_id}/")
    expect(page.locator("#rows [role=row]").first).to_be_visible()
    weights = {url: len(gzip.compress(answer.body())) for url, answer in list(answers.items())}
    assert len(weights) >= 5
    assert len([url for url in weights if "/build/shared." in url]) == 1, "named alike by the page and by every script"
    assert sum(weights.values()) < FIRST_VIEW, weights
