"""Mail that changes while somebody presses or writes: their click, their comment and their key stand."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Mail, MailFolder, Office, intercept, still_being_read
from tests.browser.held import Held, read_through

# What would be done in seconds waits in `late`.
SECONDS = """() => {
  const [set, clear] = [setTimeout, clearTimeout];
  window.late = new Map();
  window.setTimeout = (task, wait) => {
    const id = set(wait < 1_000 ? task : () => {}, wait);
    if (wait >= 1_000) window.late.set(id, task);
    return id;
  };
  window.clearTimeout = (id) => (window.late.delete(id), clear(id));
}"""
# What ends a press of which this window hears no end.
ENDED = {
    "the window is left": "dispatchEvent(new Event('blur'))",
    "a drop takes away what was dragged": "for (const kind of ['dragstart', 'drop', 'blur']) dispatchEvent(new Event(kind))",
    "nothing is heard of it any more": "((now) => (performance.now = () => now() + 60_000))(performance.now.bind(performance))",
}
Open = Callable[[MailFolder], Mail]


def at_rest(page: Page, open_folder: Open, folder: MailFolder) -> Mail:
    """Opened, and past the fetching that the stream begins with: what that was answered would wait for a press, and all that comes after
    it, for as long as a press is believed."""
    with page.expect_response("**/rows/"), page.expect_response("**/tree/?*"):
        mail = open_folder(folder)
    read_through(page)
    return mail


def begun(mail: Mail) -> Locator:
    """A comment, of which the first words are written."""
    mail.press("m")
    comment = mail.page.locator("#pane-foot textarea").first
    expect(comment).to_be_focused()
    mail.page.keyboard.type("Proszę o ")
    return comment


def goes_on(comment: Locator) -> None:
    comment.page.keyboard.type("termin")
    expect(comment).to_have_value("Proszę o termin")


def pressed(mail: Mail, what: Locator, url: str) -> Held:
    """The button is down on it, and requests for this wait."""
    what.hover()
    held = Held(mail.page, url)
    mail.page.mouse.down()
    return held


def test_a_row_that_changes_stays_until_it_is_let_go(page: Page, open_folder: Open, office: Office) -> None:
    folder = office.folder("pressed-row", 5)
    mail = at_rest(page, open_folder, folder)
    rows = pressed(mail, mail.page.locator("#rows [role=row]").nth(2).locator("[data-field=from]"), "**/rows/")
    folder.mark_read(3)
    rows.read()
    mail.page.mouse.up()
    mail.shows(3)
    expect(mail.page.locator("#rows [role=row]").nth(2)).not_to_have_class("unread")


@pytest.mark.parametrize("ended", ENDED)
def test_a_press_that_ends_elsewhere_holds_nothing_up(
    page: Page, open_folder: Open, office: Office, ended: str
) -> None:
    folder = office.folder(f"pressed-elsewhere-{len(ended)}", 5)
    mail = at_rest(page, open_folder, folder)
    rows = mail.page.locator("#rows [role=row]")
    rows.nth(2).locator("[data-field=from]").hover()
    mail.page.mouse.down()
    mail.page.evaluate(ENDED[ended])
    folder.arrive()
    expect(rows.first).to_contain_text("Pismo 6")


def test_a_folder_in_the_tree_is_gone_to_though_the_tree_is_made_anew(
    page: Page, open_folder: Open, office: Office
) -> None:
    folder, other = office.folder("pressed-here", 3), office.folder("pressed-there", 1)
    mail = at_rest(page, open_folder, folder)
    trees = pressed(mail, mail.page.locator(f'#tree a[data-folder="{other.folder.public_id}"]'), "**/tree/?*")
    folder.arrive()
    trees.read()
    mail.page.mouse.up()
    mail.page.wait_for_url(f"**/folders/{other.folder.public_id}/")


def test_what_something_is_dragged_onto_stays_until_it_is_dropped(
    page: Page, open_folder: Open, office: Office
) -> None:
    """The browser calls a press ended where a drag begins; a tree made anew in that moment took the drop with it."""
    folder, other = office.folder("dragged-here", 3), office.folder("dragged-there", 3)  # with unread mail: told anew
    mail = at_rest(page, open_folder, folder)
    trees = pressed(mail, mail.page.locator("#rows [role=row]").first.locator("[data-field=from]"), "**/tree/?*")
    onto = mail.page.locator(f'#tree a[data-folder="{other.folder.public_id}"]').element_handle()
    folder.arrive()
    trees.asked()
    with mail.page.expect_event("console", lambda said: said.text == "begun"):
        mail.page.evaluate("() => addEventListener('pointercancel', () => console.info('begun'))")
        onto.hover()
    trees.read()
    mail.page.wait_for_timeout(200)  # a tree that waits looks each 50 ms whether it may stand
    assert onto.evaluate("place => place.isConnected")
    mail.page.mouse.up()
    mail.page.wait_for_function("place => !place.isConnected", arg=onto)


def test_a_comment_that_is_being_written_outlives_what_is_told_of_its_message(
    open_folder: Open, office: Office
) -> None:
    folder = office.folder("pressed-comment", 2)
    mail = open_folder(folder)
    mail.press("j")
    mail.shows(2)
    message = mail.identify(2)
    panes = Held(mail.page, f"**/messages/{message}/pane/")
    mail.renew(message)
    panes.asked()
    comment = begun(mail)
    panes.read()
    goes_on(comment)


def test_a_comment_over_a_message_that_is_still_being_read_stays_where_it_is(open_folder: Open, office: Office) -> None:
    """Each event asks for such a message again, and put an empty field in the place of the one that was written in."""
    folder = office.folder("pressed-partial", 5)
    mail = open_folder(folder)
    mail.page.set_viewport_size({"width": 1440, "height": 400})
    being_read = True

    def not_yet(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=still_being_read(answer.text()) if being_read else answer.text())

    intercept(mail.page, "**/pane/", not_yet)
    mail.press("j")
    expect(mail.page.frame_locator("#frame").locator("p").first).to_have_text("Jeszcze czytamy pisma 5")
    comment = begun(mail)
    scrolled = mail.page.locator("#pane").evaluate("pane => pane.scrollTop")
    assert scrolled
    with mail.page.expect_response("**/pane/"):
        folder.arrive()
    read_through(mail.page)
    goes_on(comment)
    assert mail.page.locator("#pane").evaluate("pane => pane.scrollTop") == scrolled
    being_read = False
    folder.arrive()
    mail.shows(5)
    expect(comment).to_have_value("Proszę o termin")


def test_a_message_that_is_told_anew_before_it_was_answered_stands_whole(open_folder: Open, office: Office) -> None:
    """Its frame waited for the first answer, which then took the comment that had been begun."""
    folder = office.folder("pressed-early", 2)
    mail = open_folder(folder)
    message = mail.identify(2)
    first = Held(mail.page, f"**/messages/{message}/pane/", times=1)
    mail.press("j")
    first.asked()
    mail.renew(message)
    mail.shows(2)
    comment = begun(mail)
    first.read()
    goes_on(comment)


def test_what_is_called_unread_is_not_read_by_having_been_looked_at(open_folder: Open, office: Office) -> None:
    """The seconds after which what is looked at is read went on, and took back what the key had done."""
    folder = office.folder("pressed-unread", 2)
    mail = open_folder(folder)
    mail.page.evaluate(SECONDS)
    mail.press("j")
    mail.shows(2)
    told: list[str] = []
    mail.page.on("request", lambda request: told.append(request.post_data or "") if "/acts/" in request.url else None)
    with mail.page.expect_response("**/acts/"):
        mail.press("Shift+U")
    mail.page.evaluate("() => window.late.forEach((task) => task())")
    read_through(mail.page)
    assert [words for words in told if "verb=read" in words] == []
