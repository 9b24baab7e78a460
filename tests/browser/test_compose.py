"""Writing a letter as a person does: nothing is lost whatever happens to the window, and questions come on a risk alone."""

import re
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from teczka.actions.answers import begin_from
from teczka.actions.drafts import Beginning, begin_new
from teczka.actions.identities import add_identity, ensure_identities, save_identity
from teczka.actions.pins import pin_case
from teczka.actions.templates import save_template
from teczka.core.outgoing import Origin
from teczka.store.models import Account, Enclosure, Outgoing, User
from teczka.store.queries.identities import senders
from teczka.store.viewer import as_user
from tests.browser.conftest import Office, intercept
from tests.browser.test_pages import check
from tests.cases import make_case, upload
from tests.cast import make_account, make_folder
from tests.processes import until
from tests.web.mailroom import store

SENDING = {"smtp_host": "127.0.0.1", "smtp_port": 465, "smtp_security": "tls", "state": "working"}
RAW = """\
From: Jan Kowal <jan@klient.example>
To: Anna Lipowska <pisze@lipowa.example>, Ewa Nowak <ewa@inna.example>
Subject: Pozew
Message-ID: <pozew@klient.example>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<div style="color:#800000">Proszę o odpowiedź.</div><script>alert(1)</script>
""".replace("\n", "\r\n").encode()
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # a red one
PASTE = """([mime, data]) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "zrzut.png", { type: mime }));
  const event = new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true });
  document.getElementById("editor").dispatchEvent(event);
}"""

OFFERED = [{"name": f"Osoba {number}", "address": f"o{number}@tlum.example"} for number in range(8)]
PASTE_TEXT = """(field, text) => {
  const carried = new DataTransfer();
  carried.setData("text/plain", text);
  field.focus();
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def account(office: Office) -> Account:
    made = make_account(office.cast.anna, "pisze@lipowa.example", **SENDING)
    make_folder(made)
    return made


@pytest.fixture
def begin(office: Office, account: Account, page: Page) -> Iterator[Callable[..., UUID]]:
    """A letter, opened in the page."""

    def begun(**first: object) -> UUID:
        row = begin_new(office.cast.anna, account.public_id, Beginning(**first))  # type: ignore[arg-type]
        return opened(page, row)

    return begun


def opened(page: Page, row: Outgoing) -> UUID:
    page.goto(f"/compose/{row.public_id}/")
    expect(page.locator("#editor")).to_be_visible()
    return row.public_id


def row(owner: User, draft: UUID) -> Outgoing:
    with as_user(owner.pk):
        return Outgoing.objects.get(public_id=draft)


def write(page: Page, text: str) -> None:
    page.locator("#editor").press("Control+Home")
    page.keyboard.type(text)


def saved(owner: User, draft: UUID, text: str) -> None:
    until(lambda: text in row(owner, draft).html, what=text)


def test_a_letter_saves_itself_and_outlives_its_window(
    context: BrowserContext, page: Page, office: Office, begin: Callable[..., UUID]
) -> None:
    draft = begin()
    lost = context.new_page()
    lost.goto(f"/compose/{draft}/")
    lost.locator("#subject").fill("Pozew o zapłatę")
    write(lost, "Pierwsze zdanie.")
    saved(office.cast.anna, draft, "Pierwsze zdanie.")
    expect(lost.locator("#saved")).to_contain_text("Zapisano")
    intercept(lost, re.compile("/(save|keep)/"), lambda route: route.abort())  # the line breaks, and then the browser
    write(lost, "Drugie zdanie. ")
    expect(lost.locator("#saved [class=unsaved]")).to_be_visible()
    lost.wait_for_function("() => Object.values(localStorage).some((copy) => copy.includes('Drugie zdanie.'))")
    lost.evaluate("navigator.sendBeacon = () => false")
    lost.close(run_before_unload=False)
    page.reload()
    expect(page.locator("#editor")).to_contain_text("Drugie zdanie.")
    expect(page.locator(".t-restored")).to_be_visible()
    saved(office.cast.anna, draft, "Drugie zdanie.")
    page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('draft'))")


def test_two_windows_lose_nothing_of_each_other(
    context: BrowserContext, page: Page, office: Office, begin: Callable[..., UUID]
) -> None:
    draft = begin()
    other = context.new_page()
    other.goto(f"/compose/{draft}/")
    write(other, "Z drugiego okna.")
    saved(office.cast.anna, draft, "Z drugiego okna.")
    write(page, "Z pierwszego okna.")
    with context.expect_page() as shown:
        page.locator(".t-stale [data-both]").click()
    expect(shown.value.locator("#editor")).to_contain_text("Z drugiego okna.")
    page.wait_for_url(lambda url: str(draft) not in url)
    expect(page.locator("#editor")).to_contain_text("Z pierwszego okna.")
    assert "Z drugiego okna." in row(office.cast.anna, draft).html


def test_a_session_that_ended_is_begun_anew_beside_the_letter(
    context: BrowserContext, page: Page, office: Office, begin: Callable[..., UUID]
) -> None:
    draft = begin()
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    write(page, "Napisane bez sesji.")
    expect(page.locator("#signin-dialog")).to_be_visible()
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(office.cast.anna), "url": office.site.url}]
    )
    expect(page.locator("#signin-dialog")).to_be_hidden()
    saved(office.cast.anna, draft, "Napisane bez sesji.")


def test_recipients_become_chips_however_they_come(page: Page, office: Office, begin: Callable[..., UUID]) -> None:
    draft = begin()
    field = page.locator("#field-to")
    field.fill("jan.zeton@klient.example")  # whom no other test has written to
    field.press("Tab")
    expect(page.locator(".chip")).to_have_count(1)
    page.locator("#field-to").evaluate(
        """(field) => {
          const carried = new DataTransfer();
          carried.setData("text/plain", 'Strony: "Nowak, Ewa" <ewa@żółw.example>;\\nzła-pisownia@\\njan.zeton@klient.example');
          field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator(".chip")).to_have_count(4)
    expect(page.locator(".chip.wrong")).to_have_count(1)
    field.press("Backspace")  # chooses the last
    page.keyboard.press("Backspace")
    expect(page.locator(".chip")).to_have_count(3)
    people = [["", "jan.zeton@klient.example"], ["Nowak, Ewa", "ewa@żółw.example"], ["", "zła-pisownia@"]]
    until(lambda: row(office.cast.anna, draft).recipients["to"] == people, what="the recipients")


def test_a_pasted_table_is_one_recipient_a_row_with_its_own_name(
    page: Page, office: Office, begin: Callable[..., UUID]
) -> None:
    draft = begin()
    field = page.locator("#field-to")
    field.evaluate(PASTE_TEXT, "jan@wiersz.example\tJan\tNowak\r\nola@wiersz.example\tOla\tKowal\r\n")
    expect(page.locator(".chip > [data-field=who]")).to_have_text(["Jan Nowak", "Ola Kowal"])
    intercept(page, "**/compose/people/", lambda route: route.abort())
    field.evaluate(PASTE_TEXT, "e@wiersz.example\r\nf@wiersz.example\r\nGraf;g@wiersz.example")
    expect(page.locator(".chip")).to_have_count(5)
    addresses = [f"{name}@wiersz.example" for name in ("jan", "ola", "e", "f", "g")]
    people = [list(pair) for pair in zip(["Jan Nowak", "Ola Kowal", "", "", "Graf"], addresses, strict=True)]
    until(lambda: row(office.cast.anna, draft).recipients["to"] == people, what="the recipients")


@pytest.mark.parametrize("width", [1280, 360])
def test_hundreds_of_recipients_leave_room_for_the_letter(page: Page, begin: Callable[..., UUID], width: int) -> None:
    begin(recipients={"to": [["", f"k{number}@klient.example"] for number in range(300)]})
    page.set_viewport_size({"width": width, "height": 740})
    expect(page.locator(".chip")).to_have_count(300)
    field = page.locator("#field-to")
    field.press_sequentially("jan@tlum.example,")
    expect(page.locator(".chip")).to_have_count(301)
    expect(field).to_be_in_viewport(ratio=0.9)
    expect(page.locator("#editor")).to_be_in_viewport(ratio=0.9)
    intercept(page, "**/compose/people/", lambda route: route.fulfill(json={"people": OFFERED}))
    page.reload()
    expect(page.locator(".chip").first).to_be_visible()
    field.press_sequentially("osoba")
    expect(page.locator(".offer")).to_have_count(8)
    cut = page.locator(".offer").evaluate_all(
        """offers => offers.filter(offer => {
          const { left, right, top, bottom } = offer.getBoundingClientRect();
          const seen = (x, y) => offer.contains(document.elementFromPoint(x, y));
          return !seen(left + 8, top + 4) || !seen(right - 8, bottom - 4);
        }).length"""
    )
    assert cut == 0


def test_over_a_keyboard_on_glass_a_letter_can_still_be_sent(page: Page, begin: Callable[..., UUID]) -> None:
    begin(recipients={"to": [["", f"k{number}@klient.example"] for number in range(9)]})
    assert "interactive-widget=resizes-content" in str(page.locator("[name=viewport]").get_attribute("content"))
    page.set_viewport_size({"width": 390, "height": 380})
    for place in ("#subject", "#editor"):
        page.locator(place).focus()
        expect(page.locator(".compose-foot .primary")).to_be_in_viewport(ratio=1)


def test_what_was_typed_after_a_pasted_table_is_taken_back_before_the_table(
    page: Page, begin: Callable[..., UUID]
) -> None:
    begin()
    editor = page.locator("#editor")
    editor.click()
    page.keyboard.type("Przed.")
    editor.evaluate(
        """(field) => {
          const carried = new DataTransfer();
          carried.setData("text/html", "<table><tbody><tr><td>Kwota</td></tr></tbody></table><p>po niej</p>");
          field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
        }"""
    )
    expect(editor.locator("td")).to_have_text("Kwota")
    page.evaluate("new Promise(done => setTimeout(done))")  # as long as a hand needs to the next key
    page.keyboard.type("potem")
    expect(editor).to_contain_text("niejpotem")
    page.keyboard.press("Control+z")
    expect(editor).not_to_contain_text("potem")
    expect(editor.locator("td")).to_have_text("Kwota")
    page.keyboard.press("Control+z")
    expect(editor.locator("td")).to_have_count(0)
    expect(editor).to_contain_text("Przed.")


def test_the_sender_is_changed_aloud_and_the_signature_with_it(
    page: Page, office: Office, account: Account, begin: Callable[..., UUID]
) -> None:
    anna = office.cast.anna
    ensure_identities(anna)
    first = next(one for one in senders(anna) if one.account_id == account.pk and one.first)
    save_identity(anna, first.public_id, "Anna", "", "", "<div>adw. Anna Lipowska</div>")
    add_identity(anna, account.public_id, "Biuro", "biuro@lipowa.example", "", "<div>Sekretariat</div>")
    draft = begin()
    expect(page.locator("#editor")).to_contain_text("adw. Anna Lipowska")
    second = next(one for one in senders(anna) if one.name == "Biuro")
    page.locator("#sender").select_option(str(second.public_id))
    expect(page.locator("#sender-said")).to_contain_text("biuro@lipowa.example")
    expect(page.locator("#editor")).to_contain_text("Sekretariat")
    expect(page.locator("#editor")).not_to_contain_text("adw. Anna Lipowska")
    saved(anna, draft, "Sekretariat")
    assert row(anna, draft).from_address == "biuro@lipowa.example"


def test_what_word_brings_is_words_without_its_looks_or_pictures_of_the_writers_disk(
    page: Page, begin: Callable[..., UUID]
) -> None:
    begin()
    page.locator("#editor").click()
    page.locator("#editor").evaluate(
        """(field) => {
          const carried = new DataTransfer();
          carried.setData("text/html", '<p class="MsoNormal" style="color:red">Wnoszę o <b>zapłatę</b>' +
            '<img src="file:///C:/tmp/clip_image001.png" width="9"></p>');
          field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#editor b")).to_have_text("zapłatę")
    expect(page.locator("#editor").locator("img, [style], [class]")).to_have_count(0)


def test_a_template_stands_as_it_was_written_and_is_taken_back_by_itself(
    page: Page, office: Office, begin: Callable[..., UUID]
) -> None:
    lines = "<div>Szanowni Państwo,</div><div>w załączeniu pismo.</div><ul><li>raz</li><li>dwa</li></ul>"
    save_template(office.cast.anna, None, "Pismo przewodnie", "", lines)
    begin()
    write(page, "Przed.")
    page.locator("[popovertarget=template-menu]").click()
    page.get_by_role("button", name="Pismo przewodnie").click()
    editor = page.locator("#editor")
    expect(editor).to_have_text(re.compile(r"Przed\.\s*Szanowni Państwo,\s*w załączeniu pismo\.\s*raz\s*dwa"))
    page.evaluate("new Promise(done => setTimeout(done))")
    page.keyboard.type("potem")
    page.keyboard.press("Control+z")
    expect(editor).to_contain_text("Szanowni Państwo")
    expect(editor).not_to_contain_text("potem")
    page.keyboard.press("Control+z")
    expect(editor).not_to_contain_text("Szanowni Państwo")
    expect(editor).to_contain_text("Przed.")


def test_a_changed_signature_is_taken_back_without_what_was_typed_before_it(
    page: Page, office: Office, account: Account, begin: Callable[..., UUID]
) -> None:
    anna = office.cast.anna
    ensure_identities(anna)
    add_identity(anna, account.public_id, "Koszty", "koszty@lipowa.example", "", "<div>Koszty: $1 za $&amp;</div>")
    begin()
    second = next(one for one in senders(anna) if one.name == "Koszty")
    first = page.locator("#sender").input_value()
    write(page, "Pierwsze drugie")
    page.locator("#sender").select_option(str(second.public_id))
    expect(page.locator("#editor")).to_contain_text("Koszty")
    page.locator("#editor").press("Control+z")
    expect(page.locator("#editor")).not_to_contain_text("Koszty")
    expect(page.locator("#editor")).to_contain_text("Pierwsze drugie")
    page.locator("#to-plain").click()
    page.locator("#text").fill("Słowa")
    for chosen in (first, str(second.public_id), first):
        page.locator("#sender").select_option(chosen)
    assert "Koszty" not in page.locator("#text").input_value()


def test_a_letter_made_plain_keeps_what_it_quotes(page: Page, office: Office, account: Account) -> None:
    message = store(make_folder(account, "Bez ozdób", ""), RAW.replace(b"<pozew@", b"<plain@"))
    draft = opened(page, begin_from(office.cast.anna, message.public_id, Origin.REPLY))
    write(page, "Odpowiedź.")
    page.locator("#to-plain").click()
    expect(page.locator("#quote")).to_have_count(0)
    expect(page.locator("#text")).to_have_value(re.compile(r"Odpowiedź\.[\s\S]*\n> Proszę o odpowiedź\."))
    until(lambda: "> Proszę o odpowiedź." in row(office.cast.anna, draft).text, what="the quote")
    page.locator("#to-rich").click()
    saved(office.cast.anna, draft, "Proszę o odpowiedź.")


def test_who_answers_all_by_the_switch_keeps_whom_they_named_and_is_asked_about_bcc(
    page: Page, office: Office, account: Account
) -> None:
    secret = RAW.replace(b"pisze@lipowa.example", b"ktos@inna.example").replace(b"<pozew@", b"<bcc@")
    message = store(make_folder(account, "Skrycie", ""), secret)
    draft = opened(page, begin_from(office.cast.anna, message.public_id, Origin.REPLY))
    page.locator("[data-shows=line-bcc]").click()
    page.locator("#field-bcc").fill("szef@lipowa.example,")
    expect(page.locator("#line-bcc .chip")).to_have_count(1)
    page.get_by_role("button", name="Odpowiedz wszystkim (3)").click()
    expect(page.locator("#line-to .chip")).to_have_count(3)
    expect(page.locator("#line-bcc .chip")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#risks")).to_contain_text("w ukrytej kopii")
    assert row(office.cast.anna, draft).state == "draft"


def test_a_pasted_picture_that_would_not_go_is_not_shown_and_the_letters_own_stays(
    page: Page, begin: Callable[..., UUID]
) -> None:
    begin()
    page.locator("#editor").click()
    page.evaluate(PASTE, ["image/png", PIXEL])
    own = page.locator("#editor img")
    expect(own).to_have_attribute("src", re.compile(r"/compose/.*/files/"))
    page.locator("#editor").evaluate(
        """(field) => {
          const carried = new DataTransfer();
          const own = field.querySelector("img").src;
          carried.setData("text/html", `<p>dwa: <img src="${own}"> <img src="/messages/1/parts/2/"></p>`);
          field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#editor")).to_contain_text("dwa:")
    sources = {one.get_attribute("src") for one in own.all()}
    assert len(sources) == 1
    assert sources.pop().startswith("/compose/")  # type: ignore[union-attr]
    expect(own).to_have_count(2)


def test_files_are_sent_up_stopped_pasted_and_encrypted(page: Page, office: Office, begin: Callable[..., UUID]) -> None:
    draft = begin(recipients={"to": [["Jan", "jan@klient.example"]]}, subject="Pliki")
    page.locator("#editor").click()
    page.evaluate(PASTE, ["image/png", PIXEL])
    picture = page.locator("#editor img")
    expect(picture).to_have_attribute("src", re.compile(r"/compose/.*/files/"))
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 1
    held: list[Route] = []
    uploads = re.compile(r"/files/\?name=")

    def hold(route: Route) -> None:
        held.append(route)

    intercept(page, uploads, hold)
    page.locator("#file").set_input_files({"name": "duży.bin", "mimeType": "application/zip", "buffer": b"x" * 1000})
    page.locator("#files li", has_text="duży.bin").get_by_role("button").click()
    expect(page.locator("#files li", has_text="duży.bin")).to_have_count(0)
    page.unroute(uploads)
    page.locator("#file").set_input_files({"name": "akta.pdf", "mimeType": "application/pdf", "buffer": b"y" * 1000})
    expect(page.locator("#files a", has_text="akta.pdf")).to_be_visible()
    page.locator("button[value=zip]").click()
    expect(page.locator("#zip-password")).to_have_value(re.compile(r"^(\w{5}-){3}\w{5}$"))
    page.locator("#zip-dialog .primary").click()
    expect(page.locator("#files a:visible")).to_have_text(["Załączniki.zip"])
    saved(office.cast.anna, draft, 'src="cid:')
    with as_user(office.cast.anna.pk):
        kinds = set(Enclosure.objects.filter(outgoing__public_id=draft).values_list("content_type", "inline"))
    assert kinds == {("image/png", True), ("application/zip", False)}


def test_an_answer_folds_what_it_quotes_and_asks_on_a_risk_alone(page: Page, office: Office, account: Account) -> None:
    message = store(make_folder(account, "Odpowiedzi", ""), RAW)
    draft = opened(page, begin_from(office.cast.anna, message.public_id, Origin.REPLY))
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator("#editor")).not_to_contain_text("Proszę o odpowiedź")
    page.get_by_role("button", name="Odpowiedz wszystkim (2)").click()
    expect(page.locator(".chip")).to_have_count(2)
    expect(page.get_by_role("button", name="Usuń z listy: Ewa Nowak")).to_have_count(1)
    expect(page.locator(".chip", has_text="Anna")).to_have_count(0)
    write(page, "W załączeniu odpowiedź.")
    page.locator("#quote summary").click()
    expect(page.locator("#editor blockquote")).to_contain_text("Proszę o odpowiedź.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#risks li")).to_have_text(["Mowa o załączniku, ale nic nie dołączono."])
    expect(page.locator("#risk-title")).to_be_focused()  # however long it is, it is read from its beginning
    page.keyboard.press("Escape")
    expect(page.locator("#risk-dialog")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    page.locator("#risk-dialog button[value=send]").click()
    expect(page.locator("#undo")).to_be_visible()
    sent = row(office.cast.anna, draft)
    assert (sent.state, sent.references) == ("held", ["pozew@klient.example"])
    assert [address for _name, address in sent.recipients["to"]] == ["jan@klient.example", "ewa@inna.example"]
    assert "script" not in sent.html
    assert "Proszę o odpowiedź." in sent.html
    expect(page.locator("#left")).not_to_be_empty()  # its script hears the keys
    page.keyboard.press("z")
    expect(page.locator("#editor")).to_contain_text("W załączeniu odpowiedź.")


def test_letters_are_written_beside_the_mail(page: Page, office: Office, account: Account) -> None:
    folder = make_folder(account, "Obok", "")
    store(folder, RAW.replace("Proszę".encode(), b'<a href="mailto:ewa@inna.example?subject=Akta">Ewa</a>'))
    page.goto(f"/folders/{folder.public_id}/")
    expect(page.locator("#rows .spacer").first).to_be_attached()
    page.get_by_role("row").locator("[data-field=from]").click()
    page.frame_locator("#frame").get_by_role("link", name="Ewa").click()
    letter = page.frame_locator("#dock iframe").first
    expect(letter.locator(".chip")).to_have_text("ewa@inna.example")
    expect(letter.locator("#subject")).to_have_value("Akta")
    page.locator("#rows").focus()
    page.keyboard.press("c")
    expect(page.locator("#dock iframe")).to_have_count(2)
    expect(letter.locator("#subject")).to_have_value("")  # the newest stands first
    letter.locator("#field-to").fill("jan@klient.example")
    letter.locator("#subject").fill("Drugi list")
    letter.locator("#editor").press("Control+Home")
    page.keyboard.type("Dzień dobry.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dock iframe.toast")).to_have_count(1)
    page.locator("#rows").focus()
    page.keyboard.press("z")  # what was done last
    expect(letter.locator("#editor")).to_contain_text("Dzień dobry.")
    expect(page.locator("#dock iframe.toast")).to_have_count(0)
    letter.locator("#editor").press("Escape")
    expect(page.locator("#dock iframe")).to_have_count(1)
    assert "Drugi list" in page.context.request.get("/outbox/").text()


def test_a_document_of_the_case_is_attached_before_the_case_is_saved(
    page: Page, office: Office, begin: Callable[..., UUID]
) -> None:
    anna = office.cast.anna
    case = make_case(anna, "Kowalski p. Żak, zapłata")
    upload(case, anna, "umowa.pdf")
    pin_case(anna, case.public_id)
    draft = begin(subject="Z dokumentem")
    page.locator("#case").select_option("?")
    expect(page.get_by_role("dialog", name="Wybierz sprawę listu").get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("#case").select_option(str(case.public_id))
    page.locator("button[value=pick]").click()
    picked = page.locator("#picked")
    expect(picked).to_contain_text("Dokumenty sprawy „Kowalski p. Żak, zapłata”")
    page.locator("#pick-query").fill("wyrok")
    page.locator("#pick-search").click()
    expect(picked).to_contain_text("Nie znaleziono takiego dokumentu.")
    page.locator("#pick-query").fill("umowa")
    page.locator("#pick-search").click()
    picked.get_by_role("button", name="umowa.pdf").click()
    expect(page.locator("#files")).to_contain_text("umowa.pdf")
    with as_user(anna.pk):
        assert Enclosure.objects.filter(outgoing__public_id=draft).count() == 1


def test_c_begins_a_letter_on_every_page_and_is_a_letter_in_a_field(page: Page, account: Account) -> None:
    page.goto("/cases/new/")
    page.locator("main input[type=text]").first.focus()
    page.keyboard.press("c")
    expect(page.locator("main input[type=text]").first).to_have_value("c")
    page.locator("main").focus()
    page.keyboard.press("c")
    page.wait_for_url("**/compose/*/")
    expect(page.locator("#editor")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "looks"), [("pl", [("light", 1280), ("dark", 360)]), ("en", [("dark", 1280), ("light", 360)])]
)
def test_everybody_can_write(browser: Browser, office: Office, language: str, looks: list[tuple[str, int]]) -> None:
    anna = User.objects.create_user(
        f"pisze-{language}@lipowa.example", office=office.cast.office, name="Pisząca Osoba", language=language
    )
    account = make_account(anna, f"pisze-{language}@lipowa.example", **SENDING)
    message = store(make_folder(account), RAW)
    people = {"to": [["Jan Kowal o bardzo długim nazwisku", "jan.o.dlugim.adresie@klient-kancelarii.example"]] * 3}
    draft = begin_new(anna, None, Beginning(recipients=people, subject="Bardzo długi temat listu " * 5))
    answer = begin_from(anna, message.public_id, Origin.REPLY_ALL)
    context = browser.new_context(base_url=office.site.url)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(anna), "url": office.site.url}]
    )
    page = context.new_page()
    for scheme, width in looks:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 740})
        for row in (draft, answer):
            opened(page, row)
            expect(page.locator(".chip").first).to_be_visible()
            check(page)
        page.locator("[popovertarget=later-menu]").click()
        check(page)
        page.keyboard.press("Escape")
        page.locator("button[value=pick]").click()
        page.locator("#pick-dialog").wait_for()
        check(page)
        if (width == 360) is (language == "en"):  # each of them once wide and once narrow, in one language or the other
            continue
        letters = ("/outbox/", f"/outbox/{draft.public_id}/")
        for path in (*letters, "/settings/identities/", "/settings/templates/", "/settings/templates/add/"):
            page.goto(path)
            check(page)
    context.close()
