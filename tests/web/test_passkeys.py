"""Passkeys, by their pages: added, used at the door and after the password, renamed, removed; and whoever is to stay outside."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from teczka.actions.invitations import join, new_link
from teczka.actions.leaving import disable
from teczka.actions.passkeys import remove
from teczka.actions.second_factor import lift
from teczka.core.passkeys import MOST
from teczka.store.models import Passkey, User
from teczka.store.queries.audit import lines
from teczka.store.queries.passkeys import passkeys
from teczka.store.sessions import SessionStore
from teczka.store.viewer import as_user
from teczka.web.session import challenges
from tests.authenticator import BACKED_UP, PRESENT, VERIFIED, Authenticator
from tests.web.conftest import Office, browser
from tests.web.test_second_factor import PASSWORD, Clock, clock, comes, inside, quick, says, turned_on, with_password
from tests.web.test_session import at_this_moment

__all__ = ["clock", "quick"]

DOOR, CODE, HERE = "/sign-in/", "/sign-in/code/", {"host": "localhost"}
OWN = "/settings/security/passkeys/"
REFUSED = "Ten klucz dostępu Cię tu nie loguje."


@pytest.fixture
def person(office: Office) -> User:
    with as_user(office.cast.anna.pk):
        Passkey.objects.all().delete()  # the office's own
    return with_password(office.cast.anna)


def anew(user: User) -> User:
    return User.objects.get(pk=user.pk)


def at_the_door() -> Client:
    return Client(headers=HERE)


def asked(client: Client) -> dict[str, Any]:
    answer = client.post("/sign-in/passkey/begin/", headers=HERE)
    return dict(answer.json())


def enters(client: Client, answer: str, **fields: str) -> Any:
    return client.post("/sign-in/passkey/", {"answer": answer, **fields}, headers=HERE)


def come_by(device: Authenticator, **lies: Any) -> Client:
    client = at_the_door()
    enters(client, device.use(asked(client), **lies))
    return client


def told(client: Client, where: str = DOOR) -> str:
    return client.get(where, headers=HERE).content.decode()


def proved(client: Client) -> dict[str, Any]:
    """What the browser is asked to make, after the password."""
    client.post(f"{OWN}add/", {"current": PASSWORD}, headers=HERE)
    return options(client)


def options(client: Client) -> dict[str, Any]:
    page = told(client, f"{OWN}make/")
    return dict(json.loads(page.split('<script id="options" type="application/json">')[1].split("</script>")[0]))


def adds(client: Client, device: Authenticator, name: str = "Telefon") -> str:
    answer = device.make(proved(client))
    return client.post(f"{OWN}make/", {"answer": answer, "name": name}, headers=HERE, follow=True).content.decode()


@pytest.fixture
def device(person: User) -> Authenticator:
    made = Authenticator()
    adds(comes(person), made)
    person.refresh_from_db()
    person.sign_in_changed_at = None  # as a month later
    person.save(update_fields=["sign_in_changed_at"])
    assert len(passkeys(person)) == 1
    return made


def verbs(office: Office) -> list[str]:
    return [line.verb for line in lines(office.cast.dorota)]


def test_a_passkey_is_added_by_the_password_and_named_and_removed(person: User, office: Office) -> None:
    here, there = comes(person), comes(person)
    assert "Nie masz jeszcze żadnego." in told(here, "/settings/security/")
    assert here.get(f"{OWN}make/", headers=HERE).headers["Location"] == f"{OWN}add/", "first the password"
    wrong = here.post(f"{OWN}add/", {"current": "nie to"}, headers=HERE)
    assert "To nie jest Twoje obecne hasło." in wrong.content.decode()
    page = adds(here, Authenticator(), "Telefon <służbowy>")
    assert "Telefon &lt;służbowy&gt;" in page
    assert "jeszcze nieużywany" in page
    assert "Zmieniono Twoje logowanie" in page, "it may have been somebody who has the password"
    assert inside(there)
    (one,) = passkeys(person)
    where = f"{OWN}{one.public_id}/"
    assert "Laptop" in here.post(where, {"name": "  Laptop  "}, headers=HERE, follow=True).content.decode()
    assert "To nie jest" in here.post(f"{where}remove/", {"current": "nie to"}, headers=HERE).content.decode()
    assert len(passkeys(person)) == 1
    here.post(f"{where}remove/", {"current": PASSWORD}, headers=HERE)
    assert passkeys(person) == []
    assert [inside(here), inside(there)] == [True, False], "those others may have been begun by it"
    assert [verb for verb in verbs(office) if "passkey" in verb] == ["person.passkey_remove", "person.passkey_add"]


def test_a_passkey_is_both_steps_and_leads_where_the_person_wanted_to_go(
    person: User, office: Office, device: Authenticator, clock: Clock
) -> None:
    turned_on(person, clock)
    person.language = "en"
    person.save()
    client = at_the_door()
    assert asked(client)["allowCredentials"] == [], "nobody is told whose passkeys there are"
    before = client.cookies["sessionid"].value
    answer = enters(client, device.use(asked(client)), next="/tasks/")
    assert answer.headers["Location"] == "/tasks/"
    assert inside(client)
    assert client.cookies["sessionid"].value != before
    assert client.cookies["sessionid"]["max-age"] == 14 * 24 * 3600, "not as brief as the door's"
    assert f"known-{person.public_id.hex}" in client.cookies
    assert '<html lang="en">' in told(client, "/settings/security/")
    assert verbs(office)[0] == "session.begin_passkey"
    assert passkeys(person)[0].used_at is not None
    off = at_the_door()
    assert enters(off, device.use(asked(off)), next="https://evil.example/").headers["Location"] == "/"


def test_it_is_asked_for_what_its_device_must_do(person: User, device: Authenticator) -> None:
    made = proved(comes(person))
    wanted = made["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"], made["attestation"]) == ("required", "required", "none")
    assert made["rp"]["id"] == "localhost"
    assert len(made["excludeCredentials"]) == 1
    assert made["excludeCredentials"][0]["transports"] == ["hybrid", "internal"], "and no way that nobody knows"
    door = asked(at_the_door())
    assert (door["userVerification"], door["rpId"]) == ("required", "localhost")


def test_whoever_owes_their_office_a_second_step_sets_it_up_after_a_passkey_too(
    person: User, device: Authenticator
) -> None:
    person.office.requires_second_factor = True
    person.office.save()
    assert come_by(device).get("/accounts/").headers["Location"] == "/settings/security/second-factor/"


def test_after_the_password_a_passkey_does_in_the_place_of_a_code(
    person: User, office: Office, device: Authenticator, clock: Clock
) -> None:
    turned_on(person, clock)
    half = comes(person, door=f"{DOOR}?next=/tasks/")
    assert "Użyj klucza dostępu" in told(half, CODE)
    wanted = asked(half)
    assert len(wanted["allowCredentials"]) == 1
    answer = enters(half, device.use(wanted))
    assert answer.headers["Location"] == "/tasks/"
    assert inside(half)

    other = with_password(office.cast.bartek)
    turned_on(other, clock)
    half = comes(other)
    assert "Użyj klucza dostępu" not in told(half, CODE), "he has none"
    assert enters(half, device.use(asked(half))).headers["Location"] == CODE
    assert enters(half, device.use(asked(half), userHandle=None)).headers["Location"] == CODE
    assert not inside(half), "Anna's is not his"


LIES: dict[str, Callable[[Authenticator], object]] = {
    "another origin": lambda one: setattr(one, "origin", "http://localhost:81"),
    "beneath the name": lambda one: setattr(one, "origin", "http://evil.localhost"),
    "another name": lambda one: setattr(one, "name", "evil.example"),
    "nobody verified": lambda one: setattr(one, "flags", PRESENT),
    "nobody there": lambda one: setattr(one, "flags", VERIFIED),
    "a copy of what is never copied": lambda one: setattr(one, "flags", PRESENT | VERIFIED | BACKED_UP),
    "in a frame": lambda one: setattr(one, "cross_origin", True),
    "another key": lambda one: one.__post_init__(),
    "another passkey": lambda one: setattr(one, "credential_id", b"x" * 32),
    "nobody's": lambda one: setattr(one, "handle", b"x" * 16),
    "no handle": lambda one: setattr(one, "handle", b""),
    "a long handle": lambda one: setattr(one, "handle", b"x" * 65),
    "it does not count on": lambda one: setattr(one, "count", 0),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_is_wrong_with_it_is_nobodys_business(person: User, device: Authenticator, lie: str) -> None:
    LIES[lie](device)
    client = come_by(device)
    page = told(client)
    assert page.index(REFUSED) < page.index('id="id_login"'), "above the form"
    assert REFUSED not in told(client), "once"
    assert not inside(client)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "[]",
        "null",
        "1",
        '"x"',
        "{",
        "[" * 19_000,
        '{"response": 1}',
        '{"rawId": "AA", "response": {}}',
        "x" * 30_000,
    ],
)
def test_what_is_no_answer_is_refused_as_any_other(person: User, answer: str) -> None:
    client = at_the_door()
    asked(client)
    assert enters(client, answer).headers["Location"] == DOOR
    assert REFUSED in told(client)


def test_each_challenge_is_one_sessions_for_a_few_minutes_once(
    person: User, device: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, other = at_the_door(), at_the_door()
    asked(other)
    answer = device.use(asked(client))
    enters(other, answer)
    assert not inside(other), "it was another session's"
    enters(client, answer)
    assert inside(client)
    with as_user(person.pk):
        Passkey.objects.update(count=0)
    client.post("/sign-out/")
    enters(client, answer)
    assert not inside(client), "it was taken"

    device.count = 9
    never = at_the_door()
    enters(never, device.use({"challenge": ""}))
    assert not inside(never), "nothing was asked"
    late, moved = at_the_door(), Clock()
    answer = device.use(asked(late))
    moved.now += 301
    monkeypatch.setattr(challenges, "time", moved)
    enters(late, answer)
    assert not inside(late)


def test_of_two_who_bring_the_same_challenge_at_once_one_gets_it(db: None) -> None:
    made = SessionStore()
    made["asked"] = "x"
    made.save()
    one, other = SessionStore(made.session_key), SessionStore(made.session_key)
    assert [one["asked"], other["asked"]] == ["x", "x"], "both were read before"
    assert [challenges.take(one, "asked"), challenges.take(other, "asked")] == ["x", None]
    assert challenges.take(SessionStore(), "asked") is None


def test_a_challenge_for_a_new_one_signs_nobody_in(person: User, device: Authenticator) -> None:
    here = comes(person)
    wanted = proved(here)
    here.post("/sign-out/")
    enters(here, device.use(wanted))
    assert not inside(here)


def test_a_copy_is_told_of_in_the_register_and_those_that_do_not_count_are_let_in(
    person: User, office: Office, device: Authenticator
) -> None:
    assert inside(come_by(device))
    device.count = 0
    assert not inside(come_by(device))
    assert verbs(office)[0] == "person.passkey_copy"
    shared = Authenticator(counts=False)
    adds(comes(person), shared)
    assert [inside(come_by(shared)), inside(come_by(shared))] == [True, True]


def test_a_removed_passkey_signs_nobody_in(person: User, device: Authenticator) -> None:
    here = comes(person)
    here.post(f"{OWN}{passkeys(person)[0].public_id}/remove/", {"current": PASSWORD}, headers=HERE)
    client = come_by(device)
    assert REFUSED in told(client)
    assert not inside(client)


def test_who_was_shut_out_or_has_a_link_to_come_anew_does_not_come_by_a_passkey(
    person: User, office: Office, device: Authenticator
) -> None:
    browser(office.cast.dorota)
    disable(office.cast.dorota, person.public_id)
    client = come_by(device)
    assert REFUSED in told(client)
    User.objects.filter(pk=person.pk).update(is_active=True)
    reset, token = new_link(office.cast.dorota, person.public_id)
    assert passkeys(person) == [], "whoever had the password may have added it"
    assert not inside(come_by(device))
    join(reset.public_id, token, reset.name, "brzoza za domem rośnie")
    assert not inside(come_by(device))


def test_whoever_has_no_password_comes_by_no_passkey(person: User, device: Authenticator) -> None:
    person.set_unusable_password()
    person.save()
    assert not inside(come_by(device))
    assert len(passkeys(person)) == 1


def test_tries_are_few_and_right_ones_do_not_count(person: User, device: Authenticator) -> None:
    for _ in range(6):
        assert inside(come_by(device))
    own = come_by(device)
    own.post("/sign-out/")
    right, device.private = device.private, Authenticator().private
    for _ in range(5):
        assert REFUSED in told(come_by(device))
    assert "Za dużo prób" in told(come_by(device))
    device.private = right
    assert "Za dużo prób" in told(come_by(device))
    enters(own, device.use(asked(own)))
    assert inside(own), "a browser that they came by has tries of its own"


def test_wrong_passkeys_after_the_password_count_as_wrong_codes_do(
    person: User, device: Authenticator, clock: Clock
) -> None:
    _, codes = turned_on(person, clock)
    half, device.private = comes(person), Authenticator().private
    for _ in range(5):
        enters(half, device.use(asked(half)))
        assert REFUSED in told(half, CODE)
    assert "Za dużo prób" in says(half, codes[0])


def test_asking_is_bounded(person: User) -> None:
    client = at_the_door()
    for _ in range(60):
        asked(client)
    assert client.post("/sign-in/passkey/begin/", headers=HERE).status_code == 429
    cache.clear()


def test_a_stranger_who_asks_has_a_brief_session_and_who_does_not_has_none(db: None) -> None:
    client = at_the_door()
    asked(client)
    assert client.cookies["sessionid"]["max-age"] == challenges.BRIEF
    client = at_the_door()
    assert enters(client, "x").headers["Location"] == DOOR
    assert "sessionid" not in client.cookies


@pytest.mark.parametrize("by", ["its owner", "an administrator"])
@pytest.mark.parametrize("after_the_password", [False, True])
def test_a_passkey_that_is_taken_away_while_it_signs_in_leaves_no_session(
    person: User, office: Office, device: Authenticator, clock: Clock, after_the_password: bool, by: str
) -> None:
    if after_the_password:
        turned_on(person, clock)
    client = comes(person) if after_the_password else at_the_door()
    (one,) = passkeys(person)

    def taken() -> None:
        if by == "its owner":
            remove(anew(person), one.public_id, SessionStore())
        else:
            lift(office.cast.dorota, person.public_id)

    with at_this_moment(taken):
        enters(client, device.use(asked(client)))
    assert passkeys(person) == []
    assert not inside(client)


def test_a_password_after_asking_makes_a_session_as_long_as_any(person: User) -> None:
    client = at_the_door()
    asked(client)
    client.post(DOOR, {"login": person.email, "password": PASSWORD}, headers=HERE)
    assert client.session.get_expiry_age() > 13 * 24 * 3600


def test_a_passkey_answers_its_own_challenge_when_it_is_made(person: User, office: Office) -> None:
    here, one = comes(person), Authenticator()
    for lie in ("another origin", "nobody verified", "another name", "in a frame"):
        liar = Authenticator()
        LIES[lie](liar)
        assert "Nie udało się." in adds(here, liar), lie
    answer = one.make(options(here))
    options(here)
    sent = {"answer": answer, "name": ""}
    assert "Nie udało się." in here.post(f"{OWN}make/", sent, headers=HERE).content.decode(), "another was asked"
    assert passkeys(person) == []
    sent = {"answer": one.make(options(here)), "name": " "}
    here.post(f"{OWN}make/", sent, headers={**HERE, "User-Agent": "Mozilla/5.0 (Linux; Android 15)"})
    assert passkeys(person)[0].name == "Android"
    assert "jest już używany" in adds(here, one), "its own once more"
    assert "jest już używany" in adds(comes(with_password(office.cast.bartek)), one), "nor anybody else's"
    assert passkeys(office.cast.bartek) == []


def test_the_password_is_good_for_one_passkey_and_a_few_minutes(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    here = comes(person)
    adds(here, Authenticator())
    assert here.get(f"{OWN}make/", headers=HERE).status_code == 302
    proved(here)
    session = here.session
    session["passkey_proved"][1] -= 301
    session.save()
    assert here.get(f"{OWN}make/", headers=HERE).status_code == 302


def test_there_are_so_many_and_no_more(person: User) -> None:
    here = comes(person)
    with as_user(person.pk):
        for n in range(MOST):
            Passkey.objects.create(office=person.office, owner=person, credential_id=bytes([n]), key=b"", name=str(n))
    assert here.get(f"{OWN}add/", headers=HERE).status_code == 302
    assert "tyle, ile może ich być" in told(here, "/settings/security/")


def test_where_browsers_have_none_there_is_no_button(
    person: User, device: Authenticator, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    here = comes(person)
    assert "data-passkey" in told(at_the_door())
    for host in ("127.0.0.1:8000", "192.168.1.5", "teczka.lan"):
        assert "data-passkey" not in Client().get(DOOR, headers={"host": host}).content.decode(), host
        own = here.get("/settings/security/", headers={"host": host}).content.decode()
        assert f"Pod adresem http://{host} przeglądarki" in own
        assert "passkeys/add/" not in own
    for url, works in (("https://teczka.lipowa.example", True), ("http://teczka.lipowa.example", False)):
        monkeypatch.setattr(challenges, "settings", lambda url=url: type("Set", (), {"url": url}))
        page = Client().get(DOOR, headers={"host": "127.0.0.1"}).content.decode()
        assert (f'data-origin="{url}"' in page) == works
