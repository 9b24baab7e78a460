"""An account's whole life in a real browser, against Dovecot, a submission server and an identity provider."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.mail_world import (
    DOMAIN,
    GMAIL,
    M365,
    PASSWORD,
    PATIENCE,
    UNKNOWN,
    WP,
    Hands,
    World,
    internet,
    lines,
    servers,
    world,
)
from tests.dovecot.mailbox import Mailbox
from tests.internet import Internet
from tests.letters import letters
from tests.processes import until

__all__ = ["internet", "lines", "servers", "world"]
pytestmark = pytest.mark.dovecot


@pytest.fixture(autouse=True)
def patient() -> None:
    expect.set_options(timeout=PATIENCE)


def added(hands: Hands) -> None:
    expect(hands.page.get_by_role("status")).to_contain_text("Konto dodane.")


def go_to_list(hands: Hands) -> None:
    hands.page.goto("/accounts/")


@pytest.mark.parametrize(("address", "label"), [(GMAIL, "Hasło do aplikacji (16 liter)"), (WP, "Hasło do skrzynki")])
def test_a_known_provider_takes_four_acts(world: World, address: str, label: str) -> None:
    world.servers.submission.passwords[address] = PASSWORD
    with world.hands() as hands:
        hands.page.goto("/accounts/add/")
        hands.fill("Adres e-mail", address)
        hands.press("Dalej")
        hands.fill(label, PASSWORD)
        hands.press("Dodaj konto")
        added(hands)
        assert hands.count <= 4
        hands.page.wait_for_load_state()
        assert "Wysyłanie jeszcze nie działa" not in hands.page.content()


def test_an_unknown_domain_takes_four_acts_and_no_script(world: World) -> None:
    world.servers.submission.passwords[UNKNOWN] = PASSWORD
    with world.hands(script=False) as hands:
        hands.page.goto("/accounts/add/")
        hands.fill("Adres e-mail", UNKNOWN)
        hands.press("Dalej")
        expect(hands.page.locator(".summary.imap-server")).to_contain_text(f"imap.{DOMAIN}:993")
        hands.fill("Hasło do skrzynki", PASSWORD)
        hands.press("Dodaj konto")
        added(hands)
        assert hands.count <= 4


def test_a_search_shows_whom_it_asks_and_can_be_cancelled(world: World, lines: Internet) -> None:
    lines.silent.add("cicha.example")  # its name server: the search would take its time
    with world.hands(script=False) as hands:
        hands.page.goto("/accounts/add/")
        hands.fill("Adres e-mail", "anna@cicha.example")
        hands.press("Dalej")
        expect(hands.page.locator(".rungs .asking").last).to_contain_text("pytamy…")
        assert not hands.page.locator(".outcome").count()
        hands.press("Anuluj")
        expect(hands.page.get_by_label("Adres e-mail", exact=True)).to_have_value("anna@cicha.example")
        expect(hands.page.get_by_text("Krok 1 z 2")).to_be_visible()


def sign_in_with_microsoft(hands: Hands) -> None:
    """At Microsoft's; Teczka's own page goes there by itself."""
    hands.page.get_by_role("link", name=f"Sign in as {M365}").click()


def test_a_domain_at_microsoft_365_takes_three_acts(world: World) -> None:
    know_at_microsoft(world)
    with world.hands() as hands:
        hands.page.goto("/accounts/add/")
        hands.fill("Adres e-mail", M365)
        hands.press("Dalej")
        hands.press("Zaloguj się przez Microsoft (zalecane)")
        sign_in_with_microsoft(hands)
        hands.page.wait_for_url("**/folders/**")
        assert hands.count <= 3


def know_at_microsoft(world: World) -> None:
    """Anna is one of the directory's people, and the submission server believes what the mail server was shown."""
    world.servers.provider.add_person(M365)
    tokens = world.servers.microsofts.tokens
    world.servers.provider.shown = lambda token: tokens.update({M365: token})


def test_from_the_first_letter_to_the_last_deletion(world: World) -> None:
    mailbox = world.servers.dovecot.add_user(UNKNOWN)
    mailbox.deliver_many(letters(3, size=2_000))
    world.servers.submission.passwords[UNKNOWN] = PASSWORD
    with world.hands() as hands, world.worker():
        add_by_discovery(hands)
        edit(hands)
        change_protocol(hands, world)
        pause(hands, world, mailbox)
        check(hands)
        before = mailbox.listing()
        delete_and_take_back(hands)
        delete(hands, "Usuń stąd pobraną pocztę")
        assert mailbox.listing() == before  # byte for byte
        add_by_hand(hands)
        delete(hands, "Zachowaj pobraną pocztę tutaj, w Archiwum")
        assert mailbox.listing() == before


def add_by_discovery(hands: Hands) -> None:
    """With a wrong password first: it alone is typed again."""
    hands.page.goto("/accounts/add/")
    hands.fill("Adres e-mail", UNKNOWN)
    hands.page.keyboard.press("Enter")
    hands.fill("Hasło do skrzynki", "nie to")
    hands.page.keyboard.press("Enter")
    expect(hands.page.get_by_role("alert")).to_contain_text("odrzucił nazwę użytkownika")
    expect(hands.page.get_by_label("Hasło do skrzynki")).to_be_focused()
    expect(hands.page.locator("details.advanced").first).not_to_have_attribute("open", "")
    hands.page.keyboard.type(PASSWORD)
    hands.page.keyboard.press("Enter")
    added(hands)
    hands.press("Konta zewnętrzne", "link")
    line = hands.account(DOMAIN)
    expect(line).to_contain_text("Działa")  # by itself, as it comes
    expect(line).to_contain_text("3 wiadomości")
    assert not hands.complaints


def await_menu(hands: Hands, name: str) -> None:
    """The list that was gone to by a press has begun its script."""
    button = hands.account(name).get_by_role("button", name="Menu konta")
    expect(button).to_have_attribute("aria-expanded", "false")


def edit(hands: Hands) -> None:
    """By a right click; nothing but a name and a colour."""
    await_menu(hands, DOMAIN)
    hands.account(DOMAIN).get_by_role("heading").click(button="right")
    hands.page.get_by_role("menuitem", name="Edytuj konto").click()
    hands.fill("Dostawca (nazwa konta)", "Moja kancelaria")
    hands.page.get_by_label("fioletowy").check()
    hands.press("Zapisz")
    expect(hands.page.get_by_role("status")).to_contain_text("Zapisano.")
    go_to_list(hands)
    expect(hands.account("Moja kancelaria")).to_have_class(re.compile("colour-6"))


def change_protocol(hands: Hands, world: World) -> None:
    """To POP3 and back, the password unchanged: what was downloaded is known again, and nothing comes twice."""
    for protocol in ("POP3", "IMAP"):
        go_to_list(hands)
        hands.page.get_by_role("link", name="Edytuj konto Moja kancelaria").click()
        hands.page.get_by_role("radio", name=protocol).check()
        hands.press("Zapisz")
        expect(hands.page.get_by_role("status")).to_contain_text("Zapisano.")
        go_to_list(hands)
        line = hands.account("Moja kancelaria")
        expect(line).to_contain_text(protocol)
        expect(line).to_contain_text("Działa")
        assert world.stored(UNKNOWN) == 3


def pause(hands: Hands, world: World, mailbox: Mailbox) -> None:
    """By the menu's button and the arrow keys."""
    line = hands.account("Moja kancelaria")
    line.get_by_role("button", name="Menu konta Moja kancelaria").focus()
    for key in ("Enter", "ArrowDown", "ArrowDown", "ArrowDown", "Enter"):
        hands.page.keyboard.press(key)
    expect(line).to_contain_text("Wstrzymane")
    mailbox.deliver_many(letters(4, size=2_000))
    assert world.stored(UNKNOWN) == 3
    await_menu(hands, "Moja kancelaria")
    line.get_by_role("button", name="Menu konta Moja kancelaria").click()
    hands.page.get_by_role("menuitem", name="Wznów pobieranie").click()
    until(lambda: world.stored(UNKNOWN) > 3, what="the mail that came meanwhile")


def check(hands: Hands) -> None:
    """By the menu key, and its first letter."""
    go_to_list(hands)
    hands.page.get_by_role("link", name="Edytuj konto Moja kancelaria").focus()
    for key in ("Shift+F10", "S", "Enter"):
        hands.page.keyboard.press(key)
    expect(hands.page.get_by_role("status")).to_contain_text("Wszystkie kroki działają.")
    expect(hands.page.locator(".rungs")).to_contain_text("SMTP: Logowanie")


def delete(hands: Hands, farewell: str) -> None:
    go_to_list(hands)
    hands.page.get_by_role("link", name="Usuń konto").first.click()
    expect(hands.page.get_by_role("main")).to_contain_text("POZOSTANIE nietknięta")
    expect(hands.page.get_by_role("link", name="Anuluj")).to_be_focused()
    hands.page.get_by_label(farewell).check()
    hands.press("Usuń konto")
    expect(hands.page.get_by_role("heading", name="Usunięte konta")).to_be_visible()


def delete_and_take_back(hands: Hands) -> None:
    """Its password was erased: it waits for its owner, and works again when they have typed it."""
    delete(hands, "Usuń stąd pobraną pocztę")
    hands.page.get_by_role("button", name="Cofnij usunięcie").click()
    line = hands.account("Moja kancelaria")
    expect(line).to_contain_text("Czeka na Ciebie")
    line.get_by_role("link", name="Połącz ponownie").click()
    hands.fill("Hasło do skrzynki", PASSWORD)
    hands.press("Połącz ponownie")
    expect(hands.page.get_by_role("status")).to_contain_text("Zapisano.")
    go_to_list(hands)
    expect(line).to_contain_text("Działa")


def add_by_hand(hands: Hands) -> None:
    hands.page.goto("/accounts/add/")
    hands.fill("Adres e-mail", UNKNOWN)
    hands.press("Wpisz serwery ręcznie")
    hands.fill("Hasło do skrzynki", PASSWORD)
    for name, value in (("imap_host", f"imap.{DOMAIN}"), ("imap_port", "993"), ("smtp_host", f"smtp.{DOMAIN}")):
        hands.page.locator(f"#id_{name}").fill(value)
    hands.press("Dodaj konto")
    added(hands)


def test_a_token_that_died_is_renewed_in_place(world: World) -> None:
    know_at_microsoft(world)
    mailbox = world.servers.dovecot.add_user(M365)
    mailbox.deliver_many(letters(2, size=2_000))
    with world.hands() as hands, world.worker():
        hands.page.goto("/accounts/add/")
        hands.fill("Adres e-mail", M365)
        hands.press("Zaloguj się przez Microsoft zalecane dla kont Microsoft")
        sign_in_with_microsoft(hands)
        hands.page.wait_for_url("**/folders/**")
        go_to_list(hands)
        line = hands.page.locator("li.account")
        expect(line).to_contain_text("Działa")
        expect(line).to_contain_text("2 wiadomości")
        world.servers.provider.revoke(world.servers.provider.people[M365])
        world.servers.dovecot.kill_connections()
        expect(line).to_contain_text("Czeka na Ciebie")
        line.get_by_role("link", name="Połącz ponownie").click()
        hands.press("Zaloguj się przez Microsoft")
        sign_in_with_microsoft(hands)
        hands.page.wait_for_url("**/accounts/")
        expect(line).to_contain_text("Działa")
        assert world.stored(M365) == 2
