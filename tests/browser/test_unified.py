"""The unified inbox, the choosers and menus beside it, and what a folder serves as."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from teczka.actions.accounts import show_in_unified
from teczka.core.accounts import Mode
from teczka.store.models import Account, User
from teczka.store.viewer import as_user
from tests.browser.conftest import PATIENCE, WIDE, Mail, MailFolder, Office
from tests.cast import make_account, make_folder
from tests.generated import fill

ROWS = '#rows [role="row"]'


@dataclass
class Desk:
    """Somebody with two accounts: numbers up to 30 lie in the first, to 60 in the second."""

    person: User
    first: MailFolder
    second: MailFolder
    mail: Mail

    @property
    def page(self) -> Page:
        return self.mail.page

    def open(self, path: str = "/") -> None:
        self.page.goto(path)
        self.page.locator("#rows .spacer").first.wait_for(state="attached")

    def stripes(self) -> list[str]:
        return self.page.locator(f"{ROWS} .stripe").all_inner_texts()


@pytest.fixture
def make_desk(browser: Browser, office: Office) -> Iterator[Callable[[str], Desk]]:
    contexts = []

    def made(name: str) -> Desk:
        person = User.objects.create_user(f"{name}@lipowa.example", office=office.cast.office, name=name.title())
        folders = [mailbox(person, "Jedna", 3, 1, 30), mailbox(person, "Druga", 5, 31, 60)]
        context = browser.new_context(viewport=WIDE, base_url=office.site.url, locale="pl-PL")
        context.set_default_timeout(PATIENCE)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(person), "url": office.site.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        contexts.append(context)
        desk = Desk(person, folders[0], folders[1], Mail(context.new_page()))
        desk.open()
        return desk

    yield made
    for context in contexts:
        context.close()


def mailbox(person: User, name: str, colour: int, first: int, last: int) -> MailFolder:
    account = make_account(person, f"{name}-{person.pk}@x.example", provider_name=name, colour=colour, state="working")
    made = make_folder(account)
    make_folder(account, "Faktury", "")
    fill(person, account, made, first, last)
    return MailFolder(person, account, made, last)


def test_new_mail_of_two_accounts_appears_by_itself_and_is_read_with_the_same_keys(
    make_desk: Callable[[str], Desk],
) -> None:
    desk = make_desk("dwojga")
    assert desk.page.url.endswith("/inbox/")
    desk.mail.press("j", "j")
    desk.mail.shows(59)
    desk.second.arrive()
    expect(desk.page.locator(ROWS).first).to_contain_text("Pismo 61")
    desk.first.newest = 61
    desk.first.arrive()
    expect(desk.page.locator(ROWS).first).to_contain_text("Pismo 62")
    assert desk.stripes()[:3] == ["Jedna", "Druga", "Druga"]
    assert desk.mail.chosen() == 59
    assert desk.page.locator("#rows").get_attribute("aria-rowcount") == "62"
    unread = desk.page.locator('#tree [data-folder="inbox"] .count')
    expect(unread).to_contain_text("20")  # every third
    desk.mail.press("Home")
    desk.mail.shows(62)
    desk.mail.press("End")
    desk.mail.shows(1)
    desk.mail.press("k")
    desk.mail.shows(2)


def test_reloading_in_the_unified_inbox_keeps_the_message(make_desk: Callable[[str], Desk]) -> None:
    desk = make_desk("wraca")
    desk.mail.press("j")
    desk.mail.shows(60)
    desk.page.wait_for_url("**/inbox/?m=*")
    desk.page.reload()
    desk.mail.shows(60)
    desk.mail.press("j")
    desk.mail.shows(59)


def test_an_account_that_is_taken_out_or_put_in_leaves_and_joins_by_itself(make_desk: Callable[[str], Desk]) -> None:
    desk = make_desk("wybiera")
    show_in_unified(desk.person, desk.second.account.public_id, False)
    expect(desk.page.locator(ROWS).first).to_contain_text("Pismo 30")
    assert set(desk.stripes()) == {"Jedna"}
    show_in_unified(desk.person, desk.second.account.public_id, True)
    expect(desk.page.locator(ROWS).first).to_contain_text("Pismo 60")


def test_a_message_of_a_read_only_account_stays_and_one_of_another_leaves(make_desk: Callable[[str], Desk]) -> None:
    desk = make_desk("archiwizuje")
    with as_user(desk.person.pk):
        Account.objects.filter(pk=desk.first.account.pk).update(mode=Mode.MANAGED)
    desk.open("/inbox/")
    desk.mail.press("j", "e")
    expect(desk.page.locator("#toast .bad")).to_be_visible()
    desk.mail.shows(60)
    assert desk.mail.chosen() == 60
    desk.mail.press("End")
    desk.mail.shows(1)
    desk.mail.press("e")
    desk.mail.shows(2)
    assert 1 not in desk.mail.numbers()


def test_a_message_of_a_read_only_account_stays_though_its_row_is_far_away(make_desk: Callable[[str], Desk]) -> None:
    desk = make_desk("daleko")
    with as_user(desk.person.pk):
        Account.objects.filter(pk=desk.first.account.pk).update(mode=Mode.MANAGED)
    fill(desk.person, desk.second.account, desk.second.folder, 61, 600)
    desk.open("/inbox/")
    desk.mail.press("j")
    desk.mail.shows(600)
    desk.mail.scroll_to(500)
    expect(desk.page.locator(ROWS).filter(has_text="Pismo 600")).to_have_count(0)
    desk.mail.press("e")
    expect(desk.page.locator("#toast .bad")).to_be_visible()
    desk.mail.shows(600)


def test_g_then_i_leads_from_a_folder_to_the_unified_inbox(make_desk: Callable[[str], Desk]) -> None:
    desk = make_desk("skacze")
    desk.open(f"/folders/{desk.first.folder.public_id}/")
    desk.page.keyboard.type("gi")  # at once: the first of them waits a second for the other
    desk.page.wait_for_url("**/inbox/")


def test_two_keys_go_to_the_places_of_the_account_that_is_looked_at(make_desk: Callable[[str], Desk]) -> None:
    desk = make_desk("skrotowa")
    places = {
        (number, role): make_folder(box.account, role.title(), role)
        for number, box in (("1", desk.first), ("2", desk.second))
        for role in ("sent", "drafts")
    }

    def goes(keys: str, path: str) -> None:
        desk.page.focus("#rows")
        desk.mail.press("g", keys)
        expect(desk.page).to_have_url(re.compile(re.escape(path)))
        desk.page.locator("#rows .spacer").first.wait_for(state="attached")

    desk.open()
    for number, box in (("2", desk.second), ("1", desk.first)):
        goes(number, f"/folders/{box.folder.public_id}/")
        for key, role in (("t", "sent"), ("d", "drafts")):
            goes(key, f"/folders/{places[number, role].public_id}/")
    goes("i", "/inbox/")
    goes("s", "/search/?q=jest%3Aoznaczone")
    expect(desk.page.locator("#desk [aria-current]")).to_have_text("Oznaczone gwiazdką")


def test_the_chooser_is_opened_walked_and_closed_by_keyboard(make_desk: Callable[[str], Desk]) -> None:
    desk = make_desk("klawiatura")
    chooser = desk.page.get_by_role("button", name="Wybierz skrzynkę")
    chooser.focus()
    desk.mail.press("Enter")
    menu = desk.page.locator("#mailboxes")
    expect(menu).to_be_visible()
    desk.mail.press("j")
    assert desk.mail.chosen() is None, "an open menu has the keyboard"
    desk.mail.press("Escape")
    expect(menu).to_be_hidden()
    expect(chooser).to_be_focused()
    desk.mail.press("Enter", "Tab", "Tab")
    expect(menu.get_by_role("link", name="Jedna")).to_be_focused()
    desk.mail.press("Enter")
    desk.page.wait_for_url(f"**/folders/{desk.first.folder.public_id}/")
    expect(desk.page.locator("#mailboxes [aria-current]")).to_contain_text("Jedna")
    desk.page.get_by_role("button", name="Wybierz skrzynkę").click()
    desk.page.get_by_role("link", name="Dodaj skrzynkę", exact=True).click()
    desk.page.wait_for_url("**/accounts/add/")


def test_the_menu_leads_from_e_mail_to_adding_a_mailbox(make_desk: Callable[[str], Desk]) -> None:
    desk = make_desk("zaczyna")
    desk.page.get_by_text("Skrzynka pocztowa", exact=True).click()
    desk.page.get_by_role("link", name="Dodaj skrzynkę mailową").click()
    desk.page.wait_for_url("**/accounts/add/")


def test_a_folders_use_is_chosen_from_its_menu(make_desk: Callable[[str], Desk]) -> None:
    desk = make_desk("porzadkuje")
    desk.page.get_by_role("link", name="Faktury").first.click()
    desk.page.get_by_role("button", name="Więcej dla tego folderu").click()
    desk.page.get_by_role("button", name="Archiwum").click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Archiwum")
    expect(desk.page.locator("#tree [data-role=archive]")).to_contain_text("Archiwum")


def test_letters_that_are_switched_off_do_nothing_and_the_arrows_go_on(make_desk: Callable[[str], Desk]) -> None:
    desk = make_desk("bezliter")
    desk.page.goto("/settings/")
    desk.page.get_by_label("Skróty jednoliterowe").uncheck()
    desk.page.get_by_role("button", name="Zapisz").click()
    expect(desk.page.get_by_role("status")).to_have_text("Zapisano.")
    desk.open()
    desk.page.focus("#rows")
    desk.mail.press("j", "?", "g", "i")
    assert desk.mail.chosen() is None
    assert desk.page.locator("#help").count() == 0
    desk.mail.press("ArrowDown")
    desk.mail.shows(60)
    desk.page.get_by_role("button", name="Skróty klawiszowe").click()
    expect(desk.page.locator("#help")).to_be_visible()
    told = desk.page.locator("#help kbd").all_inner_texts()
    assert "↓" in told
    assert not {"j", "k", "?", "g i"} & set(told)
