"""Letters whose server is slow: what is pressed twice is done once, what comes late takes nothing from under somebody's hands."""

import re

import pytest
from playwright.sync_api import Dialog, FrameLocator, Page, Route, expect

from teczka.actions.drafts import Beginning, begin_new
from teczka.actions.uploads import drop_file
from teczka.store.models import Account, Enclosure, Folder, Outgoing
from teczka.store.viewer import as_user
from tests.browser.conftest import Office, intercept
from tests.browser.held import Held, read_through
from tests.browser.test_compose import SENDING, opened, row, saved, write
from tests.cast import make_account, make_folder
from tests.web.mailroom import store

LOADED = """({ ownerDocument: { readyState, defaultView } }) =>
  readyState === "complete" || new Promise((done) => defaultView.addEventListener("load", () => setTimeout(done, 0)))"""
TO = {"to": [["Jan", "jan@pozna.example"]]}


@pytest.fixture(scope="module")
def account(office: Office) -> Account:
    made = make_account(office.cast.anna, "pozna@lipowa.example", **SENDING)
    make_folder(made)
    return made


@pytest.fixture
def draft(office: Office, account: Account, page: Page) -> Outgoing:
    """Opened in the page."""
    made = begin_new(office.cast.anna, account.public_id, Beginning(recipients=TO, subject="Późny list"))
    opened(page, made)
    expect(page.locator(".chip")).to_have_count(1)
    return made


def newest(page: Page) -> FrameLocator:
    return page.frame_locator("#dock iframe").first


def test_sending_waits_for_the_last_of_several_that_save(page: Page, draft: Outgoing) -> None:
    """One that waited for a save took the next one's for done: the letter was told to have been changed in another window."""
    told: list[str] = []
    page.on("request", lambda request: told.append(request.url) if "/send/" in request.url else None)
    page.on("response", lambda answer: told.append(answer.url) if "/save/" in answer.url else None)
    saves = Held(page, "**/save/", times=2)
    write(page, "Pierwsze. ")
    page.locator("#subject").focus()  # what is left is saved
    saves.asked()
    write(page, "Drugie. ")
    page.locator("#subject").focus()
    page.keyboard.press("Control+Enter")
    saves.let_go()
    saves.asked(2)
    page.evaluate("() => new Promise((done) => setTimeout(done))")
    saves.let_go(1)
    expect(page.locator("#undo")).to_be_visible()
    assert [url.split("/")[-2] for url in told] == ["save", "save", "send"]


def test_what_is_pressed_twice_is_done_once(page: Page, draft: Outgoing) -> None:
    """The files went into a ZIP in a ZIP, and the inner one's password was shown to nobody."""
    page.locator("#file").set_input_files({"name": "akta.pdf", "mimeType": "application/pdf", "buffer": b"y" * 1000})
    expect(page.locator("#files a", has_text="akta.pdf")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/zip/" in request.url else None)
    zips = Held(page, "**/zip/")
    page.locator("button[value=zip]").dblclick()
    expect(page.locator(".compose-foot [value=send]")).to_have_css("opacity", "0.5")
    zips.let_go()
    expect(page.locator("#zip-password")).not_to_have_value("")
    assert len(asked) == 1
    expect(page.locator(".compose-foot [value=send]")).to_have_css("opacity", "1")


@pytest.mark.parametrize("act", ["zip", "pick"])
def test_what_nobody_answered_is_said_and_can_be_pressed_again(page: Page, draft: Outgoing, act: str) -> None:
    page.locator("#file").set_input_files({"name": "akta.pdf", "mimeType": "application/pdf", "buffer": b"y" * 1000})
    expect(page.locator("#files a", has_text="akta.pdf")).to_be_visible()
    intercept(page, re.compile(f"/{act}/"), lambda route: route.abort(), times=1)
    page.locator(f"button[value={act}]").click()
    expect(page.locator(".t-unanswered")).to_have_text(
        "Nie udało się: serwer nie odpowiedział. Wiadomość została tutaj."
    )
    page.locator(f"button[value={act}]").click()
    expect(page.locator(f"#{act}-dialog")).to_be_visible()
    expect(page.locator(".t-unanswered")).to_have_count(0)


def test_a_letter_that_could_not_be_saved_first_was_not_sent_and_says_so(page: Page, draft: Outgoing) -> None:
    intercept(page, re.compile("/(save|keep|send)/"), lambda route: route.abort())
    write(page, "Dopisane w ostatniej chwili.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".t-unsent")).to_contain_text("Nie wysłano")


def test_a_letter_whose_answer_was_lost_is_not_said_to_be_unsent_and_goes_once(
    page: Page, office: Office, draft: Outgoing
) -> None:
    """It was told to have been changed in another window, and what that showed could be sent once more."""
    write(page, "Dzień dobry.")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    intercept(page, "**/send/", lose, times=1)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".t-unknown")).to_contain_text("wyjdzie tylko raz")
    expect(page.locator(".t-unsent")).to_have_count(0)
    assert row(office.cast.anna, draft.public_id).state == "held"
    page.keyboard.press("Control+Enter")
    expect(page.locator("#undo")).to_be_visible()


def test_whoever_leaves_while_a_letter_is_being_sent_is_asked(page: Page, draft: Outgoing) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    write(page, "Dzień dobry.")
    sends = Held(page, "**/send/", times=1)
    page.keyboard.press("Control+Enter")
    sends.asked()
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)
    sends.let_go()
    expect(page.locator("#undo")).to_be_visible()
    assert asked == ["beforeunload"]


def test_a_letter_waits_for_its_files_and_for_word_of_those_that_did_not_come(
    page: Page, office: Office, draft: Outgoing
) -> None:
    uploads = Held(page, re.compile(r"/files/\?name="), times=1)
    page.locator("#file").set_input_files({"name": "akta.pdf", "mimeType": "application/pdf", "buffer": b"y" * 1000})
    uploads.asked()
    page.locator("button[value=close]").click()
    expect(page.locator(".t-uploading")).to_be_visible()
    uploads.asked()[0].abort()
    expect(page.locator("#files li.bad")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".t-unattached")).to_be_visible()
    assert row(office.cast.anna, draft.public_id).state == "draft"
    page.locator("#files li.bad button").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#undo")).to_be_visible()


def test_a_file_taken_out_in_another_window_is_not_missing_in_silence(
    page: Page, office: Office, draft: Outgoing
) -> None:
    page.locator("#file").set_input_files({"name": "akta.pdf", "mimeType": "application/pdf", "buffer": b"y" * 1000})
    expect(page.locator("#files a", has_text="akta.pdf")).to_be_visible()
    with as_user(office.cast.anna.pk):
        drop_file(office.cast.anna, draft.public_id, Enclosure.objects.get(outgoing=draft).public_id)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".t-stale")).to_be_visible()
    assert row(office.cast.anna, draft.public_id).state == "draft"


def test_a_letter_that_is_being_sent_is_not_thrown_away_meanwhile(page: Page, office: Office, draft: Outgoing) -> None:
    """Which of the two the server heard first was chance: one could be told of the one, and have the other."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.is_navigation_request() else None)
    write(page, "Dzień dobry.")
    sends = Held(page, "**/send/", times=1)
    page.keyboard.press("Control+Enter")
    sends.asked()
    page.locator("button[value=discard]").click()
    page.evaluate("() => new Promise((done) => setTimeout(done))")
    assert asked == []
    sends.let_go()
    expect(page.locator("#undo")).to_be_visible()
    assert row(office.cast.anna, draft.public_id).discarded_at is None


def test_the_button_under_a_notice_stays_under_the_finger(page: Page, office: Office, draft: Outgoing) -> None:
    """Leaving the text saves it: the refusal made the notice anew in the middle of the click."""
    other = page.context.new_page()
    opened(other, draft)
    write(other, "Z drugiego okna.")
    saved(office.cast.anna, draft.public_id, "Z drugiego okna.")
    write(page, "Z pierwszego okna.")
    both = page.locator(".t-stale [data-both]")
    both.hover()
    page.locator("#subject").focus()
    with page.expect_response("**/save/"):
        page.mouse.down()
        page.locator("#subject").fill("Zmieniony")
        page.locator("#field-to").focus()
    page.evaluate("() => fetch(location.href).then((answer) => answer.text())")  # answered after it
    page.mouse.up()
    page.wait_for_url(lambda url: str(draft.public_id) not in url)


def test_what_is_restored_has_its_recipients_once(page: Page, office: Office, draft: Outgoing) -> None:
    intercept(page, re.compile("/(save|keep)/"), lambda route: route.abort())
    page.locator("#subject").fill("Zmieniony temat")
    expect(page.locator("#saved [class=unsaved]")).to_be_visible()
    page.evaluate("navigator.sendBeacon = () => false")
    page.unroute_all()
    page.reload()
    expect(page.locator(".t-restored")).to_be_visible()
    expect(page.locator("#saved")).to_contain_text("Zapisano")
    assert row(office.cast.anna, draft.public_id).recipients == TO | {"cc": [], "bcc": []}
    expect(page.locator(".chip")).to_have_count(1)


@pytest.fixture
def mail(office: Office, account: Account, page: Page) -> Page:
    with as_user(office.cast.anna.pk):
        folder = Folder.objects.get(account=account)
    page.goto(f"/folders/{folder.public_id}/")
    return page


def test_a_letter_that_opens_late_does_not_take_the_focus_from_what_one_went_on_with(mail: Page) -> None:
    held = Held(mail, "**/compose/", times=1)
    mail.keyboard.press("c")
    held.asked()
    mail.locator("#search-text").focus()
    mail.keyboard.type("umowa")
    held.let_go()
    expect(newest(mail).locator("#field-to")).to_be_visible()
    newest(mail).locator("body").evaluate(LOADED)
    mail.keyboard.type(" najmu")
    expect(mail.locator("#search-text")).to_have_value("umowa najmu")


def send(mail: Page) -> FrameLocator:
    """A letter by the keyboard alone; what tells of it."""
    mail.keyboard.press("c")
    newest(mail).locator("#field-to").fill("jan@pozna.example")
    newest(mail).locator("#subject").fill("Wysłany")
    newest(mail).locator("#editor").press("Control+Home")
    mail.keyboard.type("Dzień dobry.")
    mail.keyboard.press("Control+Enter")
    toast = mail.frame_locator("#dock iframe.toast")
    expect(toast.locator("#undo")).to_be_visible()
    return toast


def test_a_toast_that_goes_leaves_the_focus_in_the_letter_being_written(mail: Page) -> None:
    """Ten seconds after a letter was sent the next one's words were taken for keys: an e archived what was chosen in the list."""
    toast = send(mail)
    mail.locator("#rows").focus()
    mail.keyboard.press("c")
    write_in = newest(mail).locator("#editor")
    newest(mail).locator("#field-to").fill("ewa@pozna.example")
    write_in.press("Control+Home")
    mail.keyboard.type("Szanowna ")
    toast.locator("#close").dispatch_event("click")  # as it goes by itself
    expect(mail.locator("#dock iframe.toast")).to_have_count(0)
    mail.keyboard.type("Pani")
    expect(write_in).to_contain_text("Szanowna Pani")


def test_after_a_letter_is_sent_keys_are_the_mails_and_z_takes_back_what_was_done_last(
    mail: Page, office: Office, account: Account
) -> None:
    with as_user(office.cast.anna.pk):
        folder = Folder.objects.get(account=account)
    store(folder, b"From: a@x.example\r\nSubject: Gwiazdka\r\n\r\nTekst.")
    mail.reload()
    expect(mail.locator("#rows .spacer").first).to_be_attached()
    toast = send(mail)
    mail.keyboard.press("j")
    row = mail.get_by_role("row").first
    expect(row).to_have_attribute("aria-selected", "true")
    mail.keyboard.press("s")
    expect(mail.locator("#toast .told")).to_be_visible()
    over = mail.evaluate(
        """() => {
          const [told, letter] = ["#toast", "#dock iframe"].map((one) => document.querySelector(one).getBoundingClientRect());
          return told.right > letter.left && told.bottom > letter.top;
        }"""
    )
    assert not over
    mail.keyboard.press("z")
    expect(row).not_to_have_class(re.compile("starred"))
    expect(toast.locator("#undo")).to_be_visible()  # the letter goes


def test_where_no_letter_can_be_begun_none_stands_there_dead(mail: Page) -> None:
    mail.locator("#rows .spacer").first.wait_for(state="attached")
    mail.context.set_offline(True)
    mail.keyboard.press("c")
    expect(mail.locator("#toast")).to_contain_text("Brak połączenia")
    expect(mail.locator("#dock iframe")).to_have_count(0)
    mail.context.set_offline(False)
    mail.evaluate("document.getElementById('toast').replaceChildren()")
    intercept(mail, "**/compose/", lambda route: route.abort())  # a network, and nobody there
    intercept(mail, re.compile("/folders/[^/]+/$"), lambda route: route.abort())
    mail.keyboard.press("c")
    expect(mail.locator("#toast")).to_contain_text("Brak połączenia")
    expect(mail.locator("#dock iframe")).to_have_count(0)
    mail.unroute_all()
    intercept(
        mail,
        "**/compose/",
        lambda route: route.fulfill(
            status=404, body="<main><p>Tego tu nie ma.</p></main>", content_type="text/html; charset=utf-8"
        ),
    )
    mail.keyboard.press("c")
    expect(mail.locator("#toast")).to_contain_text("Tego tu nie ma.")
    expect(mail.locator("#dock iframe")).to_have_count(0)


def test_whoever_begins_a_letter_after_the_session_has_ended_is_led_to_the_door(mail: Page) -> None:
    beside = mail.context.new_page()  # its browser complains of a door that stands in no frame
    with beside.expect_response("**/folders/tree/**"):  # nothing else is asked for that would lead there
        beside.goto(mail.url)
    read_through(beside)
    mail.goto("about:blank")
    mail.context.clear_cookies()
    beside.keyboard.press("c")
    beside.wait_for_url("**/sign-in/**")
