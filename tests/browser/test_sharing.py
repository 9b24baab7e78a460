"""Sharing and comments in two browsers: one person shows, the other sees it at once, and no longer; by keyboard, in every look."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Literal
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from teczka.actions.acts import undo
from teczka.actions.comments import add_comment
from teczka.actions.sharing import With, share
from teczka.core.sharing import Scope
from teczka.store.models import User
from tests.browser.conftest import NETWORK, PATIENCE, WIDE, Office
from tests.browser.held import Held, read_through
from tests.browser.test_pages import check
from tests.cast import make_account, make_folder
from tests.conversation import OWNER, Mailroom
from tests.web.mailroom import share as show_to
from tests.web.mailroom import store

LOOKS: list[tuple[Literal["light", "dark"], int]] = [("light", 1280), ("dark", 360)]
# All in one: between two steps an event may put another row in this one's place.
LINES = """words => {
  const row = [...document.querySelectorAll("#rows [role=row]")].find((row) => row.textContent.includes(words));
  const seen = row.querySelector(".shared");
  const chip = Object.assign(document.createElement("span"), { className: "case-chip", textContent: "Kowalski przeciwko Nowakowi" });
  seen.before(chip);
  return seen.offsetHeight / parseFloat(getComputedStyle(seen).fontSize);
}"""
Window = Callable[[User], Page]


@pytest.fixture(scope="module")
def mail(office: Office) -> Mailroom:
    made = Mailroom(office.cast.anna, "anna@udostepnia.example")
    made.arrive("1", body="Klient opisuje, o co mu chodzi i czego się spodziewa po kancelarii.")
    made.arrive("2", "1", sender=OWNER, to="jan@klient.example")
    made.arrive("3", "1 2", body="Dziękuję.\n\nW dniu 3 maja 2026 Anna napisała:\n> Treść pisma 2.\n> Treść pisma 2.\n")
    return made


@pytest.fixture
def window(browser: Browser, office: Office) -> Iterator[Window]:
    """A browser of somebody's. Whatever its pages complain of fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(person: User) -> Page:
        context = browser.new_context(viewport=WIDE, base_url=office.site.url, locale="pl-PL")
        context.set_default_timeout(PATIENCE)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": office.site.cookie(person), "url": office.site.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" and NETWORK not in said.text else None,
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints


@contextmanager
def every_look(page: Page) -> Iterator[None]:
    yield
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        check(page)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": WIDE["width"], "height": WIDE["height"]})


def choose(page: Page, mail: Mailroom, name: str) -> None:
    page.goto(f"/folders/{mail.inbox.public_id}/?m={mail.letters[name].public_id}")
    page.locator('#rows [role="presentation"].spacer').first.wait_for(state="attached")
    expect(page.locator("#pane-head h1")).to_have_text(f"Pismo {name}")
    page.locator("#rows").focus()


def test_one_shows_and_the_other_sees_it_at_once_and_no_longer(window: Window, mail: Mailroom, office: Office) -> None:
    anna, bartek = window(office.cast.anna), window(office.cast.bartek)
    bartek.goto("/shared/")
    expect(bartek.locator("#list .hollow")).to_contain_text("Nikt z kancelarii nie udostępnia Ci jeszcze poczty.")
    choose(anna, mail, "3")
    expect(anna.locator(".who-sees")).to_have_text("Prywatna – tylko Ty")
    anna.keyboard.press("w")
    expect(anna.locator("#share-title")).to_be_focused()
    expect(anna.locator(".only-message")).to_be_visible()
    with every_look(anna):
        anna.get_by_label("Rozmowę i przyszłe odpowiedzi").check()
        expect(anna.locator(".only-thread")).to_contain_text("Zobaczą też 2 inne wiadomości:")
        expect(anna.locator(".only-message")).to_be_hidden()
    anna.locator(".share-form .primary").press("Enter")
    expect(anna.locator("[data-nobody]")).to_be_visible()
    anna.get_by_label("Bartek Nowy").press("Space")
    anna.locator(".share-form .primary").press("Enter")
    expect(anna.locator("#toast")).to_contain_text("Udostępniono 3 wiadomości.")
    expect(anna.locator(".who-sees")).to_have_text("Udostępniona: Bartek Nowy")
    expect(anna.locator("#rows .faces").first).to_have_text("BN")
    expect(bartek.locator("#rows [data-field=subject]")).to_have_text(["Pismo 3", "Pismo 2", "Pismo 1"])
    bartek.keyboard.press("j")
    expect(bartek.locator("#pane-head h1")).to_have_text("Pismo 3")
    expect(bartek.locator("#comments")).to_be_visible()  # all of it has come, not what its row tells alone
    expect(bartek.locator("#pane-head .toolbar button")).to_have_count(0)
    bartek.keyboard.press("w")
    expect(bartek.locator(".share-dialog")).to_contain_text("O tym, kto ją widzi, decyduje tylko Anna Lipowska.")
    bartek.keyboard.press("Escape")
    anna.locator("#rows").focus()
    anna.keyboard.press("z")
    expect(anna.locator("#toast")).to_contain_text("Cofnięto.")
    expect(anna.locator(".who-sees")).to_have_text("Prywatna – tylko Ty")
    expect(bartek.locator("#list .hollow")).to_be_visible()
    expect(bartek.locator("#pane-head h1")).to_have_count(0)


def test_a_comment_is_read_at_once_and_a_mention_asks(window: Window, mail: Mailroom, office: Office) -> None:
    anna, bartek = window(office.cast.anna), window(office.cast.bartek)
    choose(anna, mail, "1")
    anna.keyboard.press("m")
    field = anna.locator(".comment-new textarea")
    expect(field).to_be_focused()
    anna.keyboard.type("@Bartek, odpowiadamy do piątku?")
    expect(field).to_have_value("@Bartek, odpowiadamy do piątku?")
    anna.keyboard.press("Control+Enter")
    expect(anna.locator("#ask-title")).to_be_focused()
    with every_look(anna):
        expect(anna.locator(".comment-ask")).to_contain_text("Bartek Nowy nie widzi tej wiadomości.")
    anna.get_by_role("button", name="Udostępnij i dodaj komentarz").press("Enter")
    expect(anna.locator(".comment .comment-text")).to_have_text("@Bartek, odpowiadamy do piątku?")
    expect(anna.locator(".who-sees")).to_have_text("Udostępniona: Bartek Nowy")
    bartek.goto("/shared/")
    told = bartek.locator(".said-to-me")
    expect(told).to_contain_text("Anna Lipowska wspomina o Tobie: „Pismo 1”")
    with every_look(bartek):
        told.get_by_role("link").click()
        expect(bartek.locator(".comment-text")).to_have_text("@Bartek, odpowiadamy do piątku?")
    anna.keyboard.press("m")
    anna.keyboard.type("Piszę dalej")
    bartek.locator("#rows").focus()
    bartek.keyboard.press("m")
    bartek.keyboard.type("Tak.")
    bartek.keyboard.press("Control+Enter")
    expect(anna.locator(".comment-text").last).to_have_text("Tak.")
    expect(anna.locator(".comment-new textarea")).to_have_value("Piszę dalej")  # what is being written stays
    expect(bartek.locator(".said-to-me")).to_have_count(0)


@pytest.mark.parametrize("language", ["pl", "en"])
def test_what_is_being_written_is_given_back_when_its_message_is_shown_no_longer(
    window: Window, mail: Mailroom, office: Office, language: str
) -> None:
    bartek = office.cast.bartek
    User.objects.filter(pk=bartek.pk).update(language=language)
    letter = mail.letters["2"].public_id
    shown = share(office.cast.anna, uuid4(), letter, Scope.MESSAGE, With([bartek.public_id]))
    page = window(bartek)
    page.goto(f"/shared/?m={letter}")
    expect(page.locator("#pane-head h1")).to_have_text("Pismo 2")
    page.locator("#rows").focus()
    page.keyboard.press("m")
    expect(page.locator(".comment-new textarea")).to_be_focused()
    page.keyboard.type("Termin minął wczoraj.")
    undo(office.cast.anna, shown.public_id)
    told = page.get_by_role("dialog")
    heading = {"pl": "Komentarz nie został zapisany", "en": "Your comment was not saved"}[language]
    expect(told.get_by_role("heading")).to_have_text(heading)
    expect(told.locator("textarea")).to_have_value("Termin minął wczoraj.")
    expect(told.locator("textarea")).to_be_focused()
    expect(page.locator("#pane-head h1")).to_have_count(0)
    with every_look(page):
        page.reload()  # it stays until it is closed
        expect(told.locator("textarea")).to_have_value("Termin minął wczoraj.")
    told.get_by_role("button").click()
    page.reload()
    expect(page.locator("#list h1")).to_be_visible()
    expect(page.locator(f'#rows [data-message="{letter}"]')).to_have_count(0)
    expect(told).to_have_count(0)
    User.objects.filter(pk=bartek.pk).update(language="pl")


def test_what_was_being_written_when_the_session_ended_stands_there_after_signing_in(
    window: Window, mail: Mailroom, office: Office
) -> None:
    anna = window(office.cast.anna)
    choose(anna, mail, "1")
    where = anna.url
    anna.keyboard.press("m")
    expect(anna.locator(".comment-new textarea")).to_be_focused()
    anna.keyboard.type("Piszę dalej")
    cookies = anna.context.cookies()
    key = next(one.get("value") for one in cookies if one.get("name") == settings.SESSION_COOKIE_NAME)
    session = Session.objects.filter(session_key=key)  # not its cookie: what is under way would bring that back
    session.update(expire_date=timezone.now())
    anna.keyboard.press("Control+Enter")
    anna.wait_for_url("**/sign-in/**")
    session.update(expire_date=timezone.now() + timedelta(hours=1))
    anna.context.add_cookies(cookies)  # type: ignore[arg-type]
    anna.goto(where)
    expect(anna.locator(".comment-new textarea")).to_have_value("Piszę dalej")
    expect(anna.locator(".comment-new textarea")).to_be_focused()
    expect(anna.get_by_role("dialog")).to_have_count(0)


def test_an_at_sign_in_a_comment_offers_the_people_of_the_office(
    window: Window, mail: Mailroom, office: Office
) -> None:
    anna = window(office.cast.anna)
    choose(anna, mail, "3")
    anna.keyboard.press("m")
    field = anna.locator(".comment-new textarea")
    expect(field).to_be_focused()
    offered = anna.locator("#mentions [role=option]")
    anna.keyboard.type("Proszę @bar")
    expect(offered).to_have_text(["Bartek Nowy"])
    anna.keyboard.press("Enter")
    expect(field).to_have_value("Proszę @Bartek Nowy ")
    anna.keyboard.type("o termin, anna@bar")
    expect(offered).to_have_count(0)
    anna.keyboard.type(" @")
    expect(offered.first).to_be_visible()
    anna.keyboard.press("Escape")
    expect(offered).to_have_count(0)
    expect(field).to_be_focused()


def test_a_comment_that_is_being_changed_stays_though_others_are_added(
    window: Window, mail: Mailroom, office: Office
) -> None:
    anna = window(office.cast.anna)
    add_comment(office.cast.anna, mail.letters["3"].public_id, "Do zmiany.")
    choose(anna, mail, "3")
    anna.locator(".comment-own > summary").first.click()
    anna.locator(".comment-own textarea").first.fill("Zmienione, ale")
    anna.locator("#rows").focus()
    with anna.expect_response("**/comments/?in=pane"):
        add_comment(office.cast.anna, mail.letters["3"].public_id, "Nowy.")
    read_through(anna)
    expect(anna.locator(".comment-own textarea").first).to_have_value("Zmienione, ale")


def test_a_comment_that_is_told_while_another_message_is_read_is_there_afterwards(
    window: Window, mail: Mailroom, office: Office
) -> None:
    anna = window(office.cast.anna)
    choose(anna, mail, "2")
    held = Held(anna, "**/comments/?in=pane", times=1)
    add_comment(office.cast.anna, mail.letters["2"].public_id, "Wysłane pocztą.")
    held.asked()
    anna.keyboard.press("k")
    expect(anna.locator("#pane-head h1")).to_have_text("Pismo 3")
    expect(anna.locator("#comments")).to_be_visible()
    with anna.expect_response("**/comments/?in=pane"):
        held.let_go()
    anna.keyboard.press("j")
    expect(anna.locator("#pane-head h1")).to_have_text("Pismo 2")
    expect(anna.locator(".comment-text")).to_have_text("Wysłane pocztą.")


def test_a_comment_is_read_though_more_are_told_before_it_is_there(
    window: Window, mail: Mailroom, office: Office
) -> None:
    """Were only the last answer shown, a lively talk would show none."""
    anna = window(office.cast.anna)
    choose(anna, mail, "1")
    anna.locator(".comment-new > summary").click()
    anna.locator(".comment-new textarea").fill("Piszę dalej")
    held = Held(anna, "**/comments/?in=pane", times=2)
    for number, said in enumerate(("Pierwsza.", "Druga."), 1):
        add_comment(office.cast.anna, mail.letters["1"].public_id, said)
        held.asked(number)
    held.let_go(0)
    expect(anna.locator(".comment-text").last).to_have_text("Druga.")
    expect(anna.locator(".comment-new textarea")).to_have_value("Piszę dalej")
    held.let_go(1)


def test_the_pages_of_sharing_can_be_used_by_everybody_in_english(
    window: Window, mail: Mailroom, office: Office
) -> None:
    User.objects.filter(pk=office.cast.anna.pk).update(language="en")
    try:
        anna = window(office.cast.anna)
        with every_look(anna):
            anna.goto(f"/messages/{mail.letters['1'].public_id}/share/")
        choose(anna, mail, "1")
        with every_look(anna):
            anna.keyboard.press("w")
            expect(anna.get_by_role("heading", name="Who sees it")).to_be_visible()
    finally:
        User.objects.filter(pk=office.cast.anna.pk).update(language="pl")


def test_who_sees_a_message_stands_on_one_line_of_its_row(window: Window, office: Office) -> None:
    folder = make_folder(make_account(office.cast.bartek, "bartek@udostepnia.example"))
    message = store(folder, b"From: s@krakow.example\r\nSubject: Wezwanie do zaplaty z odsetkami\r\n\r\nTekst.")
    for person in (office.cast.anna, office.cast.dorota, office.cast.celina):
        show_to(message, person)
    page = window(office.cast.anna)
    for width in (1440, 1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/shared/")
        expect(page.get_by_role("row").filter(has_text="Wezwanie").locator(".shared")).to_be_visible()
        assert 0 < page.evaluate(LINES, "Wezwanie") < 1.7, width
