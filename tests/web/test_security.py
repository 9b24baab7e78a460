"""Somebody's own password, and where else they are signed in. The streams that end with it: tests/web/test_events.py."""

import re

import pytest
from django.test import Client

from teczka.store.models import User
from teczka.store.queries.audit import lines
from tests.web.conftest import Office, browser
from tests.web.test_session import refused, shut_out_by_strangers

OLD, NEW = "sosna pod lasem stoi", "brzoza za domem rośnie"
WHERE = "/settings/security/"


@pytest.fixture
def person(office: Office) -> User:
    office.cast.anna.set_password(OLD)
    office.cast.anna.save()
    return office.cast.anna


def comes(user: User, password: str = OLD) -> Client:
    client = Client()
    client.post("/sign-in/", {"login": user.email, "password": password})
    return client


def inside(client: Client) -> bool:
    return client.get("/accounts/").status_code == 200


def change(client: Client, current: str = OLD, password: str = NEW) -> str:
    return client.post(WHERE, {"current": current, "password": password}, follow=True).content.decode()


def wrong_fields(page: str) -> list[str]:
    return re.findall(r'class="field-error" id="id_(\w+)_error"', page)


def test_another_password_leaves_this_browser_signed_in_and_no_other(person: User, office: Office) -> None:
    here, there, bartek = comes(person), comes(person), browser(office.cast.bartek)
    copied = Client()
    copied.cookies.load({"sessionid": here.cookies["sessionid"].value})
    assert inside(copied)
    page = change(here)
    assert "Ta przeglądarka pozostaje zalogowana, wszystkie inne zostały wylogowane." in page
    assert "nie jest zalogowana żadna inna" in page
    assert [inside(client) for client in (here, there, copied, bartek)] == [True, False, False, True]
    assert not inside(comes(person))
    assert inside(comes(person, NEW))
    assert [line.verb for line in lines(office.cast.dorota)].count("person.password") == 1


def test_this_browser_is_known_by_the_new_password(person: User) -> None:
    here = comes(person)
    change(here)
    here.post("/sign-out/")
    assert shut_out_by_strangers(person)
    assert not refused(here, person, NEW)


def test_a_wrong_current_password_is_told_at_its_field(person: User) -> None:
    here = comes(person)
    for current in ("nie to", ""):
        page = change(here, current)
        assert wrong_fields(page) == ["current"]
        assert re.search(r'<input [^>]*name="current"[^>]* autofocus', page)
        assert "nie to" not in page
        assert NEW not in page
    assert inside(here)
    assert inside(comes(person))


@pytest.mark.parametrize("weak", ["krótkie", "1234567890", "anna@lipowa.example", ""])
def test_a_weak_password_is_told_at_its_field_and_changes_nothing(person: User, weak: str) -> None:
    here, there = comes(person), comes(person)
    assert wrong_fields(change(here, password=weak)) == ["password"]
    assert inside(here)
    assert inside(there)
    assert inside(comes(person))


def test_a_thief_at_an_open_browser_has_few_tries_and_strangers_at_the_door_use_up_none(person: User) -> None:
    here = comes(person)
    del here.cookies[f"known-{person.public_id.hex}"]  # it goes to the door alone
    assert shut_out_by_strangers(person)
    wrong = [change(here, f"nie to {n}") for n in range(5)]
    assert not any("Za dużo prób" in page for page in wrong)
    page = change(here)
    assert "Za dużo prób" in page
    assert wrong_fields(page) == ["current"]
    here.post(f"{WHERE}elsewhere/")  # makes no new count
    assert "Za dużo prób" in change(here)


def test_all_other_browsers_are_signed_out_and_this_one_stays(person: User, office: Office) -> None:
    browser(person)
    person.set_password(OLD)
    person.save()  # who signed in before does not count any more
    here, *there = [comes(person) for _ in range(3)]
    bartek = browser(office.cast.bartek)
    assert "zalogowane są jeszcze 2 przeglądarki" in here.get(WHERE).content.decode()
    page = here.post(f"{WHERE}elsewhere/", follow=True).content.decode()
    assert "Wszystkie inne przeglądarki zostały wylogowane." in page
    assert "Wyloguj wszędzie indziej" not in page
    assert [inside(client) for client in (here, *there, bartek)] == [True, False, False, True]
    assert inside(comes(person)), "the password is the same"
    here.post("/sign-out/")
    assert shut_out_by_strangers(person)
    assert not refused(here, person, OLD), "this browser is known as before"
    assert [line.verb for line in lines(office.cast.dorota)].count("session.end_elsewhere") == 1


def test_an_administrator_changes_nobody_elses_by_it(person: User, office: Office) -> None:
    office.cast.dorota.set_password("inna sosna pod lasem")
    office.cast.dorota.save()
    here, dorota = comes(person), comes(office.cast.dorota, "inna sosna pod lasem")
    told = {"current": OLD, "password": NEW, "person": str(person.public_id), "username": person.email}
    assert wrong_fields(dorota.post(WHERE, told).content.decode()) == ["current"]
    assert dorota.post(f"{WHERE}{person.public_id}/", told).status_code == 404
    assert inside(here)
    assert inside(comes(person))
