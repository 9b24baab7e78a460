"""The list window: any place of a long folder, few rows in the document, an honest scroll bar."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import LONG, Mail, MailFolder, Office, intercept

Open = Callable[[MailFolder], Mail]


def test_few_rows_are_in_the_document_wherever_one_scrolls(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    for index in (0, 400, 3_000, 120, LONG - 1):
        mail.scroll_to(index)
        expected = min(LONG - index, LONG)
        expect(mail.page.get_by_text(f"Pismo {expected}", exact=True).first).to_be_in_viewport()
        numbers = mail.numbers()
        assert len(numbers) <= 300
        assert numbers == list(range(numbers[0], numbers[0] - len(numbers), -1)), "a gap or a row twice"


def test_the_scroll_bar_tells_the_folders_length(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    height = mail.page.evaluate("document.getElementById('rows').scrollHeight")
    row = mail.page.evaluate("document.querySelector('#rows [role=row]').offsetHeight")
    assert height == LONG * row
    assert mail.page.locator("#rows").get_attribute("aria-rowcount") == str(LONG)


def test_rows_far_down_know_their_numbers(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    mail.scroll_to(3_333)
    row = mail.page.locator('#rows [role="row"]', has_text=f"Pismo {LONG - 3_333}").first
    expect(row).to_have_attribute("aria-rowindex", "3334")


def test_another_list_in_its_place_begins_at_its_own_beginning(open_folder: Open, long_folder: MailFolder) -> None:
    """As when a search begins far down in a folder: what stood there first gave its place to the newest rows."""
    mail = open_folder(long_folder)
    mail.scroll_to(500)
    expect(mail.page.get_by_text(f"Pismo {LONG - 500}", exact=True).first).to_be_in_viewport()
    mail.page.evaluate(
        """async (url) => {
             const answer = await fetch(url, { headers: { "X-Fragment": "1" } });
             const body = new DOMParser().parseFromString(await answer.text(), "text/html").body;
             const detail = [url, { body, total: Number(answer.headers.get("X-Total")) }];
             document.dispatchEvent(new CustomEvent("teczka:list", { detail }));
           }""",
        f"/folders/{long_folder.folder.public_id}/rows/",
    )
    expect(mail.page.get_by_text(f"Pismo {LONG}", exact=True).first).to_be_in_viewport()
    mail.scroll_to(500)
    row = mail.page.locator('#rows [role="row"]', has=mail.page.get_by_text(f"Pismo {LONG - 500}", exact=True))
    expect(row).to_have_attribute("aria-rowindex", "501")
    numbers = mail.numbers()
    assert numbers == list(range(numbers[0], numbers[0] - len(numbers), -1))


def test_going_on_by_the_wheel_never_shows_a_gap(open_folder: Open, long_folder: MailFolder) -> None:
    mail = open_folder(long_folder)
    mail.page.locator("#rows").hover()
    for _ in range(30):
        mail.page.mouse.wheel(0, 700)
    mail.page.wait_for_function("() => document.getElementById('rows').scrollTop > 20000")
    expect(mail.page.locator("#rows .block-wait")).to_have_count(0)
    numbers = mail.numbers()
    assert numbers == list(range(numbers[0], numbers[0] - len(numbers), -1))


def test_a_block_that_fails_says_so_and_can_be_asked_for_again(
    page: Page, open_folder: Open, long_folder: MailFolder
) -> None:
    with page.expect_response(
        "**/rows/"
    ):  # once the stream has begun: what failed would be asked for again by that, too
        mail = open_folder(long_folder)
    intercept(mail.page, "**/rows/?*", lambda route: route.fulfill(status=500))
    mail.scroll_to(2_000)
    again = mail.page.locator("#rows [data-retry]")
    expect(again.nth(1)).to_be_attached()  # what is seen and the block before it, at least
    expect(mail.page.locator("#rows .block-wait:not(:has([data-retry]))")).to_have_count(0)
    mail.page.unroute("**/rows/?*")
    again.last.dispatch_event(
        "click"
    )  # a click would scroll first, and what comes near by scrolling is asked for again anyway
    expect(again).to_have_count(0)
    expect(mail.page.get_by_text(f"Pismo {LONG - 2_000}", exact=True).first).to_be_in_viewport()


def test_a_list_longer_than_a_browser_is_tall_ends_at_rows_that_can_be_seen(
    page: Page, open_folder: Open, long_folder: MailFolder
) -> None:
    """Chromium cuts off what is above 33.5 million pixels: End led to a row that no scrolling reaches."""
    home, length = f"/folders/{long_folder.folder.public_id}/", 700_000

    def lengthen(route: Route) -> None:
        at = re.search(r"[?]at=(\d+)", route.request.url)
        start = int(at[1]) % 4_000 if at else 0
        answer = route.fetch(url=route.request.url.partition("?")[0] + (f"?at={start}&skip={start}" if start else ""))
        body = answer.text().replace(f'aria-rowcount="{LONG}"', f'aria-rowcount="{length}"')
        route.fulfill(response=answer, body=body, headers=answer.headers | {"x-total": str(length)})

    page.route(re.compile(f"{home}(rows/.*)?$"), lengthen)
    mail = open_folder(long_folder)
    tall = page.evaluate("document.querySelector('#rows [role=row]').offsetHeight")
    mail.press("End")
    last = page.locator('#rows [aria-selected="true"]')
    expect(last).to_have_attribute("aria-rowindex", str(33_000_000 // tall))
    expect(last).to_be_in_viewport(ratio=1)
    mail.scroll_to(length)
    expect(last).to_be_in_viewport(ratio=1)
    mail.press("k", "k")
    expect(last).to_have_attribute("aria-rowindex", str(33_000_000 // tall - 2))
    assert page.locator("#rows").get_attribute("aria-rowcount") == str(length)


def test_an_empty_folder_says_so_and_fills_by_itself(open_folder: Open, office: Office) -> None:
    empty = office.folder("empty", 0)
    mail = open_folder(empty)
    expect(mail.page.locator("#rows + *")).to_be_visible()
    empty.arrive(3)
    expect(mail.page.locator('#rows [role="row"]')).to_have_count(3)
    expect(mail.page.locator("#rows + *")).to_have_count(0)
    mail.press("j")
    mail.shows(3)


def test_what_is_unread_has_a_dot_in_high_contrast_and_no_bar(
    page: Page, open_folder: Callable[[MailFolder], Mail], long_folder: MailFolder
) -> None:
    page.emulate_media(forced_colors="active")
    open_folder(long_folder)
    cell, dot, highlight = page.locator("#rows .unread .dot").first.evaluate(
        """cell => {
             const probe = document.body.appendChild(document.createElement("p"));
             probe.style = "background: Highlight; forced-color-adjust: none";
             return [getComputedStyle(cell), getComputedStyle(cell, "::before"), getComputedStyle(probe)].map(one => one.backgroundColor);
           }"""
    )
    assert dot == highlight != cell
