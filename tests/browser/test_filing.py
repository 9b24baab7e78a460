"""Filing by keyboard alone: one key where it is certain, `l` and a few letters where it is not, z for what was a slip."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from teczka.actions.cases import add_case
from teczka.core.cases import Card
from teczka.store.models import Case, Filing, Grant, Message, User
from teczka.store.viewer import as_user
from tests.browser.conftest import Mail, MailFolder, Office
from tests.browser.test_pages import check
from tests.web.mailroom import store


def letter(name: str, subject: str) -> bytes:
    """Each of a conversation of its own."""
    head = f"From: Jan Kowal <{name}@klient.example>\r\nMessage-ID: <{name}@klient.example>\r\n"
    return f"{head}Subject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nTreść {name}.\r\n".encode()


@pytest.fixture(scope="module")
def colleague(office: Office) -> User:
    """Nobody of the cast: what they are shown stays for the tests that come after."""
    return User.objects.create_user("zofia@lipowa.example", office=office.cast.office, name="Zofia Zespołowa")


@pytest.fixture(scope="module")
def case(office: Office, colleague: User) -> Case:
    card = Card("AKT/7/2026", "Kowal p. Deweloper", references=("VI C 812/26",))
    return add_case(office.cast.anna, card, [colleague.public_id])


@pytest.fixture(scope="module")
def other(office: Office) -> Case:
    return add_case(office.cast.anna, Card("AKT/8/2026", "Żurawina – zachowek"))


@pytest.fixture
def letters(office: Office, case: Case, other: Case, request: pytest.FixtureRequest) -> MailFolder:
    """The newest names the case, the one before names none."""
    made = office.folder(request.node.name[5:30], 0)
    store(made.folder, letter(f"{made.folder.path}-1", "Zapytanie"))
    store(made.folder, letter(f"{made.folder.path}-2", "VI C 812/26 – odpis pozwu"))
    return made


def strip(page: Page) -> Locator:
    return page.locator("#pane #filing")


def filed(office: Office, folder: MailFolder, number: int) -> tuple[list[int], list[int]]:
    """The cases of a letter, and who else sees it."""
    with as_user(office.cast.anna.pk):
        message = Message.objects.get(
            account=folder.account, message_id=f"{folder.folder.path}-{number}@klient.example"
        )
        cases = list(Filing.objects.filter(message=message, undone_at=None).values_list("case_id", flat=True))
        return cases, list(Grant.objects.filter(message=message).values_list("user_id", flat=True))


def test_one_key_files_what_is_certain_and_z_takes_it_back(
    office: Office,
    page: Page,
    open_folder: Callable[[MailFolder], Mail],
    letters: MailFolder,
    case: Case,
    colleague: User,
) -> None:
    mail = open_folder(letters)
    mail.press("j")
    expect(strip(page)).to_contain_text("VI C 812/26 w temacie")
    expect(strip(page)).to_contain_text("zobaczy to zespół: 1 osoba")  # before the key
    check(page)
    mail.press("1")
    expect(strip(page)).to_contain_text("przypisano przez Ciebie")
    expect(page.locator("#rows .case-chip")).to_contain_text("AKT/7/2026")
    assert filed(office, letters, 2) == ([case.pk], [colleague.pk])
    check(page)
    mail.press("z")
    expect(strip(page).locator("[data-key=file-1]")).to_be_visible()
    assert filed(office, letters, 2) == ([], [])


def test_shift_and_the_key_keep_it_private(
    office: Office, page: Page, open_folder: Callable[[MailFolder], Mail], letters: MailFolder, case: Case
) -> None:
    mail = open_folder(letters)
    mail.press("j")
    expect(strip(page).locator("[data-key=file-1]")).to_be_visible()
    mail.press("Shift+Digit1")
    expect(strip(page)).to_contain_text("przypisano przez Ciebie")
    assert filed(office, letters, 2) == ([case.pk], [])


def test_l_a_few_letters_and_enter_file_what_nothing_fits(
    office: Office, page: Page, open_folder: Callable[[MailFolder], Mail], letters: MailFolder, other: Case
) -> None:
    mail = open_folder(letters)
    mail.press("j", "j")
    expect(page.locator("#pane-head h1")).to_have_text("Zapytanie")
    expect(strip(page).locator("[data-key=file]")).to_be_visible()
    expect(strip(page).locator("[data-key=file-1]")).to_have_count(0)  # nothing is suggested when nothing fits
    mail.press("l")
    expect(page.locator("dialog[open] [role=combobox]")).to_be_focused()
    mail.press("z", "u", "r")
    expect(page.locator("dialog[open] [role=option]").first).to_contain_text("Żurawina")
    mail.press("Enter")
    expect(strip(page)).to_contain_text("przypisano przez Ciebie")
    assert filed(office, letters, 1) == ([other.pk], [])


def test_what_was_picked_privately_is_shared_with_the_team_by_one_key_more(
    office: Office,
    page: Page,
    open_folder: Callable[[MailFolder], Mail],
    letters: MailFolder,
    case: Case,
    colleague: User,
) -> None:
    mail = open_folder(letters)
    mail.press("j", "j", "l")
    expect(page.locator("dialog[open] [role=combobox]")).to_be_focused()
    mail.press("d", "e", "w")
    expect(page.locator("dialog[open] [role=option]").first).to_contain_text("Deweloper")
    mail.press("Enter")
    expect(strip(page)).to_contain_text("Udostępnij zespołowi: 1 osoba")
    assert filed(office, letters, 1) == ([case.pk], [])
    check(page)
    mail.press("Shift+KeyS")
    expect(strip(page).locator("[data-key=share-team]")).to_have_count(0)
    expect(page.locator("#toast")).to_contain_text("dostępni")
    assert filed(office, letters, 1) == ([case.pk], [colleague.pk])
    mail.press("z")
    expect(strip(page).locator("[data-key=share-team]")).to_be_visible()
    assert filed(office, letters, 1) == ([case.pk], [])


def test_y_sets_aside_and_z_takes_it_up_again(
    page: Page, open_folder: Callable[[MailFolder], Mail], letters: MailFolder
) -> None:
    store(letters.folder, letter("aside", "Zaproszenie na jubileusz"), timezone.now())
    mail = open_folder(letters)
    page.goto("/unfiled/")
    mail.press("j")
    expect(strip(page).locator("[data-aside]")).to_be_visible()
    expect(page.locator("#rows [aria-selected=true]")).to_contain_text("Zaproszenie na jubileusz")
    mail.press("y")
    expect(page.locator("#rows")).not_to_contain_text("Zaproszenie na jubileusz")
    mail.press("z")
    expect(page.locator("#rows")).to_contain_text("Zaproszenie na jubileusz")


def test_several_are_filed_by_groups_with_enter(
    office: Office, page: Page, open_folder: Callable[[MailFolder], Mail], letters: MailFolder, case: Case
) -> None:
    mail = open_folder(letters)
    mail.press("*", "a", "l")
    page.wait_for_url("**/filing/choose/**")
    check(page)
    expect(page.locator(".filing-groups button.primary")).to_be_focused()
    mail.press("Enter")
    expect(page.locator(".filing-groups")).to_have_count(0)
    assert filed(office, letters, 2)[0] == [case.pk]


def test_a_message_is_dropped_on_a_case_at_hand(
    office: Office, page: Page, open_folder: Callable[[MailFolder], Mail], letters: MailFolder, other: Case
) -> None:
    page.goto(f"/cases/{other.public_id}/")  # now it is at hand
    open_folder(letters)
    row = page.locator('#rows [role="row"]', has_text="Zapytanie")
    row.drag_to(page.locator(f'.desk a[data-case="{other.public_id}"]'))
    expect(row.locator(".case-chip")).to_contain_text("AKT/8/2026")
    assert filed(office, letters, 1) == ([other.pk], [])
