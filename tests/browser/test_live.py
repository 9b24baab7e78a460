"""New mail appears by itself: IDLE and the rest are the worker's; here from the commit on."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from teczka.actions.tasks import add_task
from teczka.core.tasks import Wanted
from teczka.store.models import Folder
from teczka.store.viewer import as_user
from tests.browser.conftest import Mail, MailFolder, Office, intercept, still_being_read
from tests.browser.held import Held, Late
from tests.cast import make_folder, today
from tests.site import free_port, serving

Open = Callable[[MailFolder], Mail]


def test_new_mail_appears_on_top_and_the_chosen_message_stays(open_folder: Open, office: Office) -> None:
    folder = office.folder("arrivals", 120)
    mail = open_folder(folder)
    mail.press("j", "j")
    mail.shows(119)
    folder.arrive()
    expect(mail.page.locator('#rows [role="row"]').first).to_contain_text("Pismo 121")
    assert mail.chosen() == 119
    mail.press("j")
    mail.shows(118)
    assert mail.page.locator("#rows").get_attribute("aria-rowcount") == "121"


def test_the_tree_counts_what_arrived(open_folder: Open, office: Office) -> None:
    folder = office.folder("counted", 3)
    mail = open_folder(folder)
    link = mail.page.locator(f'#tree [data-folder="{folder.folder.public_id}"]')
    expect(link).to_contain_text("1")
    link.focus()
    folder.arrive(3)
    expect(link).to_contain_text("2")
    expect(link).to_be_focused()
    expect(link).to_have_attribute("aria-current", "page")
    branch = mail.page.locator(f"#branch-{folder.account.public_id} > summary")
    branch.focus()
    folder.arrive(3)
    expect(link).to_contain_text("3")
    expect(branch).to_be_focused()


def test_folders_that_are_the_same_stay_in_the_tree_and_lose_or_gain_their_numbers_alone(
    page: Page, open_folder: Open, office: Office
) -> None:
    folder = office.folder("read-out", 3)
    beside = make_folder(folder.account, "Obok", "")
    with page.expect_response("**/folders/tree/**"):  # once the stream has begun
        open_folder(folder)
    read, other = (page.locator(f'#tree [data-folder="{one.public_id}"]') for one in (folder.folder, beside))
    expect(read.locator(".count")).to_have_text(re.compile("^1"))
    other.evaluate("link => { link.dataset.stays = '' }")
    with as_user(folder.owner.pk):
        Folder.objects.filter(pk=folder.folder.pk).update(unread=0)
    with page.expect_response("**/folders/tree/**") as told:
        folder.mark_read(1)
    assert str(beside.public_id) not in told.value.text()
    expect(read.locator(".count")).to_have_count(0)
    expect(read).not_to_have_class(re.compile("has-unread"))
    expect(other).to_have_attribute("data-stays", "")
    with as_user(folder.owner.pk):
        Folder.objects.filter(pk=beside.pk).update(unread=7)
    folder.mark_read(1)
    expect(other.locator(".count")).to_have_text(re.compile("^7"))
    expect(read).to_have_attribute("aria-current", "page")


def test_an_older_tree_does_not_stand_after_a_newer_one(page: Page, open_folder: Open, office: Office) -> None:
    folder, beside = office.folder("counted-late", 3), office.folder("beside", 1)
    with page.expect_response("**/folders/tree/**"):  # once the stream has begun: rows wait for that one
        mail = open_folder(folder)
    told = Late(mail.page, "**/folders/tree/**", times=1)
    beside.arrive()
    told.asked()
    folder.arrive(3)
    expect(mail.page.locator('#rows [role="row"]').first).to_contain_text("Pismo 6")
    mail.page.locator("#tree").evaluate("tree => { tree.firstElementChild.dataset.before = '' }")
    told.let_go()
    expect(mail.page.locator("#tree > [data-before]")).to_have_count(0)
    expect(mail.page.locator(f'#tree [data-folder="{folder.folder.public_id}"]')).to_contain_text("2")


def test_of_all_that_happens_while_a_tree_is_on_its_way_one_more_is_fetched(
    page: Page, open_folder: Open, office: Office
) -> None:
    folder, beside = office.folder("counted-once", 1), office.folder("beside-often", 1)
    with page.expect_response("**/folders/tree/**"):  # once the stream has begun
        open_folder(folder)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/folders/tree/" in request.url else None)
    told = Held(page, "**/folders/tree/**", times=1)
    beside.arrive()
    told.asked()
    for _ in range(8):
        beside.arrive()
    folder.arrive()
    newest = page.locator('#rows [role="row"]').first
    expect(newest).to_contain_text("Pismo 2")  # by now all of it was heard
    told.let_go()
    folder.arrive(5)
    expect(newest).to_contain_text("Pismo 7")
    expect(page.locator(f'#tree [data-folder="{folder.folder.public_id}"]')).to_contain_text("2")
    assert len(fetched) <= 5


def test_the_list_never_jumps_under_a_reader_who_has_scrolled(open_folder: Open, office: Office) -> None:
    folder = office.folder("steady", 400)
    mail = open_folder(folder)
    mail.scroll_to(150)
    row = mail.page.locator('#rows [role="row"]', has_text="Pismo 245").first
    row.click()
    mail.shows(245)
    before = mail.row_at_top()
    for more, seen in ((2, 2), (70, 72)):
        folder.arrive(more)
        expect(mail.page.locator("#notices .pill")).to_contain_text(str(seen))
        assert mail.row_at_top() == before
        expect(row).to_have_attribute("aria-rowindex", str(folder.newest - 245 + 1))
    numbers = mail.numbers()
    assert numbers == list(range(numbers[0], numbers[0] - len(numbers), -1))
    mail.press("k")
    mail.shows(246)
    mail.page.locator("#notices .pill").click()
    expect(mail.page.get_by_text("Pismo 472", exact=True).first).to_be_in_viewport()
    expect(mail.page.locator("#notices .pill")).to_have_count(0)
    numbers = mail.numbers()
    assert numbers == list(range(472, 472 - len(numbers), -1))


def test_news_is_told_and_keys_count_from_it_though_rows_cannot_be_fetched_again(
    open_folder: Open, office: Office
) -> None:
    folder = office.folder("refused-once", 600)
    mail = open_folder(folder)
    mail.scroll_to(300)
    mail.page.locator('#rows [role="row"]', has_text="Pismo 295").first.click()
    mail.shows(295)
    mail.scroll_to(450)  # so far that nobody sees it any more
    expect(mail.page.get_by_text("Pismo 145", exact=True).first).to_be_in_viewport()
    expect(mail.page.locator("#rows .block-wait")).to_have_count(0)
    before = mail.row_at_top()
    intercept(mail.page, "**/rows/?at=*", lambda route: route.fulfill(status=503), times=1)
    folder.arrive(30)
    expect(mail.page.locator("#notices .pill")).to_contain_text("30")
    assert mail.row_at_top() == before
    folder.arrive()
    expect(mail.page.locator("#notices .pill")).to_contain_text("31")
    assert mail.row_at_top() == before
    mail.press("j")
    mail.shows(294)


def test_what_comes_while_the_beginning_is_asked_for_again_moves_nothing(
    page: Page, open_folder: Open, office: Office
) -> None:
    """The newest rows alone are asked for by no row above them: the answer would begin with what the list knows nothing of yet."""
    folder = office.folder("moving", 400)
    with page.expect_response("**/rows/"):
        mail = open_folder(folder)
    mail.scroll_to(20)
    expect(mail.page.get_by_text("Pismo 340", exact=True)).to_be_attached()
    before = mail.row_at_top()
    rows = Held(mail.page, "**/rows/?*", times=2)
    folder.mark_read(350)
    rows.asked()
    folder.arrive()
    rows.let_go()
    rows.asked(2)
    assert mail.row_at_top() == before
    rows.let_go(1)
    expect(mail.page.locator("#notices .pill")).to_contain_text("1")
    assert mail.row_at_top() == before


@pytest.mark.parametrize("news_first", [True, False])
def test_what_comes_while_the_beginning_is_scrolled_to_moves_nothing(
    page: Page, open_folder: Open, office: Office, news_first: bool
) -> None:
    folder = office.folder(f"scrolled-to-{news_first}", 600)
    with page.expect_response("**/rows/"):
        mail = open_folder(folder)
    mail.scroll_to(500)
    expect(mail.page.get_by_text("Pismo 100", exact=True).first).to_be_in_viewport()
    beginning, news = Held(mail.page, "**/rows/?at=0", times=1), Held(mail.page, "**/rows/", times=1)
    mail.scroll_to(10)
    beginning.asked()
    folder.arrive()
    news.asked()
    if news_first:
        news.let_go()
        expect(mail.page.locator("#notices .pill")).to_contain_text("1")
        beginning.let_go()
        expect(mail.page.get_by_text("Pismo 590", exact=True)).to_be_in_viewport()
    else:
        beginning.let_go()
        expect(mail.page.get_by_text("Pismo 590", exact=True)).to_be_in_viewport()
        assert mail.row_at_top() == (590, 0)
        news.let_go()
        expect(mail.page.locator("#notices .pill")).to_contain_text("1")
    assert mail.row_at_top() == (590, 0)
    expect(mail.page.locator("#rows .block-wait")).to_have_count(0)
    numbers = mail.numbers()
    assert numbers == list(range(numbers[0], numbers[0] - len(numbers), -1))


def test_a_row_that_changed_is_changed_and_its_neighbours_keep_their_elements(
    open_folder: Open, office: Office
) -> None:
    folder = office.folder("marked", 60)
    mail = open_folder(folder)
    row = mail.page.locator('#rows [role="row"]', has_text="Pismo 57").first
    mail.page.evaluate("() => document.querySelectorAll('#rows [role=row]').forEach(row => row.kept = true)")
    expect(row).to_have_class("row unread")
    folder.mark_read(57)
    expect(row).to_have_class("row")
    kept = mail.page.locator('#rows [role="row"]').evaluate_all("rows => rows.filter(row => !row.kept).length")
    assert kept == 1


@pytest.mark.parametrize(("number", "rows"), [(119, "**/rows/"), (31, "**/rows/?*")])
def test_rows_told_before_a_key_do_not_take_back_what_it_did(
    open_folder: Open, office: Office, number: int, rows: str
) -> None:
    """Else the same key, pressed again, would do the opposite of what was meant."""
    folder = office.folder(f"overtaken-{number}", 120)
    mail = open_folder(folder)
    mail.scroll_to(119 - number)
    row = mail.page.locator('#rows [role="row"]', has_text=f"Pismo {number}").first
    row.click()
    with mail.page.expect_response("**/acts/"):
        mail.press("s")
    told = Late(mail.page, rows)
    folder.arrive()
    told.asked()
    with mail.page.expect_response("**/acts/"):
        mail.press("s")
    told.let_go()
    told.asked(2)  # one after the other: the first has been put in place
    assert "starred" not in (row.get_attribute("class") or "")
    with mail.page.expect_request("**/acts/") as asked:
        mail.press("s")
    assert "verb=star" in (asked.value.post_data or "")


def test_a_message_gone_from_the_folder_leaves_the_list_and_j_goes_on(open_folder: Open, office: Office) -> None:
    folder = office.folder("leaving", 60)
    mail = open_folder(folder)
    mail.press("j", "j", "j")
    mail.shows(58)
    folder.remove(58)
    expect(mail.page.get_by_text("Pismo 58", exact=True).and_(mail.page.locator("#rows *"))).to_have_count(0)
    mail.shows(58)
    mail.press("j")
    mail.shows(57)


def test_a_message_that_was_still_being_read_appears_by_itself(open_folder: Open, office: Office) -> None:
    folder = office.folder("unread", 5)
    mail = open_folder(folder)

    being_read = True

    def not_yet(route: Route) -> None:
        if not being_read:
            route.continue_()
            return
        answer = route.fetch()
        route.fulfill(response=answer, body=still_being_read(answer.text()))

    intercept(mail.page, "**/pane/", not_yet)
    mail.press("j")
    expect(mail.page.frame_locator("#frame").locator("p").first).to_have_text("Jeszcze czytamy pisma 5")
    being_read = False
    folder.arrive()
    mail.shows(5)


def test_a_message_that_was_read_while_its_answer_was_under_way_appears_by_itself(
    open_folder: Open, office: Office
) -> None:
    folder = office.folder("unread-yet", 5)
    mail = open_folder(folder)
    told = Late(mail.page, "**/pane/", times=1, alter=still_being_read)
    mail.press("j")
    told.asked()
    folder.arrive()
    expect(mail.page.locator('#rows [role="row"]').first).to_contain_text("Pismo 6")
    told.let_go()
    mail.shows(5)


def test_a_message_that_was_read_while_it_was_told_anew_appears_by_itself(open_folder: Open, office: Office) -> None:
    """What news of it asks for joined what was under way already, and was asked before the message had been read."""
    folder = office.folder("unread-anew", 5)
    folder.mark_read(5)  # looking at it says so, and that would ask again
    mail = open_folder(folder)
    message = mail.identify(5)
    told = Late(mail.page, f"**/messages/{message}/pane/", times=2, alter=still_being_read)
    mail.press("j")
    told.let_go()
    expect(mail.page.frame_locator("#frame").locator("p").first).to_have_text("Jeszcze czytamy pisma 5")
    mail.renew(message)
    told.asked(2)
    folder.arrive()
    expect(mail.page.locator('#rows [role="row"]').first).to_contain_text("Pismo 6")
    told.let_go(1)
    mail.shows(5)


def test_signing_out_in_one_window_ends_the_others(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    other = mail.page.context.new_page()
    other.goto(f"/folders/{long_folder.folder.public_id}/")
    other.evaluate("document.querySelector('form[action$=\"sign-out/\"]').submit()")
    expect(mail.page).to_have_url(re.compile("/sign-in/"))


def test_without_a_server_the_page_says_so_and_recovers(page: Page, office: Office) -> None:
    folder = office.folder("away", 60)
    port = free_port()
    with serving(office.environment, port) as site:
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": site.cookie(office.cast.anna), "url": site.url}]
        )
        page.goto(f"{site.url}/folders/{folder.folder.public_id}/")
        mail = Mail(page)
        mail.press("j")
        mail.shows(60)
        site.stop()
    expect(page.locator("#notices .strip")).to_be_visible()
    page.locator('#rows [role="row"]').nth(8).click()  # not fetched ahead
    expect(page.locator("#pane [data-retry]")).to_be_visible()
    folder.arrive()
    with serving(office.environment, port):
        expect(page.locator('#rows [role="row"]').first).to_contain_text("Pismo 61", timeout=40_000)
        expect(page.locator("#notices .strip")).to_have_count(0)
        assert mail.chosen() == 52
        mail.shows(52)
        expect(page.locator("#pane [data-retry]")).to_have_count(0)


def test_what_did_not_load_is_there_once_the_line_is_back(page: Page, open_folder: Open, office: Office) -> None:
    """Too short a break for the stream to notice."""
    mail = open_folder(office.folder("offline", 3))
    intercept(page, "**/pane/", lambda route: route.abort())
    mail.press("j")
    expect(page.locator("#pane [data-retry]")).to_be_visible()
    page.unroute("**/pane/")
    page.evaluate("() => dispatchEvent(new Event('online'))")
    mail.shows(3)


def test_the_numbers_at_the_side_are_live_on_every_page(page: Page, open_folder: Open, office: Office) -> None:
    anna = office.cast.anna
    due = Wanted("Odpowiedź na pozew", due_on=today(anna.office), assignee=anna.public_id)
    add_task(anna, due)
    tasks = page.locator("#desk [data-key=tasks]")
    number = tasks.locator(".count")
    with page.expect_response("**/folders/tree/**"):  # once the stream has begun
        open_folder(office.folder("at-the-side", 1))
    for address in ("", "/cases/"):
        if address:
            with page.expect_response("**/folders/tree/?only=desk"):
                page.goto(address)
        told = int(re.sub(r"\D", "", number.inner_text()))
        tasks.focus()
        add_task(anna, due)
        expect(number).to_contain_text(str(told + 1))
        expect(tasks).to_be_focused()
    expect(page.locator("#desk [aria-current]")).to_have_attribute("href", "/cases/")


def test_a_page_left_open_over_midnight_says_today_of_no_other_day(open_folder: Open, office: Office) -> None:
    page = open_folder(office.folder("over-midnight", 1)).page
    after_midnight = """ends => { window.yesterday = true; Date.now = () => Date.parse(ends) }"""
    ends = page.locator("body").get_attribute("data-day-ends")
    page.evaluate(after_midnight, ends)
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    page.wait_for_function("() => !window.yesterday")
    page.locator("#search-text").fill("umowa")
    page.evaluate(after_midnight, ends)
    with page.expect_response("**/rows/**"):  # what is being written stays; the rows are fetched again
        page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    assert page.evaluate("() => window.yesterday")
