"""The search box, by keys alone: from any page, as one writes, with chips and proposals, and the hits read where they are found."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from teczka.actions.searches import save_search
from teczka.store.events import changed
from teczka.store.models import Folder, Placement, User
from teczka.store.viewer import as_user
from tests.browser.conftest import Office, intercept
from tests.browser.held import Held
from tests.browser.test_accessibility import TELL_OF_MICE, everywhere
from tests.browser.test_pages import check
from tests.cast import make_account, make_folder
from tests.site import free_port, serving
from tests.web.mailroom import store

NOW = datetime.now(UTC)
LETTERS = [
    ("Jan Kowal", "jan@klient.example", "Umowa najmu lokalu", "Proszę o podpisanie umowy w piątek."),
    ("Jan Kowal", "jan@klient.example", "Wypowiedzenie", "Wypowiadam umowę z Łodzi ze skutkiem na koniec miesiąca."),
    ("Ewa Wójcik", "ewa@biuro.example", "Faktura", "Faktura za obsługę umów we wrześniu."),
    ("Ewa Wójcik", "ewa@biuro.example", "Spotkanie", "Widzimy się w środę."),
]


@dataclass(frozen=True)
class Letters:
    owner: User
    inbox: Folder

    def arrive(self, subject: str, text: str) -> None:
        raw = f"From: Nowy Nadawca <nowy@klient.example>\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        store(self.inbox, raw.replace("\n", "\r\n").encode(), datetime.now(UTC))
        self.tell()

    def count(self) -> int:
        with as_user(self.owner.pk):
            return Placement.objects.filter(folder=self.inbox).count()

    def tell(self) -> None:
        with as_user(self.owner.pk):
            changed([self.owner.public_id], self.inbox.account.public_id, [self.inbox.public_id])


@pytest.fixture(scope="module")
def letters(office: Office) -> Letters:
    """One account of some letters, of a person who has no others."""
    anna = User.objects.create_user("szukaj@lipowa.example", office=office.cast.office, name="Anna Szukająca")
    inbox = make_folder(make_account(anna, "szukaj@lipowa.example", provider_name="szukaj"), "INBOX", role="inbox")
    for number in range(24):
        name, address, subject, text = LETTERS[number % 4]
        raw = (
            f"From: {name} <{address}>\nTo: Anna <szukaj@lipowa.example>\nSubject: {subject} {number}\n"
            f"Content-Type: text/plain; charset=utf-8\n\n{text} Nr {number}.\n"
        )
        store(inbox, raw.replace("\n", "\r\n").encode(), NOW - timedelta(hours=number + 1), seen=True)
    return Letters(anna, inbox)


@pytest.fixture
def context(context: BrowserContext, office: Office, letters: Letters) -> BrowserContext:
    """Signed in as she is."""
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(letters.owner), "url": office.site.url}]
    )
    return context


@pytest.fixture
def keyboard(page: Page) -> Page:
    page.add_init_script(TELL_OF_MICE)  # a mouse is a complaint, and fails the test
    return page


@pytest.fixture
def mail(keyboard: Page, letters: Letters) -> Page:
    keyboard.goto(f"/folders/{letters.inbox.public_id}/")
    keyboard.locator("#rows .spacer").first.wait_for(state="attached")  # the core has begun
    return keyboard


# What is marked in the message, by the browser alone.
MARKED = """[...(document.getElementById("frame").contentWindow.CSS.highlights.get("found") ?? [])].map(String)"""


def hits(page: Page) -> Locator:
    return page.locator('#rows [role="row"]')


def write(page: Page, text: str, before: str = "") -> None:
    """And wait until nothing is asked any more: parts of it have answers, too, which come before."""
    told = {"q": f"{before}{text}".strip()} | ({} if text.endswith(" ") else {"typing": "1"})
    with page.expect_response(lambda answer: answer.url.endswith(f"/search/live/?{urlencode(told)}")):
        page.keyboard.type(text)
    expect(page.locator("#search")).not_to_contain_class("busy")


def stands(page: Page) -> str:
    """In the box: chips, then words."""
    fields = page.locator("#search input[name=q]").evaluate_all("all => all.map(({ value }) => value.trim())")
    return " ".join(filter(None, fields))


def search(page: Page, text: str, count: int) -> None:
    page.keyboard.press("/")
    expect(page.locator("#search-text")).to_be_focused()
    write(page, text)
    expect(page.locator("#mail")).to_have_attribute("data-role", "search")
    expect(hits(page)).to_have_count(count)


def all_answered(page: Page) -> None:
    """What is asked after what was let go, and takes as long."""
    for _ in range(2):
        page.evaluate("() => fetch('/search/live/?q=u&typing=1').then(answer => answer.text())")


def tree_is_new(page: Page, before: Callable[[], None]) -> None:
    """Once all that events change has been changed."""
    page.locator("#tree").evaluate("tree => { tree.firstElementChild.dataset.before = '' }")
    before()
    expect(page.locator("#tree > [data-before]")).to_have_count(0)


def test_it_searches_as_one_writes_and_the_hits_are_read_in_place(mail: Page, letters: Letters) -> None:
    search(mail, "umow", 18)  # begun, in every form
    expect(mail.locator("#folder-name")).to_have_text("Szukaj")
    expect(mail.locator("#count")).to_have_text("18 wiadomości")
    mail.keyboard.type("ą lodzi ")
    expect(hits(mail)).to_have_count(6)
    expect(mail.locator("#rows mark").first).to_be_visible()
    mail.keyboard.press("Enter")
    expect(mail.locator("#rows")).to_be_focused()
    mail.wait_for_url("**/search/?q=umow%C4%85+lodzi")
    mail.keyboard.press("j")
    expect(mail.locator("#pane-head h1")).to_have_text("Wypowiedzenie 1")
    mail.keyboard.press("j")
    expect(mail.locator("#pane-head h1")).to_have_text("Wypowiedzenie 5")
    opened = mail.locator('#rows [aria-selected="true"]').get_attribute("data-message")
    mail.wait_for_url(f"**/search/?q=umow*&m={opened}")  # the address names the one before for a moment
    mail.reload()
    expect(mail.locator("#pane-head h1")).to_have_text("Wypowiedzenie 5")
    expect(hits(mail)).to_have_count(6)
    mail.go_back()
    expect(mail.locator("#folder-name")).to_have_text("Odebrane")
    expect(hits(mail)).to_have_count(letters.count())


def test_an_answer_that_comes_after_a_hit_was_opened_leaves_the_hit_in_the_address(
    mail: Page, letters: Letters
) -> None:
    search(mail, "wypowiadam ", 6)
    held = Held(mail, "**/search/live/**", times=1)
    mail.keyboard.press("Enter")
    held.asked()
    mail.keyboard.press("j")
    mail.wait_for_url("**&m=*")
    with mail.expect_response("**/search/live/**"):
        held.let_go()
    expect(mail.locator("#search")).not_to_contain_class("busy")
    assert "&m=" in mail.url
    tree_is_new(mail, letters.tell)
    expect(mail.locator("#count")).to_have_text("6 wiadomości")
    mail.reload()
    expect(mail.locator("#pane-head h1")).to_have_text("Wypowiedzenie 1")


def test_in_a_message_that_is_opened_the_words_are_marked_and_nothing_is_written_into_it(mail: Page) -> None:
    search(mail, "umowa", 18)
    mail.keyboard.press("Enter")
    mail.keyboard.press("j")
    mail.wait_for_function(f"() => {MARKED}.length > 0")
    assert {*map(str.lower, mail.evaluate(MARKED))} <= {"umowa", "umowy", "umowę", "umową", "umowie", "umów"}
    assert mail.frame_locator("#frame").locator("mark").count() == 0
    mail.keyboard.press("j")
    mail.wait_for_function(f"() => {MARKED}.length > 0")
    mail.goto("/inbox/")
    mail.locator("#rows .spacer").first.wait_for(state="attached")
    mail.keyboard.press("j")
    expect(mail.frame_locator("#frame").locator("body")).not_to_be_empty()
    assert mail.evaluate(MARKED) == []


def test_words_one_behind_another_are_marked_across_tags_and_lines(mail: Page) -> None:
    search(mail, '"umowę z Łodzi" ', 6)
    mail.keyboard.press("Enter")
    mail.keyboard.press("j")
    mail.wait_for_function(f"() => {MARKED}.length > 0")
    mail.evaluate("""document.getElementById("frame").contentDocument.body.innerHTML =
        "<p>umowę, a tu <i>oto</i> umowę <b>z</b> <a>Łodzi</a>,<br>umowę<br>&gt; z Łodzi; z Łodzi" """)
    mail.wait_for_function(f"() => {MARKED}.length === 2")
    assert mail.evaluate(MARKED) == ["umowę z Łodzi", "umowę> z Łodzi"]


def test_operators_become_chips_and_backspace_takes_the_last_away(mail: Page) -> None:
    search(mail, "od:ewa umowa", 6)
    chip = mail.locator(".search-chip")
    expect(chip).to_have_accessible_name("Usuń filtr od:ewa")
    expect(mail.locator("#search-text")).to_have_value("umowa")
    for _ in "umowa":
        mail.keyboard.press("Backspace")
    expect(hits(mail)).to_have_count(12)
    mail.keyboard.press("Backspace")
    expect(chip).to_have_count(0)
    expect(mail.get_by_text("Czego szukasz?")).to_be_visible()
    mail.keyboard.type("from:jan -temat:najmu ")  # in the other language, too
    mail.keyboard.press("Enter")
    expect(chip).to_have_count(2)
    expect(hits(mail)).to_have_count(6)


def test_with_enter_words_on_both_sides_of_an_operator_stand_together(mail: Page) -> None:
    search(mail, "umowa od:ewa obsługę", 6)
    expect(mail.locator(".search-chip")).to_have_count(0)
    with mail.expect_response("**/search/live/**"):
        mail.keyboard.press("Enter")
    expect(mail.locator(".search-chip")).to_have_accessible_name("Usuń filtr od:ewa")
    expect(mail.locator("#search-text")).to_have_value("umowa obsługę")
    expect(hits(mail)).to_have_count(6)


def test_a_value_of_several_words_becomes_one_chip_or_none_before_its_end(mail: Page) -> None:
    chip, field = mail.locator(".search-chip"), mail.locator("#search-text")
    search(mail, "temat:I C ", 0)
    expect(field).to_have_value("temat:I C ")
    write(mail, "12/24 umowa sprawa:I C ", before="temat:I C ")
    expect(chip).to_have_accessible_name("Usuń filtr temat:I C 12/24")
    expect(field).to_have_value("umowa sprawa:I C ")
    write(mail, "12/24 ", before="temat:I C 12/24 umowa sprawa:I C ")
    expect(chip).to_have_count(1)
    mail.keyboard.press("Enter")
    expect(chip).to_have_count(2)
    expect(field).to_have_value("umowa")


def test_an_operator_that_cannot_be_read_stays_with_the_words(mail: Page) -> None:
    search(mail, "od:jan po:32.13.2026 jest:cokolwiek ", 0)
    expect(mail.locator("#standing")).to_contain_text("po:32.13.2026")
    for _ in range(2):
        expect(mail.locator(".search-chip")).to_have_accessible_name("Usuń filtr od:jan")
        expect(mail.locator("#search-text")).to_have_value(re.compile("^po:32.13.2026 jest:cokolwiek ?$"))
        with mail.expect_response("**/search/live/**"):
            mail.keyboard.press("Enter")
        expect(mail.locator("#search")).not_to_contain_class("busy")
        mail.keyboard.press("/")


# Each with what is written behind it, and how many hits that leaves.
WRITTEN = [
    ("temat:lokalu LUB temat:faktura", "umów", 12),
    ("(temat:lokalu | temat:faktura) jan", "umowa", 6),
    ('"faktura od:ewa obsługę"', "umowa", 0),
    ("od:jan OR temat:faktura", "umowa", 18),
    ("od:jan po:32.13.2026 jest:cokolwiek", "umowa", 0),
]
UNFINISHED = [("umowa temat:lokalu OR", "temat:faktura", 12), ("umowa (temat:lokalu OR", "temat:faktura)", 12)]


@pytest.mark.parametrize(("query", "words", "count"), [*WRITTEN, *UNFINISHED])
def test_what_is_searched_for_is_what_is_written(mail: Page, query: str, words: str, count: int) -> None:
    mail.keyboard.press("/")
    write(mail, f"{query} ")
    write(mail, f"{words} ", before=f"{query} ")
    expect(hits(mail)).to_have_count(count)
    assert stands(mail) == f"{query} {words}"


@pytest.mark.parametrize(("query", "words", "count"), WRITTEN)
def test_a_search_that_is_opened_stays_as_it_was_written(mail: Page, query: str, words: str, count: int) -> None:
    """With Enter, too, and where something is added."""
    mail.goto(f"/search/?{urlencode({'q': query})}")
    mail.locator("#rows .spacer, #list .hollow").first.wait_for(state="attached")
    mail.locator("#search-text").focus()
    with mail.expect_response("**/search/live/**"):
        mail.keyboard.press("Enter")
    expect(mail.locator("#search")).not_to_contain_class("busy")
    assert stands(mail) == query
    mail.locator("#search-text").focus()
    mail.keyboard.press("End")
    write(mail, f" {words} ", before=query)
    expect(hits(mail)).to_have_count(count)
    assert stands(mail) == f"{query} {words}"


def test_values_are_proposed_and_taken_by_the_keys(mail: Page) -> None:
    search(mail, "od:kow", 12)
    option = mail.locator("#search-offers [role=option]")
    expect(option).to_have_text(["Jan Kowaljan@klient.example"])
    mail.keyboard.press("ArrowDown")
    expect(mail.locator("#search-text")).to_have_attribute("aria-activedescendant", "search-offer-0")
    mail.keyboard.press("Enter")
    expect(mail.locator(".search-chip")).to_have_accessible_name("Usuń filtr od:jan@klient.example")
    expect(mail.locator("#search-offers")).to_be_hidden()
    expect(hits(mail)).to_have_count(12)


@pytest.mark.parametrize(
    ("query", "chip", "count"), [("od:kowal", "od:kowal", 12), ("is:unread", "jest:nieprzeczytane", 0)]
)
def test_enter_searches_for_what_is_written_whatever_is_proposed(mail: Page, query: str, chip: str, count: int) -> None:
    search(mail, query, count)
    expect(mail.locator("#search-offers [role=option]")).to_have_count(1)
    mail.keyboard.press("Enter")
    expect(mail.locator("#rows")).to_be_focused()
    expect(mail.locator(".search-chip")).to_have_accessible_name(f"Usuń filtr {chip}")
    expect(hits(mail)).to_have_count(count)


@pytest.mark.parametrize(("query", "count"), [("od:kow", 12), ("wypow", 6)])
def test_enter_takes_no_hits_away_that_stood_there_by_the_beginning_of_a_word(
    mail: Page, query: str, count: int
) -> None:
    search(mail, query, count)
    mail.keyboard.press("Enter")
    expect(mail.locator("#standing .strip")).to_contain_text("potraktowano jako początek słowa")
    expect(hits(mail)).to_have_count(count)
    if query == "wypow":
        mail.keyboard.press("j")
        mail.wait_for_function(f"() => {MARKED}.length > 0")
        assert mail.evaluate(MARKED) == ["Wypowiadam"]


def test_what_was_searched_for_is_proposed_to_an_empty_box(mail: Page) -> None:
    search(mail, "faktura", 6)
    with mail.expect_response("**/search/noted/"):
        mail.keyboard.press("Enter")
    mail.goto("/cases/")
    mail.keyboard.press("/")
    expect(mail.locator("#search-offers")).to_contain_text("Ostatnie wyszukiwania")
    mail.keyboard.press("ArrowDown")
    expect(mail.locator("#search-offers [aria-selected=true]")).to_have_text("faktura")
    mail.keyboard.press("Enter")
    mail.wait_for_url("**/search/?q=faktura")
    expect(hits(mail)).to_have_count(6)


def test_what_could_not_be_forgotten_is_said_where_it_was_asked(mail: Page) -> None:
    search(mail, "faktura", 6)
    with mail.expect_response("**/search/noted/"):
        mail.keyboard.press("Enter")
    mail.goto("/cases/")
    intercept(mail, "**/search/forget/", lambda route: route.fulfill(status=503), times=1)
    mail.keyboard.press("/")
    forget = mail.locator("#search-offers .search-forget")
    forget.click()
    expect(forget).to_have_text("Nie udało się. Wszystko zostało bez zmian.")
    expect(mail.locator("#search-said")).to_have_text("Nie udało się. Wszystko zostało bez zmian.")
    forget.click()
    expect(forget).to_have_count(0)


def test_escape_closes_what_is_proposed_and_then_leaves_the_box(mail: Page) -> None:
    mail.keyboard.press("/")
    expect(mail.locator("#search-offers")).to_be_visible()
    mail.keyboard.press("Escape")
    expect(mail.locator("#search-offers")).to_be_hidden()
    expect(mail.locator("#search-text")).to_be_focused()
    mail.keyboard.press("Escape")
    expect(mail.locator("#rows")).to_be_focused()


def test_only_the_last_key_is_answered(mail: Page) -> None:
    """An answer that comes late is not shown over a later one."""
    held = Held(mail, "**/search/live/?q=umow&*", times=1)
    mail.keyboard.press("/")
    mail.keyboard.type("umow")
    held.asked()
    mail.keyboard.type("a najmu ")
    expect(hits(mail)).to_have_count(6)
    held.let_go()
    all_answered(mail)
    expect(hits(mail)).to_have_count(6)
    expect(mail.locator("#search")).not_to_contain_class("busy")


def test_what_did_not_load_is_said_and_asked_for_again(mail: Page, letters: Letters) -> None:
    intercept(mail, "**/search/live/**", lambda route: route.fulfill(status=500))
    again = mail.locator("#notices").get_by_role("button", name="Spróbuj ponownie")
    mail.keyboard.press("/")
    mail.keyboard.type("f")
    expect(again).to_be_visible()
    again.evaluate("button => { window.first = button }")
    with mail.expect_response("**/search/live/?q=faktura"):
        mail.keyboard.type("aktura ")
    expect(mail.locator("#search")).to_contain_class("failed")
    tree_is_new(mail, letters.tell)
    again.focus()
    assert again.evaluate("button => button === window.first && button === document.activeElement")
    mail.unroute("**/search/live/**")
    mail.keyboard.press("Enter")
    expect(hits(mail)).to_have_count(6)
    expect(again).to_have_count(0)
    expect(mail.locator("#rows")).to_be_focused()


def test_what_did_not_load_is_asked_for_by_itself_once_the_server_is_back(
    keyboard: Page, office: Office, letters: Letters
) -> None:
    port = free_port()
    with serving(office.environment, port) as site:
        keyboard.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": site.cookie(letters.owner), "url": site.url}]
        )
        keyboard.goto(f"{site.url}/folders/{letters.inbox.public_id}/")
        keyboard.locator("#rows .spacer").first.wait_for(state="attached")
        search(keyboard, "umowa ", 18)
        site.stop()
    keyboard.keyboard.type("najmu ")
    expect(keyboard.locator("#notices .bad")).to_be_visible()
    with serving(office.environment, port):
        expect(hits(keyboard)).to_have_count(6, timeout=40_000)
        expect(keyboard.locator("#notices .bad")).to_have_count(0)
        expect(keyboard.locator("#search-text")).to_have_value("umowa najmu ")


def test_what_is_taken_back_is_not_searched_for(mail: Page, letters: Letters) -> None:
    held = Held(mail, "**/search/live/?q=f&*", times=1)
    mail.keyboard.press("/")
    mail.keyboard.type("f")
    held.asked()
    mail.keyboard.press("Backspace")
    expect(mail.locator("#search")).not_to_contain_class("busy")
    held.let_go()
    all_answered(mail)
    expect(mail.locator("#folder-name")).to_have_text("Odebrane")
    expect(hits(mail)).to_have_count(letters.count())


def test_proposals_go_with_the_focus_and_are_no_stop_on_its_way(mail: Page) -> None:
    mail.keyboard.press("/")
    expect(mail.locator("#search-offers")).to_be_visible()
    mail.keyboard.press("Tab")
    expect(mail.locator("#search-offers")).to_be_hidden()
    assert not mail.evaluate("document.getElementById('search').contains(document.activeElement)")


def test_enter_takes_no_proposal_for_what_stood_there_before(mail: Page) -> None:
    search(mail, "od:kow", 12)
    expect(mail.locator("#search-offers [role=option]")).to_have_count(1)
    mail.keyboard.press("ArrowDown")
    intercept(mail, "**/search/offers/**", lambda route: None)  # the next answer never comes
    mail.keyboard.type("x")
    mail.keyboard.press("Enter")
    expect(mail.locator(".search-chip")).to_have_accessible_name("Usuń filtr od:kowx")
    expect(hits(mail)).to_have_count(0)


def test_what_arrows_chose_stays_chosen_when_the_proposals_come_anew(mail: Page) -> None:
    mail.keyboard.press("/")
    mail.keyboard.type("od:")
    option = mail.locator("#search-offers [role=option]")
    expect(option.nth(1)).to_have_attribute(
        "data-put", re.compile(r"od:\S+ ")
    )  # not what an empty field may begin with
    held = Held(mail, "**/search/offers/?q=od%3A")
    intercept(mail, "**/search/offers/?q=od%3Ax", lambda route: None)
    mail.keyboard.type("x")
    mail.keyboard.press("Backspace")
    held.asked()
    mail.keyboard.press("ArrowDown")
    mail.keyboard.press("ArrowDown")
    expect(option.nth(1)).to_have_attribute("aria-selected", "true")
    mail.locator("#search-offers").evaluate("offers => { offers.firstElementChild.dataset.before = '' }")
    held.let_go()
    expect(mail.locator("#search-offers [data-before]")).to_have_count(0)
    expect(option.nth(1)).to_have_attribute("aria-selected", "true")


def test_the_order_is_chosen_and_kept_in_the_address(mail: Page) -> None:
    search(mail, "umowa ", 18)
    expect(hits(mail).first).to_contain_text("Umowa najmu")
    expect(hits(mail).nth(1)).to_contain_text("Wypowiedzenie")
    best = mail.get_by_role("link", name="Najtrafniejsze")
    best.focus()
    mail.keyboard.press("Enter")
    expect(hits(mail).nth(1)).to_contain_text("Umowa najmu lokalu 4")
    mail.wait_for_url("**/search/?q=umowa&order=best")
    expect(mail.get_by_role("link", name="Najtrafniejsze")).to_have_attribute("aria-current", "true")


def test_hits_come_in_live_and_nothing_that_is_seen_moves(mail: Page, letters: Letters) -> None:
    search(mail, "hydroizolacja ", 0)
    expect(mail.get_by_text("Nic nie pasuje do „hydroizolacja”.")).to_be_visible()
    letters.arrive("Ekspertyza", "Stan hydroizolacji dachu.")
    expect(hits(mail)).to_have_count(1)
    expect(mail.get_by_text("Nic nie pasuje do")).to_have_count(0)
    mail.keyboard.press("Enter")
    mail.keyboard.press("j")
    expect(mail.locator("#pane-head h1")).to_have_text("Ekspertyza")
    letters.arrive("Ekspertyza druga", "O hydroizolacji jeszcze raz.")
    expect(hits(mail)).to_have_count(2)
    expect(mail.locator("#pane-head h1")).to_have_text("Ekspertyza")
    expect(mail.locator('#rows [aria-selected="true"]')).to_contain_text("Ekspertyza")


def test_what_is_open_stays_in_a_search_of_the_unread_until_another_is_chosen_or_it_is_made_again(
    mail: Page, letters: Letters
) -> None:
    for number in range(3):
        letters.arrive(f"Apelacja {number}", "Wnoszę apelację od wyroku.")
    search(mail, "jest:nieprzeczytana apelacja ", 3)
    mail.keyboard.press("Enter")
    expect(mail.locator("#rows")).to_be_focused()
    mail.keyboard.press("j")
    expect(mail.locator("#pane-head h1")).to_have_text("Apelacja 2")
    mail.keyboard.press("Shift+I")
    expect(mail.locator("#count")).to_have_text("2 wiadomości")
    letters.arrive("Apelacja 3", "Apelacja w załączeniu.")
    subjects = hits(mail).locator("[data-field=subject]")
    expect(subjects).to_have_text(["Apelacja 3", "Apelacja 2", "Apelacja 1", "Apelacja 0"])
    expect(mail.locator('#rows [aria-selected="true"]')).to_contain_text("Apelacja 2")
    mail.keyboard.press("j")
    expect(mail.locator("#pane-head h1")).to_have_text("Apelacja 1")
    letters.arrive("Apelacja 4", "Apelacja w załączeniu.")
    expect(subjects).to_have_text(["Apelacja 4", "Apelacja 3", "Apelacja 1", "Apelacja 0"])
    mail.keyboard.press("Shift+I")
    expect(mail.locator("#count")).to_have_text("3 wiadomości")
    mail.keyboard.press("/")
    mail.keyboard.press("Enter")
    expect(subjects).to_have_text(["Apelacja 4", "Apelacja 3", "Apelacja 0"])


def test_a_search_of_a_name_stands_beside_the_folders(mail: Page, letters: Letters) -> None:
    save_search(letters.owner, "Umowy Jana", "od:jan umowa", best=False)
    link = mail.locator("#tree").get_by_role("link", name="Umowy Jana")
    link.focus()  # it came by an event
    mail.keyboard.press("Enter")
    mail.wait_for_url("**/search/?q=od%3Ajan+umowa")
    expect(mail.locator("#folder-name")).to_have_text("Umowy Jana")
    expect(mail.locator("#tree").get_by_role("link", name="Umowy Jana")).to_have_attribute("aria-current", "page")


def test_back_from_a_search_that_was_saved_leads_to_no_form(mail: Page, letters: Letters) -> None:
    search(mail, "temat:faktura ", 6)
    mail.get_by_role("link", name="Zapisz to wyszukiwanie").press("Enter")
    mail.get_by_label("Nazwa").fill("Faktury")
    mail.keyboard.press("Enter")
    expect(mail.locator("#folder-name")).to_have_text("Faktury")
    mail.locator("#rows .spacer").first.wait_for(state="attached")
    mail.keyboard.press("/")
    mail.keyboard.press("End")
    write(mail, " ewa ", before="temat:faktura")
    expect(mail.locator("#folder-name")).to_have_text("Szukaj")
    mail.go_back()
    expect(mail.locator("#folder-name")).to_have_text("Faktury")
    expect(hits(mail)).to_have_count(6)


def test_on_a_telephone_a_button_opens_the_box(letters: Letters, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"/folders/{letters.inbox.public_id}/")
    page.locator("#rows .spacer").first.wait_for(state="attached")
    expect(page.locator("#search-text")).to_be_hidden()
    page.get_by_role("link", name="Szukaj w całej poczcie").click()
    expect(page.locator("#search-text")).to_be_focused()
    page.keyboard.type("wypowiedzenie ")
    expect(hits(page)).to_have_count(6)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.keyboard.press("Enter")
    hits(page).first.click()
    expect(page.locator("#pane-head h1")).to_have_text("Wypowiedzenie 1")
    page.go_back()
    expect(hits(page)).to_have_count(6)


@pytest.mark.parametrize("width", [360, 1440])
def test_long_words_stay_within_the_list(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(f"/search/?q={'x' * 900}+od:{'b' * 300}")
    expect(page.get_by_text("Nic nie pasuje do")).to_be_in_viewport()
    edge = page.locator("#list").evaluate("list => list.getBoundingClientRect().right")
    without = page.get_by_role("link", name="Bez od:bbb")
    expect(without).to_be_in_viewport(ratio=1)
    for part in (page.locator("#list .hollow"), without):
        assert part.evaluate("part => part.getBoundingClientRect().right") <= edge <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [360, 768, 1024, 1440])
def test_how_many_there_are_is_never_cut(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    for address, before in (("/inbox/", " · "), ("/search/?q=umowa", "")):
        page.goto(address)
        lacking = page.locator("#count").evaluate(
            """(count, said) => {
                 count.lastChild.textContent = said;
                 const many = document.createRange();
                 many.selectNode(count.lastChild);
                 return many.getBoundingClientRect().right - count.parentElement.getBoundingClientRect().right;
               }""",
            f"{before}ponad 1 000 wiadomości",
        )
        assert lacking < 1, address
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["pl", "en"])
def test_each_of_its_states_is_accessible_in_both_languages(page: Page, letters: Letters, language: str) -> None:
    User.objects.filter(pk=letters.owner.pk).update(language=language)
    try:
        for address in (
            "/search/",
            "/search/?q=umowa",
            "/search/?q=od:jan+niczego+takiego:1&order=best",
            "/search/save/?q=umowa",
        ):
            page.goto(address)
            expect(page.locator("html")).to_have_attribute("lang", language)
            everywhere(page)
        page.goto("/search/?q=umowa")
        page.get_by_role("row").first.locator("[data-field=from]").click()
        expect(page.locator("#rows [aria-selected=true]")).to_have_count(1)
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            check(page)
        page.goto(f"/folders/{letters.inbox.public_id}/")
        page.keyboard.press("/")
        expect(page.locator("#search-offers")).to_be_visible()
        check(page)
        write(page, "od:ja")
        expect(page.locator("#search-offers [role=option]")).not_to_have_count(0)
        check(page)
    finally:
        User.objects.filter(pk=letters.owner.pk).update(language="pl")


def test_it_works_without_script(browser: Browser, office: Office, letters: Letters) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=office.site.url)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(letters.owner), "url": office.site.url}]
    )
    page = context.new_page()
    page.goto("/cases/")
    page.get_by_role("combobox", name="Szukaj w całej poczcie").fill("od:ewa umowa")
    page.get_by_role("combobox", name="Szukaj w całej poczcie").press("Enter")
    expect(hits(page)).to_have_count(6)
    page.get_by_role("button", name="Usuń filtr od:ewa").click()
    expect(hits(page)).to_have_count(18)
    context.close()


def test_an_answer_for_the_list_before_is_not_taken_for_hits(mail: Page, letters: Letters) -> None:
    held = Held(mail, "**/folders/*/rows/**")
    letters.arrive("Zawiadomienie", "Nowe.")
    held.asked()
    search(mail, "faktura ", 6)
    held.let_go()
    tree_is_new(mail, letters.tell)  # what is told now is asked for after that
    expect(hits(mail)).to_have_count(6)
    expect(mail.locator("#rows")).not_to_contain_text("Zawiadomienie")


def test_how_many_there_were_in_the_list_before_is_not_told_of_hits(mail: Page, letters: Letters) -> None:
    held = Held(mail, "**/folders/tree/**", times=1)
    letters.tell()
    held.asked()
    search(mail, "faktura ", 6)
    mail.evaluate(
        """() => {
             window.told = [];
             const look = () => window.told.push(document.getElementById("count").textContent.trim());
             new MutationObserver(look).observe(document.getElementById("mail"), { childList: true, subtree: true });
           }"""
    )
    tree_is_new(mail, held.let_go)
    expect(mail.locator("#count")).to_have_text("6 wiadomości")
    assert set(mail.evaluate("() => window.told")) <= {"6 wiadomości"}
