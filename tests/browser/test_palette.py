"""The palette and the picker of cases, by keys alone: everything is found in memory, and nothing of what one may not know of."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect

from teczka.actions.case_import import import_cases, preview_import
from teczka.actions.cases import add_case
from teczka.actions.team import save_team, wall_case
from teczka.core.cases import Card
from teczka.store.models import Account, Correspondent, User
from teczka.store.viewer import as_user
from tests.browser.conftest import MailFolder, Office
from tests.browser.held import Held
from tests.browser.test_accessibility import TELL_OF_MICE, everywhere
from tests.browser.test_compose import SENDING
from tests.casebook import samples, table
from tests.cast import make_account, make_folder

CASES = 60
SECRET = "Sprawa za murem"
PICK = """() => document.dispatchEvent(new CustomEvent("teczka:pick-case", {
  detail: { does: "file", then: chosen => { document.title = JSON.stringify(chosen) } } }))"""


@dataclass(frozen=True)
class Known:
    wanted: str  # the public id of the case of I C 12/24
    other: str  # of II C 12/24


@pytest.fixture(scope="module")
def known(office: Office) -> Known:
    """Sixty cases; one that is Bartek's alone."""
    anna = office.cast.anna
    text = table(samples(CASES))
    import_cases(anna, text, preview_import(anna, text).mark)
    wanted = add_case(anna, Card("", "Ćmielewska p. Śliwa", references=("I C 12/24",)))
    other = add_case(anna, Card("", "Ćmielewska p. Ślęza", references=("II C 12/24",)))
    add_case(office.cast.bartek, Card("", SECRET, references=("I C 13/24",)), walled=True)
    return Known(str(wanted.public_id), str(other.public_id))


@pytest.fixture
def keyboard(page: Page) -> Page:
    page.add_init_script(TELL_OF_MICE)  # a mouse is a complaint, and fails the test
    return page


def opened(page: Page, prefix: str = "") -> None:
    """The palette, with everything in it."""
    with page.expect_response("**/cases/find.json"):
        page.keyboard.press("Control+K")
    expect(page.locator("#palette")).to_be_visible()
    complete(page)
    if prefix:
        page.keyboard.type(prefix)


def complete(page: Page) -> None:
    expect(page.locator("#palette-list:not([aria-busy])")).to_be_attached()


def late(page: Page) -> Held:
    """The palette, open before the cases have come."""
    cases = Held(page, "**/cases/find.json", times=1)
    page.keyboard.press("Control+K")
    cases.asked()
    return cases


def of_cases(page: Page) -> Locator:
    return page.locator('#palette-list [role=group][aria-label="Sprawy"] [role=option]')


def selected(page: Page) -> str:
    return " ".join(page.locator("#palette [aria-selected=true]").inner_text().split())


def test_a_case_is_gone_to_by_its_reference_from_any_page(keyboard: Page, known: Known) -> None:
    keyboard.goto("/settings/")
    opened(keyboard, "ic12/24")
    expect(keyboard.locator("#palette [aria-selected=true]")).to_contain_text("I C 12/24 · Ćmielewska p. Śliwa")
    keyboard.keyboard.press("Enter")
    keyboard.wait_for_url(f"**/cases/{known.wanted}/")


def test_arrows_choose_and_escape_leaves_everything_as_it_was(keyboard: Page, known: Known) -> None:
    keyboard.goto("/settings/")
    keyboard.locator("#id_name").focus()
    opened(keyboard, "cmielewska s")
    field = keyboard.locator("#palette input")
    first, at = selected(keyboard), field.get_attribute("aria-activedescendant")
    keyboard.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") != at
    # In which order, hangs on what was used of late.
    assert {first, selected(keyboard)} == {"I C 12/24 · Ćmielewska p. Śliwa", "II C 12/24 · Ćmielewska p. Ślęza"}
    keyboard.keyboard.press("ArrowDown")
    keyboard.keyboard.press("ArrowUp")
    keyboard.keyboard.press("Escape")
    expect(keyboard.locator("#palette")).to_be_hidden()
    expect(keyboard.locator("#id_name")).to_be_focused()
    opened(keyboard)
    expect(field).to_have_value("")


def test_what_was_chosen_before_all_was_there_stays_chosen(keyboard: Page, known: Known) -> None:
    keyboard.goto("/settings/")
    cases = late(keyboard)
    keyboard.keyboard.type(">")
    keyboard.keyboard.press("ArrowDown")
    wanted = selected(keyboard)
    cases.let_go()
    complete(keyboard)
    assert selected(keyboard) == wanted


def test_it_opens_once_however_often_its_key_is_pressed(keyboard: Page, known: Known) -> None:
    keyboard.goto("/settings/")
    palette = Held(keyboard, "**/palette/")
    keyboard.keyboard.press("Control+K")
    keyboard.keyboard.press("Control+K")
    asked = palette.asked()
    keyboard.unroute("**/palette/")
    for route in asked:
        route.continue_()
    expect(keyboard.locator("#palette")).to_be_visible()
    complete(keyboard)
    keyboard.keyboard.type("ic12/24")
    expect(keyboard.locator("#palette [aria-selected=true]")).to_contain_text("I C 12/24 · Ćmielewska p. Śliwa")
    expect(keyboard.locator("#palette")).to_have_count(1)


def test_enter_waits_for_all_that_may_be_meant(keyboard: Page, known: Known) -> None:
    keyboard.goto("/settings/")
    cases = late(keyboard)
    keyboard.keyboard.type("ic12/24")
    expect(keyboard.locator("#palette [role=option]")).to_have_count(1)  # to search the mail for it
    keyboard.keyboard.press("Enter")
    cases.let_go()
    keyboard.wait_for_url(f"**/cases/{known.wanted}/")


def test_escape_takes_back_an_enter_that_waits(keyboard: Page, known: Known) -> None:
    keyboard.goto("/settings/")
    cases = late(keyboard)
    keyboard.keyboard.type("ic12/24")
    keyboard.keyboard.press("Enter")
    keyboard.keyboard.press("Escape")
    keyboard.keyboard.press("Control+K")
    cases.let_go()
    complete(keyboard)
    expect(keyboard.locator("#palette")).to_be_visible()
    assert keyboard.url.endswith("/settings/")


def test_a_command_of_the_mail_is_done_and_tells_its_key(
    keyboard: Page, office: Office, known: Known, open_folder: Callable[[MailFolder], object]
) -> None:
    open_folder(office.folder("palette", 3))
    keyboard.keyboard.press("j")
    opened(keyboard, ">gwiazdk")
    assert selected(keyboard).endswith(" s")
    keyboard.keyboard.press("Enter")
    expect(keyboard.locator('#rows [aria-selected="true"]')).to_contain_class("starred")


def test_the_palette_opens_from_within_a_message(
    keyboard: Page, office: Office, known: Known, open_folder: Callable[[MailFolder], object]
) -> None:
    open_folder(office.folder("within", 2))
    keyboard.keyboard.press("j")
    expect(keyboard.frame_locator("#frame").locator("body")).not_to_be_empty()
    keyboard.locator("#frame").focus()
    opened(keyboard, "ustawienia")
    keyboard.keyboard.press("Enter")
    keyboard.wait_for_url("**/settings/")


def test_a_letter_begins_with_whom_one_names(
    keyboard: Page, office: Office, known: Known, open_folder: Callable[[MailFolder], object]
) -> None:
    folder = office.folder("letter", 2)
    with as_user(office.cast.anna.pk):
        Account.objects.filter(pk=folder.account.pk).update(**SENDING)
    open_folder(folder)
    opened(keyboard, "@bartek")
    keyboard.keyboard.press("Enter")
    expect(keyboard.frame_locator("#dock iframe").locator(".chip").first).to_contain_text("bartek", ignore_case=True)


def test_a_colleague_whom_one_wrote_to_is_found_once(
    keyboard: Page, office: Office, known: Known, open_folder: Callable[[MailFolder], object]
) -> None:
    folder, bartek = office.folder("once", 2), office.cast.bartek
    with as_user(office.cast.anna.pk):
        Correspondent.objects.create(
            account=folder.account,
            office_id=folder.account.office_id,
            owner_id=folder.account.owner_id,
            address=bartek.email.lower(),
            name="Bartek z poczty",
            last_at=timezone.now(),
        )
    open_folder(folder)
    opened(keyboard, f"@{bartek.email}")
    expect(keyboard.locator("#palette-list [role=option]")).to_have_count(1)


@pytest.mark.parametrize(("typed", "where"), [("zazal", "**/folders/{}/"), ("dodaj skrz", "**/accounts/add/")])
def test_folders_and_pages_are_found_with_cases(
    keyboard: Page, office: Office, known: Known, open_folder: Callable[[MailFolder], object], typed: str, where: str
) -> None:
    folder = office.folder(f"found-{typed[:2]}", 2)
    wanted = make_folder(folder.account, "Zażalenia", role="")
    open_folder(folder)
    opened(keyboard, typed)
    keyboard.keyboard.press("Enter")
    keyboard.wait_for_url(where.format(wanted.public_id))


@pytest.mark.parametrize("typed", ["mur", SECRET, "I C 13/24"])
def test_nothing_of_a_walled_case_is_in_it(page: Page, office: Office, known: Known, typed: str) -> None:
    page.goto("/settings/")
    with page.expect_response("**/cases/find.json") as answer:
        page.keyboard.press("Control+K")
    assert SECRET not in answer.value.text()
    assert len(answer.value.json()) >= CASES
    complete(page)
    page.keyboard.type(typed)
    expect(page.locator("#palette [role=option]").last).to_contain_text(f"Szukaj w całej poczcie: „{typed}”")
    assert SECRET not in " ".join(of_cases(page).all_inner_texts())


def test_a_case_that_goes_behind_a_wall_is_gone_at_the_next_opening(page: Page, office: Office, known: Known) -> None:
    made = add_case(office.cast.anna, Card("", "Zniknę zaraz"))
    page.goto("/settings/")
    opened(page, "znikne")
    expect(page.locator("#palette-list")).to_contain_text("Zniknę zaraz")
    page.keyboard.press("Escape")
    opened(page)  # nothing changed: 304, and it is still there
    page.keyboard.type("znikne")
    expect(page.locator("#palette-list")).to_contain_text("Zniknę zaraz")
    page.keyboard.press("Escape")
    save_team(office.cast.anna, made.public_id, [office.cast.bartek.public_id], None)
    wall_case(office.cast.bartek, made.public_id)
    opened(page, "znikne")
    expect(page.locator("#palette [role=option]")).to_have_count(1)  # to search the mail for it
    expect(of_cases(page)).to_have_count(0)


def test_what_nothing_fits_is_searched_for_in_the_mail(keyboard: Page, known: Known) -> None:
    keyboard.goto("/settings/")
    opened(keyboard, "od:sad hydroizolacja")
    keyboard.keyboard.press("Enter")
    keyboard.wait_for_url("**/search/?q=od%3Asad+hydroizolacja")


@pytest.mark.parametrize(("key", "how"), [("Enter", "pick"), ("Shift+Enter", "open"), ("Control+Enter", "add")])
def test_the_picker_tells_which_case_and_what_to_do(keyboard: Page, known: Known, key: str, how: str) -> None:
    keyboard.goto("/settings/")
    with keyboard.expect_response("**/cases/find.json"):
        keyboard.evaluate(PICK)
    complete(keyboard)
    field = keyboard.get_by_role("dialog", name="Przypisz do sprawy").get_by_role("combobox", name="Przypisz do sprawy")
    expect(field).to_have_attribute("placeholder", "Przypisz do sprawy: sygnatura, nazwisko…")
    keyboard.keyboard.type("cmielewska sli")
    expect(keyboard.locator("#palette [role=option]")).to_have_count(1)
    keyboard.keyboard.press(key)
    expect(keyboard.locator("#palette")).to_be_hidden()
    chosen = json.loads(keyboard.title())
    assert chosen["how"] == how
    assert chosen.get("id", "") == ("" if how == "add" else known.wanted)
    assert chosen["name"] == ("cmielewska sli" if how == "add" else "I C 12/24 · Ćmielewska p. Śliwa")
    opened(keyboard)  # and it is the palette again
    expect(field).to_have_count(0)
    expect(keyboard.get_by_role("dialog", name="Znajdź i wykonaj").get_by_role("combobox")).to_have_attribute(
        "placeholder", "Sygnatura, nazwisko, polecenie…"
    )


@pytest.fixture(params=["pl", "en"])
def speaking(request: pytest.FixtureRequest, browser: Browser, office: Office) -> Iterator[Page]:
    """Somebody of the office who speaks this language, at their settings."""
    language = request.param
    person = User.objects.create_user(
        f"jan-{language}@paleta.example", office=office.cast.office, name="Jan Językowy", language=language
    )
    make_folder(make_account(person, f"jan-{language}@paleta.example"))
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=office.site.url)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(person), "url": office.site.url}]
    )
    made = context.new_page()
    made.goto("/settings/")
    yield made
    context.close()


def test_everybody_can_use_it(speaking: Page, known: Known) -> None:
    for what in ("", "kowal", "nic takiego nie ma"):
        opened(speaking, what)
        everywhere(speaking)
        speaking.keyboard.press("Escape")
    speaking.evaluate(PICK)
    expect(speaking.locator("#palette [role=option]").first).to_be_visible()
    everywhere(speaking)
