import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.test import Client, override_settings

from teczka.actions.invitations import new_link
from teczka.actions.leaving import disable, enable
from teczka.actions.people import change_password, sign_out_elsewhere
from teczka.settings import PASSWORD_HASHERS
from teczka.store.models import User
from teczka.store.sessions import SessionStore
from tests.web.conftest import Office, browser


@contextmanager
def at_this_moment(done: Callable[[], object]) -> Iterator[None]:
    """Once, while somebody signs in: what they proved has been looked at, and there is no session of theirs yet."""

    def once(**_: object) -> None:
        user_logged_in.disconnect(once)
        done()

    user_logged_in.connect(once)
    yield
    assert not user_logged_in.disconnect(once), "nobody signed in"


def signing_in(user: User, password: str) -> Client:
    user.set_password("sosna pod lasem stoi")
    user.save()
    client = Client()
    client.post("/sign-in/", {"login": user.email, "password": password})
    return client


@override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS)
def test_signing_in_and_out(office: Office) -> None:
    client = signing_in(office.cast.anna, "sosna pod lasem stoi")
    assert office.cast.anna.password.startswith("scrypt$")
    assert client.get("/accounts/").status_code == 200
    assert client.get("/sign-out/").status_code == 200  # asks: leaving is never a link
    assert client.get("/accounts/").status_code == 200
    assert client.post("/sign-out/")["Clear-Site-Data"] == '"storage"'  # no cookies: one says the language
    assert client.get("/accounts/").status_code == 302


def test_a_wrong_password_and_an_unknown_address_are_told_alike(office: Office) -> None:
    pages = []
    for address in (office.cast.anna.email, "nobody@lipowa.example"):
        answer = Client().post("/sign-in/", {"login": address, "password": "zle"})
        pages.append("Adres e-mail lub hasło są nieprawidłowe." in answer.content.decode())
    assert pages == [True, True]


def test_guessing_is_slowed_down(office: Office) -> None:
    client = Client()
    answers = [client.post("/sign-in/", {"login": office.cast.anna.email, "password": f"zle {n}"}) for n in range(12)]
    told = [answer.status_code == 429 or "Za dużo prób" in answer.content.decode() for answer in answers]
    assert not told[0]
    assert told[-1]


def refused(client: Client, user: User, password: str = "zle", **headers: str) -> bool:
    """Whether this try is one too many."""
    answer = client.post("/sign-in/", {"login": user.email, "password": password}, headers=headers)
    return answer.status_code == 429 or "Za dużo prób" in answer.content.decode()


def shut_out_by_strangers(user: User) -> bool:
    """From addresses of their own, as many as it takes."""
    return any(refused(Client(REMOTE_ADDR=f"2001:db8:{n}::1"), user) for n in range(1, 9))


def test_a_guesser_s_name_for_the_host_makes_no_new_count(office: Office) -> None:
    told = [
        refused(Client(REMOTE_ADDR=f"2001:db8:{n}::1"), office.cast.anna, host=f"localhost:{n}") for n in range(1, 9)
    ]
    assert told == [False] * 5 + [True] * 3


def test_strangers_do_not_shut_a_person_out_of_the_browser_that_they_signed_in_by(office: Office) -> None:
    anna, password = office.cast.anna, "sosna pod lasem stoi"
    own = signing_in(anna, password)
    own.post("/sign-out/")
    assert shut_out_by_strangers(anna)
    assert refused(Client(REMOTE_ADDR="2001:db8:aaaa::1"), anna, password)
    told = [refused(own, anna) for _ in range(6)]
    assert told == [False] * 5 + [True], "it has a limit of its own"
    cache.clear()
    assert shut_out_by_strangers(anna)
    assert not refused(own, anna, password)
    assert own.get("/accounts/").status_code == 200


def test_a_browser_is_known_for_one_person_and_until_another_password(office: Office) -> None:
    anna, bartek = office.cast.anna, office.cast.bartek
    own = signing_in(anna, "sosna pod lasem stoi")
    own.post("/sign-out/")
    assert shut_out_by_strangers(bartek)
    assert refused(own, bartek)
    own.cookies[f"known-{bartek.public_id.hex}"] = own.cookies[f"known-{anna.public_id.hex}"].value
    assert refused(own, bartek)
    assert shut_out_by_strangers(anna)
    anna.set_password("inna sosna pod lasem")
    anna.save()
    assert refused(own, anna)


def test_who_comes_in_by_a_link_is_known_from_then_on(office: Office) -> None:
    anna, token = new_link(office.cast.dorota, office.cast.anna.public_id)
    own = Client()
    own.post(f"/join/{anna.public_id}/{token}/", {"name": anna.name, "password": "sosna pod lasem stoi"})
    own.post("/sign-out/")
    assert shut_out_by_strangers(anna)
    assert not refused(own, anna, "sosna pod lasem stoi")


def test_the_mark_of_a_known_browser_names_nobody_and_goes_to_the_door_alone(office: Office) -> None:
    own = signing_in(office.cast.anna, "sosna pod lasem stoi")
    mark = own.cookies[f"known-{office.cast.anna.public_id.hex}"]
    assert (mark["path"], mark["samesite"], mark["httponly"]) == ("/sign-in/", "Lax", True)
    assert "anna" not in mark.output()


def test_tries_at_many_other_addresses_do_not_push_out_the_count_of_tries_at_one(office: Office) -> None:
    for n in range(5):
        refused(Client(REMOTE_ADDR=f"2001:db8::{n:x}"), office.cast.anna)
    for n in range(1_000):  # as many keys as other guesses would have left there
        cache.set(f"guess-{n}", [0], 300)
    assert refused(Client(REMOTE_ADDR="2001:db8::ffff"), office.cast.anna)


def test_who_was_closed_out_does_not_get_in(office: Office) -> None:
    office.cast.anna.is_active = False
    assert signing_in(office.cast.anna, "sosna pod lasem stoi").get("/accounts/").status_code == 302


@pytest.mark.parametrize(
    "taken", ["shut out and let in again", "signed out elsewhere", "another password", "another link"]
)
def test_who_signs_in_while_that_is_taken_away_stays_outside(office: Office, taken: str) -> None:
    anna, dorota = office.cast.anna, office.cast.dorota
    signing_in(dorota, "sosna pod lasem stoi")  # one administrator who can sign in there has to be

    def now() -> None:
        owner = User.objects.get(pk=anna.pk)
        if taken == "signed out elsewhere":
            sign_out_elsewhere(owner, SessionStore())
        elif taken == "another password":
            change_password(owner, "inna sosna pod lasem", SessionStore())
        elif taken == "another link":
            new_link(dorota, anna.public_id)
        else:
            disable(dorota, anna.public_id)
            enable(dorota, anna.public_id)

    with at_this_moment(now):
        client = signing_in(anna, "sosna pod lasem stoi")
    assert client.get("/accounts/").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "accounts/signup/",
        "password/reset/",
        "accounts/password/reset/",
        "accounts/login/",
        "email/",
        "admin/",
    ],
)
def test_there_is_no_other_door(db: None, path: str) -> None:
    assert Client().get(f"/{path}").status_code == 404


@pytest.mark.parametrize(
    ("url", "prefix"), [("https://poczta.example", "__Host-"), ("http://localhost:8000", ""), ("", "")]
)
def test_over_https_cookies_are_nobody_elses_to_plant(tmp_path: Path, url: str, prefix: str) -> None:
    names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
    told = f"from teczka import settings as s; print(*(getattr(s, name) for name in {names}))"
    given = {**os.environ, "TECZKA_DATA": str(tmp_path), "TECZKA_URL": url}
    asked = subprocess.run([sys.executable, "-c", told], env=given, capture_output=True, text=True, check=True)
    assert asked.stdout.split() == [f"{prefix}sessionid", f"{prefix}csrftoken", *[str(bool(prefix))] * 2]


@pytest.mark.parametrize("secure", [False, True])
def test_a_cookie_of_this_host_alone_signs_in_and_out(office: Office, secure: bool) -> None:
    """As browsers want it of such a name: over HTTPS, for every path, of no domain; else they throw it away."""
    name = "__Host-sessionid" if secure else "sessionid"
    with override_settings(SESSION_COOKIE_NAME=name, SESSION_COOKIE_SECURE=secure):
        client = signing_in(office.cast.anna, "sosna pod lasem stoi")
        assert client.get("/accounts/").status_code == 200
        cookie = client.cookies[name]
        assert (cookie["path"], cookie["domain"], bool(cookie["secure"])) == ("/", "", secure)
        assert cookie["httponly"], "no script reads it"
        client.post("/sign-out/")
        assert (client.cookies[name]["max-age"], bool(client.cookies[name]["secure"])) == (0, secure)


def test_a_closed_accounts_right_password_is_told_from_no_wrong_one(office: Office) -> None:
    gone, right = office.cast.grzegorz, "sosna pod lasem stoi"
    gone.set_password(right)
    gone.save()
    for tried in ("brzoza za domem", right, right, right, right):
        assert "hasło są nieprawidłowe" in signs_wrong(gone, tried)
    assert "Za dużo prób" in signs_wrong(gone, right)


def signs_wrong(user: User, password: str) -> str:
    return Client().post("/sign-in/", {"login": user.email, "password": password}).content.decode()


def test_a_form_without_its_token_is_refused(office: Office) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(office.cast.anna, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    answer = client.post("/accounts/add/", {})
    assert answer.status_code == 403
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_language_is_the_persons_own_and_before_sign_in_the_browsers(office: Office) -> None:
    assert "Zaloguj się" in Client().get("/sign-in/").content.decode()
    assert "Sign in" in Client(headers={"accept-language": "en-GB,en"}).get("/sign-in/").content.decode()
    assert "Zaloguj się" in Client(headers={"accept-language": "de-DE"}).get("/sign-in/").content.decode()
    office.cast.anna.language = "en"
    office.cast.anna.save()
    assert "External accounts" in browser(office.cast.anna).get("/accounts/").content.decode()


def test_the_language_can_be_chosen_at_the_door(office: Office) -> None:
    client = Client()
    client.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert "Sign in" in client.get("/sign-in/").content.decode()
