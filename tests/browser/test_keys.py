"""The keys, and the message that they bring."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Locator, Page, expect

from teczka.store.models import Folder
from teczka.store.viewer import as_user
from tests.browser.conftest import LONG, Mail, MailFolder, Office, intercept
from tests.browser.held import Held, Late, read_through
from tests.browser.test_under_hands import SECONDS

Open = Callable[[MailFolder], Mail]


def test_j_and_k_walk_the_list_and_show_each_message(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    for key, number in (
        ("j", LONG),
        ("j", LONG - 1),
        ("ArrowDown", LONG - 2),
        ("k", LONG - 1),
        ("ArrowUp", LONG),
        ("k", LONG),
    ):
        mail.press(key)
        mail.shows(number)
        assert mail.chosen() == number


def test_after_j_was_held_the_last_message_is_the_one_shown(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    for _ in range(150):  # through three blocks, faster than any server answers
        mail.page.keyboard.down("j")
    mail.page.keyboard.up("j")
    mail.shows(LONG - 149)
    assert mail.chosen() == LONG - 149


def test_home_and_end_reach_both_ends_of_the_folder(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    mail.press("End")
    mail.shows(1)
    mail.press("k")
    mail.shows(2)
    mail.press("Home")
    mail.shows(LONG)


def test_j_goes_on_from_the_chosen_message_wherever_the_list_was_scrolled(
    open_folder: Open, long_folder: MailFolder
) -> None:
    mail = open_folder(long_folder)
    mail.press("j", "j")
    mail.shows(LONG - 1)
    mail.scroll_to(4_000)
    expect(mail.page.get_by_text(f"Pismo {LONG - 4_000}", exact=True).first).to_be_in_viewport()
    mail.press("j")
    mail.shows(LONG - 2)
    expect(mail.page.locator('#rows [aria-selected="true"]')).to_be_in_viewport()


def test_keys_work_after_a_click_into_the_message(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    mail.press("j")
    mail.shows(LONG)
    mail.page.frame_locator("#frame").locator("p").first.click()
    mail.press("j")
    mail.shows(LONG - 1)
    mail.press("u")
    assert mail.page.evaluate("document.activeElement.id") == "rows"


def test_escape_leads_from_the_menu_back_to_the_button_that_opened_it(
    open_folder: Open, long_folder: MailFolder
) -> None:
    mail = open_folder(long_folder)
    mail.press("j")
    mail.shows(LONG)
    more = mail.page.locator("#pane-head").get_by_role("button", name="Więcej")
    more.focus()
    mail.press("Enter")
    expect(mail.page.locator("#row-menu")).to_be_visible()
    mail.press("Escape")
    expect(more).to_be_focused()


def test_control_z_takes_back_as_z_does_but_where_text_is_written(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    starred = mail.page.locator("#rows .row.starred")
    mail.press("j", "s")
    expect(starred).to_have_count(1)
    mail.page.get_by_role("searchbox").or_(mail.page.get_by_role("combobox")).first.focus()
    mail.press("Control+z")
    mail.page.focus("#rows")
    expect(starred).to_have_count(1)
    mail.press("Control+z")
    expect(starred).to_have_count(0)


def test_the_neighbours_are_there_before_they_are_asked_for(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    mail.press("j")
    mail.shows(LONG)
    mail.page.wait_for_function(
        "() => performance.getEntriesByType('resource').filter(e => e.name.includes('/pane/')).length >= 4"
    )
    intercept(mail.page, "**/pane/", lambda route: route.abort())
    for number in (LONG - 1, LONG - 2, LONG - 3):
        mail.press("j")
        mail.shows(number)


def test_the_header_is_there_at_once_and_never_above_another_messages_body(
    open_folder: Open, long_folder: MailFolder
) -> None:
    mail = open_folder(long_folder)
    mail.press("j")
    mail.shows(LONG)
    held = Held(mail.page, "**/pane/")
    mail.page.locator('#rows [role="row"]').nth(9).click()
    expect(mail.page.locator("#pane-head h1")).to_have_text(f"Pismo {LONG - 9}")
    expect(mail.page.locator("#frame")).to_be_hidden()
    expect(mail.page.locator("#pane")).to_have_attribute("aria-busy", "true")
    held.let_go()
    mail.shows(LONG - 9)


def test_a_late_answer_is_not_painted_over_a_newer_choice(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    held = Held(mail.page, "**/pane/", times=1)
    mail.page.locator('#rows [role="row"]').nth(5).click()
    expect(mail.page.locator("#pane-head h1")).to_have_text(f"Pismo {LONG - 5}")
    held.asked()
    mail.page.locator('#rows [role="row"]').nth(2).click()
    mail.shows(LONG - 2)
    held.let_go()
    mail.press("j")
    mail.shows(LONG - 3)
    mail.press("k")
    mail.shows(LONG - 2)


def dated(text: str) -> str:
    return text.replace("Treść", "Dawna treść")


def test_what_was_told_of_a_message_before_a_change_is_not_kept(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    message = mail.identify(LONG - 1)
    told = Late(mail.page, f"**/messages/{message}/pane/", times=1, alter=dated)
    mail.press("j")
    told.asked()  # the next message is fetched ahead
    mail.renew(message)
    mail.press("j")
    mail.shows(LONG - 1)
    with mail.page.expect_response(f"**/messages/{message}/pane/"):
        told.let_go()
    mail.press("k")
    mail.shows(LONG)
    mail.press("j")
    mail.shows(LONG - 1)


def test_what_was_told_of_a_message_before_a_change_is_not_painted_over_what_is_told_after_it(
    open_folder: Open, long_folder: MailFolder
) -> None:
    mail = open_folder(long_folder)
    message = mail.identify(LONG)
    told = Late(mail.page, f"**/messages/{message}/pane/", times=1, alter=dated)
    mail.press("j")
    told.asked()
    with mail.page.expect_response(f"**/messages/{message}/pane/"):
        mail.renew(message)
    expect(mail.page.locator("#pane-head .toolbar")).to_be_visible()  # more than its row tells
    told.let_go()
    mail.shows(LONG)


def test_reloading_and_coming_back_keep_the_message_and_its_place(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    mail.scroll_to(2_500)
    row = mail.page.locator('#rows [role="row"]', has_text=f"Pismo {LONG - 2_505}")
    row.click()
    mail.shows(LONG - 2_505)
    mail.page.wait_for_url("**/?m=*")
    mail.page.reload()
    mail.shows(LONG - 2_505)
    expect(row).to_have_attribute("aria-selected", "true")
    expect(row).to_be_in_viewport()
    mail.press("j")
    mail.shows(LONG - 2_506)
    mail.page.goto("/accounts/")
    mail.page.go_back()
    mail.shows(LONG - 2_506)


def test_coming_back_finds_the_list_where_it_was_scrolled_to(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    mail.scroll_to(2_500)
    expect(row_of(mail, LONG - 2_500)).to_be_in_viewport()
    left = mail.row_at_top()
    mail.page.goto("/accounts/")
    mail.page.go_back()
    expect(row_of(mail, LONG - 2_500)).to_be_in_viewport()
    assert mail.row_at_top() == left
    row_of(mail, LONG - 2_505).click()
    mail.shows(LONG - 2_505)
    mail.scroll_to(2_520)
    expect(row_of(mail, LONG - 2_520)).to_be_in_viewport()
    mail.page.wait_for_function("() => Math.round(history.state.place) === 2520")
    mail.page.locator("#search-text").fill("Pismo 17")
    mail.page.wait_for_url("**/search/**")
    mail.page.go_back()
    mail.shows(LONG - 2_505)
    expect(row_of(mail, LONG - 2_520)).to_be_in_viewport()
    assert mail.row_at_top()[0] == LONG - 2_520
    assert mail.chosen() == LONG - 2_505


def test_keys_leave_fields_modifiers_and_dialogs_alone(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    mail.press("j")
    mail.shows(LONG)
    mail.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<input id=probe>')")
    mail.page.focus("#probe")
    mail.press("j", "k", "?")
    assert mail.page.input_value("#probe") == "jk?"
    mail.page.focus("#rows")
    mail.press("Control+j", "Alt+j", "Meta+j")
    assert mail.chosen() == LONG
    mail.page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', bubbles: true, modifierAltGraph: true}))"
    )
    assert mail.chosen() == LONG
    mail.press("?")
    expect(mail.page.locator("#help")).to_be_visible()
    mail.press("j")
    assert mail.chosen() == LONG
    mail.press("Escape")
    expect(mail.page.locator("#help")).to_be_hidden()
    mail.press("j")
    mail.shows(LONG - 1)


def test_help_tells_every_key_of_the_table(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    mail.press("?")
    lines = mail.page.locator("#help tr")
    for index in range(lines.count()):
        assert lines.nth(index).locator("kbd").count() >= 1
        assert lines.nth(index).locator("td").last.inner_text().strip()
    mail.page.locator("#help button").click()
    expect(mail.page.locator("#help")).to_be_hidden()
    mail.press("?")
    expect(lines.first).to_be_in_viewport()
    assert (
        mail.page.evaluate("document.activeElement.closest('#help') && document.getElementById('help').scrollTop") == 0
    )
    assert lines.first.locator("kbd").all_inner_texts() == ["j", "↓"], "the help was filled twice"


def test_space_reads_on_and_then_goes_to_the_next(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    mail.press("j")
    mail.shows(LONG)
    scrolled = "document.getElementById('pane').scrollTop"
    for _ in range(20):
        before = mail.page.evaluate(scrolled)
        mail.press("Space")
        if mail.page.evaluate(scrolled) <= before:
            break
        assert mail.chosen() == LONG
    else:
        pytest.fail("the message has no end")
    mail.shows(LONG - 1)


def test_g_then_i_goes_to_an_inbox(open_folder: Open, office: Office, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    mail.press("j")
    mail.shows(LONG)
    mail.page.wait_for_url("**/?m=*")
    mail.page.keyboard.type("gi")  # at once: the first of them waits a second for the other
    mail.page.wait_for_function("() => !location.search")


def test_on_a_narrow_screen_opening_is_a_step_that_back_undoes(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    mail.page.set_viewport_size({"width": 360, "height": 740})
    mail.page.locator('#rows [role="row"]').nth(1).click()
    mail.shows(LONG - 1)
    expect(mail.page.locator("#pane")).to_be_visible()
    expect(mail.page.locator("#list")).to_be_hidden()
    mail.page.go_back()
    expect(mail.page.locator("#list")).to_be_visible()
    expect(mail.page.locator("#pane")).to_be_hidden()


def test_on_a_narrow_screen_back_leads_to_the_same_place_and_no_address_opens_what_was_closed(
    open_folder: Open, long_folder: MailFolder
) -> None:
    mail = open_folder(long_folder)
    page = mail.page
    page.set_viewport_size({"width": 360, "height": 740})
    mail.scroll_to(2_500)
    row_of(mail, LONG - 2_503).click()
    mail.shows(LONG - 2_503)
    mail.press("j", "j")  # rows that nobody sees are there all the same
    mail.shows(LONG - 2_505)
    page.wait_for_url("**/?m=*")
    page.goto("/accounts/")
    page.go_back()
    mail.shows(LONG - 2_505)
    page.locator("#pane .back").click()
    for _ in range(2):
        expect(row_of(mail, LONG - 2_505)).to_have_attribute("aria-selected", "true")
        expect(row_of(mail, LONG - 2_505)).to_be_in_viewport()
        assert mail.row_at_top()[0] == LONG - 2_500
        assert "m=" not in page.url
        page.reload()
    expect(page.locator("#pane")).to_be_hidden()
    expect(row_of(mail, LONG - 2_505)).to_have_attribute("aria-selected", "true")
    mail.press("Enter")
    mail.shows(LONG - 2_505)


def test_a_message_that_an_address_opened_on_a_narrow_screen_is_closed_for_good(
    open_folder: Open, long_folder: MailFolder
) -> None:
    mail = open_folder(long_folder)
    page = mail.page
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{page.url}?m={mail.identify(LONG - 2)}")
    mail.shows(LONG - 2)
    page.locator("#pane .back").click()
    expect(page.locator("#list")).to_be_visible()
    page.reload()
    expect(page.locator("#list")).to_be_visible()
    expect(page.locator("#pane")).to_be_hidden()


@pytest.fixture
def told(page: Page) -> list[str]:
    """What the page asks to be done, as it asks it."""
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.post_data or "") if one.url.endswith("/acts/") else None)
    return asked


def seconds_pass(page: Page) -> None:
    """As many as anything waits for that began after SECONDS."""
    page.evaluate("() => { for (const [id, task] of window.late) window.late.delete(id), task(); }")
    read_through(page)


def row_of(mail: Mail, number: int) -> Locator:
    return mail.page.locator('#rows [role="row"]', has=mail.page.get_by_text(f"Pismo {number}", exact=True))


@pytest.mark.parametrize("failing", [True, False])
def test_only_a_message_that_was_shown_becomes_read_and_the_pause_begins_then(
    page: Page, open_folder: Open, office: Office, told: list[str], failing: bool
) -> None:
    folder = office.folder(f"unloaded-{failing}", 6)
    mail = open_folder(folder)
    page.evaluate(SECONDS)
    pane = f"**/messages/{mail.identify(6)}/pane/"
    held = None if failing else Held(page, pane)
    if failing:
        intercept(page, pane, lambda route: route.fulfill(status=503))
    row_of(mail, 6).click()
    expect(page.locator("#pane [data-retry]" if failing else "#pane .skeleton")).to_be_visible()
    seconds_pass(page)
    assert not told
    if held:
        held.let_go()
    else:
        page.unroute(pane)
        page.locator("#pane [data-retry]").click()
    mail.shows(6)
    assert not told
    seconds_pass(page)
    assert ["verb=read" in one for one in told] == [True]


def test_a_message_whose_row_is_far_away_is_starred_read_and_loses_its_star(
    page: Page, open_folder: Open, office: Office
) -> None:
    """No row, no star: it was taken away instead of set."""

    def act(press: Callable[[], None]) -> str:
        with page.expect_response("**/acts/") as answer:
            press()
        return parse_qs(answer.value.request.post_data or "")["verb"][0]

    def star() -> str:
        return act(lambda: mail.press("s"))

    folder = office.folder("far-away", 900)
    mail = open_folder(folder)
    page.evaluate(SECONDS)
    row_of(mail, 900).click()
    mail.shows(900)
    mail.scroll_to(800)
    expect(row_of(mail, 100)).to_be_in_viewport()
    expect(row_of(mail, 900)).to_have_count(0)
    assert act(lambda: seconds_pass(page)) == "read"
    assert star() == "star"
    assert star() == "unstar"
    assert act(page.locator("#pane [data-action=star]").click) == "star"
    far = mail.identify(100)
    mail.scroll_to(0)
    expect(row_of(mail, 900)).to_have_class(re.compile("starred"))
    for number in (899, 898):
        row_of(mail, number).get_by_role("checkbox").click()
    mail.scroll_to(800)
    expect(row_of(mail, 898)).to_have_count(0)
    assert star() == "star"
    page.goto(f"/folders/{folder.folder.public_id}/?m={far}")  # no row of it was ever there
    mail.shows(100)
    assert star() == "star"
    page.goto(f"/folders/{folder.folder.public_id}/?m={far}&again=")
    mail.shows(100)
    assert star() == "unstar"


@pytest.mark.parametrize("width", [1440, 360])
def test_what_a_read_only_account_refuses_leaves_its_message_where_it_was(
    page: Page, open_folder: Open, office: Office, width: int
) -> None:
    folder = office.folder(f"refused-{width}", 5)
    page.set_viewport_size({"width": width, "height": 740})
    mail = open_folder(folder)
    row_of(mail, 4).click()
    mail.shows(4)
    mail.press("e")
    expect(page.locator("#toast .bad")).to_be_visible()
    said = page.locator("#toast").bounding_box()
    assert said is not None
    assert said["width"] > 300  # not half of a telephone
    mail.shows(4)
    assert mail.chosen() == 4
    expect(page.locator("#mail")).to_have_attribute("data-view", "message" if width == 360 else "list")


def test_what_a_read_only_bin_refuses_is_not_asked_for_first(
    page: Page, open_folder: Open, office: Office, told: list[str]
) -> None:
    folder = office.folder("refused-bin", 3)
    with as_user(folder.owner.pk):
        Folder.objects.filter(pk=folder.folder.pk).update(role="trash")
    mail = open_folder(folder)
    mail.press("j")
    mail.shows(3)
    mail.press("#")
    expect(page.locator("#toast .bad")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert not [one for one in told if "verb=delete" in one]  # nor would it be done, were it managed since
    mail.shows(3)
