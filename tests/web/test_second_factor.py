"""The second step of signing in, by its pages: turned on, asked for at the door, lifted, required."""

import logging
import re
import time
from base64 import b32encode
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.core.internal import ratelimit
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import Settings

from teczka.actions.invitations import new_link
from teczka.actions.second_factor import begin, passes, turn_off, turn_on
from teczka.core.second_factor import STEP, code_of, step_of
from teczka.store.models import SecondFactor, User
from teczka.store.queries.audit import lines
from teczka.store.sessions import SessionStore, signed_in
from teczka.store.viewer import as_user
from teczka.web.session.second_step import SecondStep
from tests.cast import make_cast
from tests.conftest import OwnDatabase
from tests.web.conftest import Office, browser
from tests.web.test_session import at_this_moment

PASSWORD = "sosna pod lasem stoi"
DOOR, CODE, INSIDE = "/sign-in/", "/sign-in/code/", "/accounts/"
OWN = "/settings/security/second-factor/"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """tests/core/test_second_factor.py hashes in earnest."""
    monkeypatch.setattr("teczka.core.second_factor.COST", 2)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    made = Clock()
    monkeypatch.setattr("teczka.actions.second_factor.time", made)
    return made


class Clock:
    """Which stands until it is moved: codes follow it."""

    monotonic = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)

    def __init__(self) -> None:
        self.now = time.time()

    def time(self) -> float:
        return self.now

    def code(self, secret: str, steps: int = 0) -> str:
        return code_of(secret, step_of(self.now) + steps)


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def person(office: Office) -> User:
    return with_password(office.cast.anna)


def turned_on(user: User, clock: Clock) -> tuple[str, list[str]]:
    """The secret, and the backup codes. The clock goes on, so that the next code is another."""
    session = SessionStore()
    secret = begin(user, session)
    codes = turn_on(user, clock.code(secret), session)
    assert codes
    clock.now += STEP
    return secret, codes


def comes(user: User, password: str = PASSWORD, door: str = DOOR) -> Client:
    client = Client()
    client.post(door, {"login": user.email, "password": password})
    return client


def shown(page: str) -> str:
    (secret,) = re.findall(r'<code class="code">([A-Z2-7 ]+)</code>', page)
    return str(secret.replace(" ", ""))


def once(client: Client) -> str:
    (mark,) = re.findall(r'name="once" value="(\w+)"', client.get(f"{OWN}codes/").content.decode())
    return str(mark)


def inside(client: Client) -> bool:
    return client.get(INSIDE).status_code == 200


def says(client: Client, code: str) -> str:
    return client.post(CODE, {"code": code}).content.decode()


def verbs(office: Office) -> list[str]:
    return [line.verb for line in lines(office.cast.dorota)]


def test_a_person_turns_it_on_by_the_first_code_of_their_app(person: User, office: Office, clock: Clock) -> None:
    here, there = comes(person), comes(person)
    page = here.get(OWN).content.decode()
    secret = shown(page)
    assert "<svg" in page
    assert "style=" not in page.split("<svg")[-1]
    assert "nie pasuje" in here.post(OWN, {"code": "000000", "current": PASSWORD}).content.decode()
    assert shown(here.get(OWN).content.decode()) == secret, "a phone loads the page again"
    page = here.post(OWN, {"code": clock.code(secret), "current": PASSWORD}).content.decode()
    codes = re.findall(r"^(?:<textarea[^>]*>)?((?:\d{4} ){3}\d{4})", page, re.MULTILINE)
    assert len(set(codes)) == 10
    assert [inside(here), inside(there)] == [True, False]
    own = here.get("/settings/security/").content.decode()
    assert "10 kodów zapasowych" in own
    assert not any(code in own for code in codes), "they are told once"
    assert verbs(office).count("person.second_factor_on") == 1
    assert here.get(OWN).status_code == here.post(OWN, {"code": "1"}).status_code == 302, "it is on"


def test_whoever_has_the_password_does_not_know_the_secret_before_it_is_turned_on(person: User, clock: Clock) -> None:
    thief, owner = comes(person), comes(person)
    stolen = shown(thief.get(OWN).content.decode())
    secret = shown(owner.get(OWN).content.decode())
    assert secret != stolen
    late = thief.post(OWN, {"code": clock.code(stolen), "current": PASSWORD})
    assert "w innej przeglądarce" in late.content.decode()
    assert "w innej przeglądarce" in owner.post(OWN, {"code": clock.code(secret), "current": PASSWORD}).content.decode()
    secret = shown(owner.get(OWN).content.decode())
    owner.post(OWN, {"code": clock.code(secret), "current": PASSWORD})
    assert [inside(owner), inside(thief)] == [True, False]


def test_a_browser_that_was_left_open_turns_nothing_on(person: User, office: Office, clock: Clock) -> None:
    left = comes(person)
    for said in ({}, {"current": "nie to"}):
        code = clock.code(shown(left.get(OWN).content.decode()))
        assert 'id="id_current_error"' in left.post(OWN, {"code": code, **said}).content.decode()
    office.cast.office.requires_second_factor = True
    office.cast.office.save()
    assert 'name="current"' not in left.get(OWN).content.decode(), "they have just come"
    session = left.session
    session["came"] -= 3600
    session.save()
    assert 'name="current"' in left.get(OWN).content.decode()


def test_a_sign_in_under_way_while_it_is_turned_on_does_not_come_in(
    person: User, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = SecondStep.handle

    def meanwhile(step: SecondStep) -> Any:
        handled = handle(step)
        monkeypatch.undo()
        monkeypatch.setattr("teczka.core.second_factor.COST", 2)
        monkeypatch.setattr("teczka.actions.second_factor.time", clock)
        turned_on(User.objects.get(pk=person.pk), clock)
        return handled

    monkeypatch.setattr(SecondStep, "handle", meanwhile)
    thief = comes(person)
    assert User.objects.get(pk=person.pk).second_factor_at is not None
    assert not inside(thief)


def test_turning_it_off_keeps_this_browser_alone(person: User, clock: Clock) -> None:
    _, codes = turned_on(person, clock)
    here, there = comes(person), comes(person)
    says(here, codes[0])
    says(there, codes[1])
    here.post(f"{OWN}off/", {"current": PASSWORD})
    assert [inside(here), inside(there)] == [True, False]


def test_whoever_planted_the_session_at_the_door_does_not_learn_who_is_half_way(person: User, clock: Clock) -> None:
    turned_on(person, clock)
    planted, made = Client(), SessionStore()
    made["x"] = 1
    made.save()
    victim = Client()
    victim.cookies["sessionid"] = planted.cookies["sessionid"] = str(made.session_key)
    victim.post(DOOR, {"login": person.email, "password": PASSWORD})
    assert victim.get(CODE).status_code == 200
    assert planted.get(CODE).headers["Location"] == DOOR


def test_a_right_password_without_the_code_reaches_nothing(person: User, clock: Clock) -> None:
    turned_on(person, clock)
    half = comes(person)
    for where in (INSIDE, "/settings/", OWN, "/settings/security/", "/palette/", "/office/"):
        assert half.get(where).headers["Location"].startswith(DOOR), where
    assert half.get("/").headers["Location"] == DOOR
    assert half.get(DOOR).headers["Location"] == CODE
    assert signed_in(half.cookies["sessionid"].value) is None  # nor events, nor long bodies
    assert half.post(f"{OWN}off/", {"current": PASSWORD}).status_code == 302
    person.refresh_from_db()
    assert person.second_factor_at is not None
    assert person.last_login is None


def test_the_code_signs_in_and_leads_where_the_person_wanted_to_go(person: User, clock: Clock) -> None:
    secret, _ = turned_on(person, clock)
    half = comes(person, door=f"{DOOR}?next=/tasks/")
    before = half.cookies["sessionid"].value
    answer = half.post(CODE, {"code": f" {clock.code(secret)[:3]} {clock.code(secret)[3:]}"})
    assert answer.headers["Location"] == "/tasks/"
    assert inside(half)
    assert half.cookies["sessionid"].value != before, "whoever planted the first session has not this one"
    planted = Client()
    planted.cookies["sessionid"] = before
    assert not inside(planted)
    assert not inside(Client())
    off = comes(person, door=f"{DOOR}?next=https://evil.example/")
    clock.now += STEP
    assert off.post(CODE, {"code": clock.code(secret)}).headers["Location"] == "/"


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_a_step_off(person: User, clock: Clock, steps: int) -> None:
    secret, _ = turned_on(person, clock)
    clock.now += STEP
    half = comes(person)
    says(half, clock.code(secret, steps))
    assert inside(half)


@pytest.mark.parametrize("steps", [-2, 2, 1000])
def test_a_code_of_another_time_is_wrong(person: User, clock: Clock, steps: int) -> None:
    secret, _ = turned_on(person, clock)
    clock.now += 10 * STEP
    half = comes(person)
    page = says(half, clock.code(secret, steps))
    assert "Ten kod jest błędny" in page
    assert re.search(r'<input [^>]*name="code"[^>]* autofocus', page)
    assert 'autocomplete="one-time-code"' in page
    assert not inside(half)


@pytest.mark.parametrize("code", ["", "0", "abcdef", "١٢٣٤٥٦", "1" * 16, "9" * 40, "12345", "1234567"])
def test_what_is_no_code_is_told_at_its_field(person: User, clock: Clock, code: str) -> None:
    turned_on(person, clock)
    half = comes(person)
    assert "field-error" in says(half, code)
    assert not inside(half)


def test_a_code_is_taken_once(person: User, clock: Clock) -> None:
    session = SessionStore()
    secret = begin(person, session)
    first = clock.code(secret)
    turn_on(person, first, session)
    again = comes(person)
    assert "Ten kod jest błędny" in says(again, first), "it has turned it on"
    newest = clock.code(secret, 1)
    one, other = comes(person), comes(person)
    says(one, newest)
    assert inside(one)
    assert "Ten kod jest błędny" in says(other, newest)
    assert "Ten kod jest błędny" in says(other, first), "nor any from before it"
    assert not inside(other)


def test_each_backup_code_signs_in_once(person: User, office: Office, clock: Clock) -> None:
    _, codes = turned_on(person, clock)
    for left, code in ((9, codes[0]), (8, codes[1])):
        half = comes(person)
        says(half, f"{code[:4]} {code[4:8]}-{code[8:]}")
        assert f"{left} kodów zapasowych" in half.get("/settings/security/").content.decode()
    again = comes(person)
    assert "Ten kod jest błędny" in says(again, codes[0])
    assert not inside(again)
    assert verbs(office).count("person.second_factor_spent") == 2


def test_tries_are_few_and_a_right_code_after_them_is_refused(person: User, clock: Clock) -> None:
    secret, codes = turned_on(person, clock)
    half = comes(person)
    assert all("Ten kod jest błędny" in says(half, "000000") for _ in range(5))
    elsewhere = Client(REMOTE_ADDR="2001:db8::1")
    elsewhere.post(DOOR, {"login": person.email, "password": PASSWORD}, headers={"host": "localhost:1"})
    for one in (half, elsewhere):
        assert "Za dużo prób" in says(one, clock.code(secret))
        assert "Za dużo prób" in says(one, codes[0])
        assert not inside(one)
    cache.clear()
    says(half, codes[0])
    assert inside(half), "it was not spent"


def test_right_codes_do_not_count_as_tries(person: User, clock: Clock) -> None:
    _, codes = turned_on(person, clock)
    for code in codes[:6]:
        half = comes(person)
        says(half, code)
        assert inside(half)


def test_a_guesser_does_not_shut_its_owner_out_of_a_browser_they_came_by(person: User, clock: Clock) -> None:
    secret, codes = turned_on(person, clock)
    own = comes(person)
    says(own, codes[0])
    own.post("/sign-out/")
    guesser = comes(person)
    assert ["Za dużo prób" in says(guesser, "000000") for _ in range(6)] == [False] * 5 + [True]
    own.post(DOOR, {"login": person.email, "password": PASSWORD})
    says(own, clock.code(secret))
    assert inside(own)


def test_browsers_known_from_before_it_was_turned_on_have_no_tries_of_their_own(person: User, clock: Clock) -> None:
    marked = comes(person)
    turned_on(person, clock)
    guesser = comes(person)
    for _ in range(5):
        says(guesser, "000000")
    marked.post(DOOR, {"login": person.email, "password": PASSWORD})
    assert "Za dużo prób" in says(marked, "000000")


def test_turning_it_on_and_off_keeps_the_browser_known(person: User, clock: Clock) -> None:
    own = comes(person)
    secret = shown(own.get(OWN).content.decode())
    own.post(OWN, {"code": clock.code(secret), "current": PASSWORD})
    mark = own.cookies[f"known-{person.public_id.hex}"].value
    own.post("/sign-out/")
    guesser = comes(person)
    for _ in range(5):
        says(guesser, "000000")
    own.post(DOOR, {"login": person.email, "password": PASSWORD})
    clock.now += STEP
    says(own, clock.code(secret))
    assert inside(own)
    own.post(f"{OWN}off/", {"current": PASSWORD})
    assert own.cookies[f"known-{person.public_id.hex}"].value != mark


def test_all_known_browsers_together_have_few_tries_a_day(
    person: User, clock: Clock, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    assert settings.ACCOUNT_RATE_LIMITS["second_factor_known"] == "100/d/key"
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"second_factor_known": "6/d/key"}
    secret, codes = turned_on(person, clock)
    marks = Clock()
    monkeypatch.setattr(signing, "time", marks)  # each mark is of its second
    known = []
    for code in codes[:3]:
        known.append(comes(person))
        says(known[-1], code)
        known[-1].post("/sign-out/")
        marks.now += 1
    for one in known:
        one.post(DOOR, {"login": person.email, "password": PASSWORD})
    assert all("Ten kod jest błędny" in says(one, "000000") for one in known * 2)
    assert "Za dużo prób jak na jeden dzień" in says(known[0], clock.code(secret))


def test_loading_the_page_of_new_codes_again_makes_no_others(person: User, clock: Clock) -> None:
    _, codes = turned_on(person, clock)
    here = comes(person)
    says(here, codes[0])
    sent = {"current": PASSWORD, "once": once(here)}
    renewed = re.findall(r"(?:\d{4} ){3}\d{4}", here.post(f"{OWN}codes/", sent).content.decode())
    assert "utworzył już kody" in here.post(f"{OWN}codes/", sent).content.decode()
    assert passes(person, renewed[0].replace(" ", ""))


def test_the_days_tries_end_with_the_password_that_they_were_made_by(
    person: User, office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, _ = turned_on(person, clock)
    tries = Clock()
    monkeypatch.setattr(ratelimit, "time", tries)
    for _ in range(6):
        thief = comes(person)
        assert all("Ten kod jest błędny" in says(thief, "000000") for _ in range(5))
        tries.now += 301
    assert "Za dużo prób jak na jeden dzień" in says(comes(person), clock.code(secret))
    assert verbs(office).count("person.second_factor_tries") == 6
    _, token = new_link(office.cast.dorota, person.public_id)
    owner = Client()
    owner.post(f"/join/{person.public_id}/{token}/", {"name": "Anna", "password": "brzoza za domem rośnie"})
    says(owner, clock.code(secret))
    assert inside(owner)


def test_one_who_tries_on_and_on_does_not_shut_out_the_others_at_their_address(
    person: User, office: Office, clock: Clock
) -> None:
    secret, _ = turned_on(person, clock)
    bartek = with_password(office.cast.bartek)
    turned_on(bartek, clock)
    guesser = comes(bartek)
    for _ in range(20):
        says(guesser, "000000")
    half = comes(person)
    says(half, clock.code(secret))
    assert inside(half)


@pytest.mark.parametrize("happens", ["password", "disabled", "lifted"])
def test_what_becomes_of_a_person_meanwhile_ends_the_step(person: User, clock: Clock, happens: str) -> None:
    secret, codes = turned_on(person, clock)
    half = comes(person)
    if happens == "password":
        person.set_password("inna sosna pod lasem")
    elif happens == "disabled":
        person.is_active = False
    else:
        person.second_factor_at = None
    person.save()
    for code in (clock.code(secret), codes[0]):
        assert half.post(CODE, {"code": code}).headers["Location"] == DOOR
    assert not inside(half)
    assert half.get(DOOR).status_code == 200, "from the beginning"


def test_somebody_else_signs_in_by_the_same_browser(person: User, office: Office, clock: Clock) -> None:
    turned_on(person, clock)
    half = comes(person)
    assert half.post(CODE, {"other": "1"}).headers["Location"] == DOOR
    assert half.get(CODE).headers["Location"] == DOOR
    half.post(DOOR, {"login": with_password(office.cast.bartek).email, "password": PASSWORD})
    assert "Bartek Nowy" in half.get(INSIDE).content.decode()


def test_a_code_without_a_password_before_it_opens_nothing(person: User, clock: Clock) -> None:
    secret, _ = turned_on(person, clock)
    for stranger in (Client(), comes(person, "nie to")):
        assert stranger.post(CODE, {"code": clock.code(secret), "login": person.email}).headers["Location"] == DOOR
        assert not inside(stranger)
    assert passes(person, clock.code(secret)), "it is still good"


def test_a_link_that_lets_in_anew_asks_for_the_code_as_well(person: User, office: Office, clock: Clock) -> None:
    secret, _ = turned_on(person, clock)
    _, token = new_link(office.cast.dorota, person.public_id)
    half = Client()
    answer = half.post(f"/join/{person.public_id}/{token}/", {"name": "Anna", "password": "brzoza za domem rośnie"})
    assert answer.headers["Location"] == CODE
    assert not inside(half)
    says(half, clock.code(secret))
    assert inside(half)


def test_such_a_link_works_where_somebody_else_is_signed_in(person: User, office: Office, clock: Clock) -> None:
    secret, _ = turned_on(person, clock)
    _, token = new_link(office.cast.dorota, person.public_id)
    shared = browser(office.cast.bartek)
    shared.post(f"/join/{person.public_id}/{token}/", {"name": "Anna Lipowska", "password": "brzoza za domem rośnie"})
    assert "Bartek Nowy" in shared.get(INSIDE).content.decode()
    says(shared, clock.code(secret))
    assert "Anna Lipowska" in shared.get(INSIDE).content.decode()


def test_it_is_turned_off_and_its_codes_renewed_by_the_password(person: User, office: Office, clock: Clock) -> None:
    secret, codes = turned_on(person, clock)
    here = comes(person)
    says(here, clock.code(secret))
    for what in ("off", "codes"):
        assert 'id="id_current_error"' in here.post(f"{OWN}{what}/", {"current": "nie to"}).content.decode()
    page = here.post(f"{OWN}codes/", {"current": PASSWORD, "once": once(here)}).content.decode()
    renewed = [code.replace(" ", "") for code in re.findall(r"(?:\d{4} ){3}\d{4}", page)]
    assert not passes(person, codes[0])
    assert "Zmieniono Twoje logowanie" in here.get("/settings/security/").content.decode(), "a thief may have them"
    assert passes(person, renewed[0])
    assert "jest wyłączona" in here.post(f"{OWN}off/", {"current": PASSWORD}, follow=True).content.decode()
    assert inside(comes(person))
    assert not SecondFactor.objects.exists()
    assert {"person.second_factor_codes", "person.second_factor_off"} <= set(verbs(office))
    for what in ("off", "codes"):
        assert here.get(f"{OWN}{what}/").status_code == 302


def test_a_thief_at_an_open_browser_has_few_tries_at_the_password(person: User, clock: Clock) -> None:
    secret, _ = turned_on(person, clock)
    here = comes(person)
    says(here, clock.code(secret))
    for n in range(5):
        here.post(f"{OWN}off/", {"current": f"nie to {n}"})
    assert "Za dużo prób" in here.post(f"{OWN}codes/", {"current": PASSWORD}).content.decode()


def test_an_administrator_of_the_office_lifts_it_and_its_owner_is_told(
    person: User, office: Office, clock: Clock
) -> None:
    secret, _ = turned_on(person, clock)
    anna = comes(person)
    says(anna, clock.code(secret))
    where = f"/office/people/{person.public_id}/second-factor/"
    for other in (office.cast.edward, office.cast.bartek):
        assert browser(other).post(where).status_code == 404
    assert inside(anna)
    dorota = browser(office.cast.dorota)
    assert "Dwa kroki" in dorota.get("/office/").content.decode()
    assert "jest wyłączona dla tej osoby" in dorota.post(where, follow=True).content.decode()
    assert not inside(anna)
    again = comes(person)
    page = again.get("/settings/security/").content.decode()
    assert "Twoja weryfikacja dwuetapowa została wyłączona" in page
    assert (
        Client().post(DOOR, {"login": person.email, "password": PASSWORD}).headers["Location"] == "/settings/security/"
    )
    again.post(f"{OWN}noted/")
    said = {"login": person.email, "password": PASSWORD}
    assert Client().post(DOOR, said).headers["Location"] == "/settings/security/", "whoever said it, somewhere else"
    again.post("/sign-out/")
    assert again.post(DOOR, said).headers["Location"] == "/"
    assert [line.verb for line in lines(office.cast.dorota)].count("person.second_factor_lift") == 1
    assert dorota.post(where).status_code == 404, "there is none"


def test_an_administrator_does_not_lift_their_own_without_the_password(office: Office, clock: Clock) -> None:
    turned_on(office.cast.dorota, clock)
    dorota = browser(User.objects.get(pk=office.cast.dorota.pk))
    assert dorota.post(f"/office/people/{office.cast.dorota.public_id}/second-factor/").status_code == 404


def test_where_the_office_requires_it_nothing_is_seen_before_it_is_set_up(
    person: User, office: Office, clock: Clock
) -> None:
    anna, dorota = comes(person), browser(office.cast.dorota)
    assert signed_in(anna.cookies["sessionid"].value) == person.public_id
    dorota.post("/office/second-factor/", {"required": "1"})
    for one in (anna, dorota, comes(person)):
        for where in (INSIDE, "/settings/", "/settings/security/", "/palette/", "/office/", f"{OWN}off/"):
            assert one.get(where).headers["Location"] == OWN, where
        assert one.post("/acts/", {"verb": "star"}).headers["Location"] == OWN
        page = one.get(OWN).content.decode()
        assert "Kancelaria wymaga jej od wszystkich" in page
        assert 'id="tree"' not in page
    assert signed_in(anna.cookies["sessionid"].value) is None, "no events meanwhile"
    anna.post("/sign-out/")
    assert anna.get(INSIDE).headers["Location"].startswith(DOOR), "they may leave"
    here = comes(person)
    here.post(OWN, {"code": clock.code(shown(here.get(OWN).content.decode()))})
    assert inside(here), "they have just said their password"
    assert browser(office.cast.edward).get(INSIDE).status_code == 200, "another office"


def test_somebody_invited_where_it_is_required_joins_and_sets_it_up(office: Office, clock: Clock) -> None:
    office.cast.office.requires_second_factor = True
    office.cast.office.save()
    person, token = new_link(office.cast.dorota, office.cast.anna.public_id)
    client = Client()
    assert client.get(f"/join/{person.public_id}/{token}/").status_code == 200
    client.post(f"/join/{person.public_id}/{token}/", {"name": "Anna", "password": PASSWORD})
    assert client.get(INSIDE).headers["Location"] == OWN
    assert client.get(OWN).status_code == 200


def test_only_administrators_require_it_and_it_can_be_dropped(office: Office) -> None:
    where = "/office/second-factor/"
    assert browser(office.cast.anna).post(where, {"required": "1"}).status_code == 404
    assert browser(office.cast.anna).get(INSIDE).status_code == 200
    office.cast.office.requires_second_factor = True
    office.cast.office.save()
    assert browser(office.cast.dorota).post(where).headers["Location"] == OWN, "not by who owes it"


def test_nothing_of_it_stands_in_clear_in_the_database_or_in_logs(
    person: User, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret, codes = turned_on(person, clock)
    half = comes(person)
    says(half, codes[0])
    with as_user(person.pk), connection.cursor() as cursor:
        cursor.execute("SELECT s::text FROM store_secondfactor s UNION ALL SELECT session_data FROM django_session")
        kept = "\n".join(row[0] for row in cursor)
    told = kept + caplog.text
    assert "backup" not in kept
    assert kept.count("\\\\x") >= 2
    for clear in (secret, secret.encode().hex(), b32encode(secret.encode()).decode(), *codes):
        assert clear not in told


def test_without_its_key_backup_codes_alone_let_in(person: User, clock: Clock) -> None:
    secret, codes = turned_on(person, clock)
    with as_user(person.pk):
        SecondFactor.objects.update(key_id="9999-gone")
    half = comes(person)
    assert "już sprawdzić" in says(half, clock.code(secret))
    assert not inside(half)
    says(half, codes[0])
    assert inside(half)


def test_who_says_a_code_while_it_is_turned_off_and_on_again_stays_outside(person: User, clock: Clock) -> None:
    secret, _ = turned_on(person, clock)
    half = comes(person)

    def now() -> None:
        owner = User.objects.get(pk=person.pk)
        turn_off(owner, SessionStore())
        turned_on(owner, clock)

    with at_this_moment(now):
        says(half, clock.code(secret))
    assert not inside(half)


def test_of_two_with_one_code_at_once_one_comes_in(own_database: OwnDatabase, clock: Clock) -> None:
    anna = make_cast().anna
    secret, codes = turned_on(anna, clock)

    def tries(code: str) -> bool:
        try:
            return passes(anna, code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for code in (codes[0], clock.code(secret)):
            assert sorted(pool.map(tries, [code] * 4)) == [False, False, False, True]
