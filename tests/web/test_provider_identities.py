"""Signing in to Teczka with Microsoft or Google, by its pages: connected, used, disconnected; and what a stranger tries with it."""

import base64
import json
import time
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from teczka.actions import oauth
from teczka.actions.clients import remove_client
from teczka.actions.invitations import new_link
from teczka.actions.leaving import disable, enable, hand_over
from teczka.actions.provider_identities import disconnect
from teczka.actions.second_factor import begin, turn_on
from teczka.core.accounts import Auth, Farewell
from teczka.core.second_factor import STEP, code_of, step_of
from teczka.store.models import Office as OfficeRow
from teczka.store.models import User
from teczka.store.queries.audit import lines
from teczka.store.queries.provider_identities import connected
from teczka.store.sessions import SessionStore
from teczka.web.oauth import MOST
from teczka.web.session.challenges import BRIEF
from tests.cast import make_account
from tests.oauth.fixtures import internet, mail_server, provider, set_up, token_servers
from tests.oauth.provider import CLIENT, Provider
from tests.web.conftest import Office, browser
from tests.web.test_oauth import STALE, onward
from tests.web.test_session import at_this_moment

__all__ = ["internet", "mail_server", "provider", "token_servers"]

PASSWORD = "sosna pod lasem stoi"
HERS, ANOTHER = "a.lipowska@m365.example", "ktos@m365.example"
DOOR, INSIDE, OWN = "/sign-in/", "/accounts/", "/settings/security/"
UNKNOWN = "Nikt nie loguje się tu tym kontem"


@pytest.fixture(autouse=True)
def one_office(office: Office, provider: Provider) -> None:
    """Edward works elsewhere: his office is not of this installation, but where a test says so."""
    office.cast.edward.delete()
    OfficeRow.objects.filter(pk=office.cast.other_office.pk).delete()
    set_up(office.cast.dorota)
    set_up(office.cast.dorota, Auth.GOOGLE)
    for address in (HERS, ANOTHER):
        provider.add_person(address)


@pytest.fixture
def person(office: Office) -> User:
    return with_password(office.cast.anna)


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def comes(user: User) -> Client:
    client = Client()
    client.post(DOOR, {"login": user.email, "password": PASSWORD})
    return client


def inside(client: Client) -> bool:
    return client.get(INSIDE).status_code == 200


def to_connect(client: Client, auth: str = "microsoft") -> str:
    return onward(client.post(f"{OWN}with/{auth}/", {"current": PASSWORD}).content.decode())


def to_sign_in(client: Client, auth: str = "microsoft", **more: str) -> str:
    return onward(client.post(f"{DOOR}with/{auth}/", more).content.decode())


def connects(user: User, provider: Provider, address: str = HERS, auth: str = "microsoft") -> Client:
    client = comes(user)
    assert client.get(provider.decide(to_connect(client, auth), address)).headers["Location"] == OWN
    return client


def signs_in(provider: Provider, address: str = HERS, auth: str = "microsoft", client: Client | None = None) -> Client:
    client = client or Client()
    client.get(provider.decide(to_sign_in(client, auth), address))
    return client


def codes_on(user: User) -> str:
    """The secret. An earlier step's code has turned it on: the present one is still to be said."""
    user.refresh_from_db()
    session = SessionStore()
    secret = begin(user, session)
    turn_on(user, code_of(secret, step_of(time.time()) - 1), session)
    return secret


def text(client: Client, url: str) -> str:
    return unescape(client.get(url, follow=True).content.decode())


def has_button(client: Client, name: str = "Microsoft") -> bool:
    return f"Zaloguj się przez {name}" in text(client, DOOR)


def identities(user: User) -> list[Auth]:
    return list(connected(user))


def verbs(office: Office) -> list[str]:
    return [line.verb for line in lines(office.cast.dorota)]


@pytest.mark.parametrize(("auth", "name"), [("microsoft", "Microsoft"), ("google", "Google")])
def test_what_a_person_connected_signs_them_in(
    person: User, office: Office, provider: Provider, auth: str, name: str
) -> None:
    assert not has_button(Client(), name)
    here, there = comes(person), comes(person)
    assert 'id="id_current_error"' in here.post(f"{OWN}with/{auth}/", {"current": "nie to"}).content.decode()
    url = to_connect(here, auth)
    asked = parse_qs(urlsplit(url).query)
    assert asked["scope"] == ["openid profile email" if auth == "microsoft" else "openid email"]
    assert asked["prompt"] == ["select_account"]
    assert "access_type" not in asked
    page = text(here, provider.decide(url, HERS))
    assert f"{name}: konto {HERS} loguje Cię od" in page
    assert [inside(here), inside(there)] == [True, False], "the others began without it"
    assert verbs(office).count("person.provider_connect") == 1
    assert has_button(Client(), name)
    stranger = Client()
    url = to_sign_in(stranger, auth, next="/tasks/")
    assert stranger.session.get_expiry_age() <= BRIEF
    answer = stranger.get(provider.decide(url, HERS))
    assert answer.headers["Location"] == OWN, "they are told first"
    assert any(cookie.startswith("known-") for cookie in answer.cookies)
    assert inside(stranger)
    assert verbs(office)[0] == "session.begin_provider"
    assert not provider.refresh, "nothing was asked for that lasts"
    assert stranger.session.get_expiry_age() > 24 * 3600, "what was begun for a stranger for minutes"


def test_its_person_is_told_until_they_say_that_they_know_and_a_thief_says_it_for_no_other_browser(
    person: User, provider: Provider
) -> None:
    thief = connects(person, provider)
    thief.post(f"{OWN}noted/")
    assert "Zmieniono Twoje logowanie" not in text(thief, OWN)
    client = signs_in(provider)
    assert "Zmieniono Twoje logowanie" in text(client, OWN)
    client.cookies.update({name: told for name, told in thief.cookies.items() if name.startswith("known-")})
    assert "Zmieniono Twoje logowanie" in text(client, OWN)
    client.post(f"{OWN}noted/")
    assert "Zmieniono Twoje logowanie" not in text(client, OWN)
    client.post("/sign-out/")
    back = provider.decide(to_sign_in(client, next="/tasks/"), HERS)
    assert client.get(back).headers["Location"] == "/tasks/", "this browser is told no more"
    client.post(f"{OWN}with/microsoft/disconnect/")
    assert "Zmieniono Twoje logowanie" in text(client, OWN), "of what comes later it is"


def test_what_was_changed_is_told_for_a_month(person: User, provider: Provider) -> None:
    connects(person, provider)
    User.objects.filter(pk=person.pk).update(sign_in_changed_at=timezone.now() - timedelta(days=31))
    stranger = Client()
    back = provider.decide(to_sign_in(stranger, next="/tasks/"), HERS)
    assert stranger.get(back).headers["Location"] == "/tasks/"


def test_a_next_page_of_another_site_is_none(person: User, provider: Provider) -> None:
    client = connects(person, provider)
    client.post(f"{OWN}noted/")
    client.post("/sign-out/")
    back = provider.decide(to_sign_in(client, next="https://zla.example/"), HERS)
    assert client.get(back).headers["Location"] == "/"


def test_who_is_unknown_is_told_once_what_to_do(person: User, provider: Provider) -> None:
    connects(person, provider)
    stranger = Client()
    page = text(stranger, provider.decide(to_sign_in(stranger, next="/tasks/"), ANOTHER))
    assert f"{UNKNOWN} Microsoft." in page
    assert "Najpierw zaloguj się hasłem i połącz to konto" in page
    assert 'name="next" value="/tasks/"' in page
    assert UNKNOWN not in text(stranger, DOOR)
    assert not inside(stranger)


def test_an_address_signs_nobody_in(person: User, provider: Provider) -> None:
    """Neither that by which somebody signs in here, nor the one that was connected: another may have got either."""
    connects(person, provider)
    provider.add_person(person.email)
    assert not inside(signs_in(provider, person.email))
    provider.people[HERS].number = "another person"
    assert not inside(signs_in(provider))


def test_another_registration_of_the_directory_finds_the_same_people(person: User, provider: Provider) -> None:
    """Their `sub` is another one then."""
    connects(person, provider)
    provider.forged = lambda told: changed(told, sub="of another client")
    assert inside(signs_in(provider))


def test_the_second_step_is_asked_for_all_the_same(
    person: User, office: Office, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teczka.core.second_factor.COST", 2)
    connects(person, provider)
    secret = codes_on(person)
    stranger = Client()
    answer = stranger.get(provider.decide(to_sign_in(stranger), HERS))
    assert answer.headers["Location"] == "/sign-in/code/"
    assert not inside(stranger)
    stranger.post("/sign-in/code/", {"code": code_of(secret, step_of(time.time() + STEP))})
    assert inside(stranger)
    assert verbs(office)[0] == "session.begin_provider_code"


def test_what_was_disconnected_meanwhile_is_no_first_step(
    person: User, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teczka.core.second_factor.COST", 2)
    connects(person, provider)
    secret = codes_on(person)
    thief = signs_in(provider)
    owner = browser(User.objects.get(pk=person.pk))
    owner.post(f"{OWN}with/microsoft/disconnect/")
    owner.get(provider.decide(to_connect(owner), ANOTHER))
    assert connected(person)[Auth.MICROSOFT].address == ANOTHER
    answer = thief.post("/sign-in/code/", {"code": code_of(secret, step_of(time.time() + STEP))})
    assert answer.headers["Location"] == DOOR
    assert not inside(thief)


@pytest.mark.parametrize("by", ["its owner", "an administrator"])
def test_what_is_disconnected_while_it_signs_in_leaves_no_session(
    person: User, office: Office, provider: Provider, by: str
) -> None:
    connects(person, provider)
    with_password(office.cast.dorota)

    def gone() -> None:
        owner = User.objects.get(pk=person.pk)
        if by == "its owner":
            disconnect(owner, Auth.MICROSOFT, SessionStore())
        else:
            disable(office.cast.dorota, person.public_id)
            enable(office.cast.dorota, person.public_id)

    with at_this_moment(gone):
        thief = signs_in(provider)
    assert not inside(thief)


def test_disconnected_it_signs_nobody_in_and_what_it_began_ends(
    person: User, office: Office, provider: Provider
) -> None:
    connects(person, provider)
    thief, owner = signs_in(provider), comes(person)
    stranger = Client()
    back = provider.decide(to_sign_in(stranger), HERS)
    assert owner.post(f"{OWN}with/microsoft/disconnect/").headers["Location"] == OWN
    assert [inside(owner), inside(thief)] == [True, False]
    assert not has_button(Client())
    assert not inside(stranger)
    stranger.get(back)
    assert not inside(stranger)
    assert "Zmieniono Twoje logowanie" in text(comes(person), OWN)
    assert verbs(office).count("person.provider_disconnect") == 1
    assert owner.post(f"{OWN}with/microsoft/disconnect/").status_code == 404


def test_a_way_back_is_the_browser_s_that_set_out(person: User, provider: Provider) -> None:
    """Whoever is sent a stranger's is signed in as nobody; one in another's session connects nothing."""
    connects(person, provider)
    thief, victim = Client(), Client()
    back = provider.decide(to_sign_in(thief), HERS)
    to_sign_in(victim)
    assert STALE in text(victim, back)
    assert not inside(victim)
    thief.get(back)
    assert inside(thief)
    assert STALE in text(Client(), back)
    thief.post("/sign-out/")
    assert STALE in text(thief, back), "good once"
    assert not inside(thief)


def test_a_way_back_is_good_once_and_by_its_own_provider_s_way(person: User, provider: Provider) -> None:
    connects(person, provider)
    stranger = Client()
    back = provider.decide(to_sign_in(stranger), ANOTHER)
    assert UNKNOWN in text(stranger, back)
    assert STALE in text(stranger, back)
    back = provider.decide(to_sign_in(stranger), HERS)
    assert STALE in text(stranger, back.replace("/oauth/microsoft/", "/oauth/google/"))
    assert not inside(stranger)


def test_states_of_two_browsers_cannot_be_swapped(person: User, office: Office, provider: Provider) -> None:
    anna, bartek = comes(person), comes(with_password(office.cast.bartek))
    hers, his = (provider.decide(to_connect(one), who) for one, who in ((anna, HERS), (bartek, ANOTHER)))
    assert STALE in text(bartek, hers)
    assert STALE in text(anna, his)
    assert not identities(person) + identities(office.cast.bartek)
    code = parse_qs(urlsplit(his).query)["code"][0]
    state = parse_qs(urlsplit(hers).query)["state"][0]
    assert "wykorzystaną" in text(anna, f"/oauth/microsoft/callback?state={state}&code={code}"), "PKCE"
    assert not identities(person)


def test_each_state_is_for_what_it_was_begun(person: User, office: Office, provider: Provider) -> None:
    """A connection's signs nobody in once its person is out; a sign-in's connects nothing; a mailbox's does neither."""
    client = connects(person, provider)
    client.post(f"{OWN}with/microsoft/disconnect/")
    back = provider.decide(to_connect(client), HERS)
    client.post("/sign-out/")
    assert STALE in text(client, back)
    assert not inside(client)
    connects(person, provider)
    client = Client()
    back = provider.decide(to_sign_in(client), ANOTHER)
    client.post(DOOR, {"login": with_password(office.cast.bartek).email, "password": PASSWORD})
    assert inside(client)
    client.get(back)
    assert not identities(office.cast.bartek)
    account = make_account(person, "anna@skrzynka2.example", host="outlook.office365.com", auth="microsoft")
    anna = comes(person)
    mailbox = onward(anna.post(f"/accounts/{account.public_id}/reconnect/", {"auth": "microsoft"}).content.decode())
    anna.post("/sign-out/")
    assert STALE in text(anna, provider.decide(mailbox, HERS))
    assert not inside(anna)


def test_who_is_in_already_becomes_nobody_else(person: User, office: Office, provider: Provider) -> None:
    connects(person, provider)
    client = Client()
    back = provider.decide(to_sign_in(client), HERS)
    bartek = with_password(office.cast.bartek)
    client.post(DOOR, {"login": bartek.email, "password": PASSWORD})
    assert client.get(back).headers["Location"] == "/"
    assert client.session["_auth_user_id"] == str(bartek.pk)
    assert client.post(f"{DOOR}with/microsoft/").headers["Location"] == "/"


def test_who_signed_in_meanwhile_in_another_window_connects_nothing(
    person: User, office: Office, provider: Provider
) -> None:
    """Nor does who began it, once their password is another."""
    client = comes(person)
    back = provider.decide(to_connect(client), HERS)
    client.post("/sign-out/")
    bartek = with_password(office.cast.bartek)
    client.post(DOOR, {"login": bartek.email, "password": PASSWORD})
    assert STALE in text(client, back)
    client = comes(person)
    back = provider.decide(to_connect(client), HERS)
    client.post(OWN, {"current": PASSWORD, "password": "brzoza za domem rośnie"})
    assert STALE in text(client, back)
    assert not identities(person) + identities(bartek)


def test_one_identity_is_one_person_s(person: User, office: Office, provider: Provider) -> None:
    connects(person, provider)
    bartek = with_password(office.cast.bartek)
    client = comes(bartek)
    page = text(client, provider.decide(to_connect(client), HERS))
    assert "loguje się do Teczki ktoś inny" in page
    assert not identities(bartek)
    assert inside(client)
    assert signs_in(provider).session["_auth_user_id"] == str(person.pk)


def test_a_person_has_one_at_each_provider(person: User, provider: Provider) -> None:
    client = connects(person, provider)
    assert client.get(f"{OWN}with/microsoft/").headers["Location"] == OWN
    client.post(f"{OWN}with/microsoft/disconnect/")
    backs = [provider.decide(to_connect(client), who) for who in (HERS, ANOTHER)]
    client.get(backs[0])
    assert client.get(backs[1]).headers["Location"] == OWN
    assert connected(person)[Auth.MICROSOFT].address == HERS
    client = comes(person)
    client.get(provider.decide(to_connect(client, "google"), HERS))
    assert identities(person) == [Auth.MICROSOFT, Auth.GOOGLE]


def changed(id_token: str, **claims: object) -> str:
    head, body, tail = id_token.split(".")
    told = json.loads(base64.urlsafe_b64decode(body + "==")) | claims
    return f"{head}.{base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip('=')}.{tail}"


OTHER_TENANT = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"aud": "another client"},
        {"aud": [CLIENT, "another client"]},
        {"iss": f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0"},
        {"iss": f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0", "tid": OTHER_TENANT},
        {"iss": "https://accounts.google.com"},
        {"exp": 1},
    ],
)
def test_a_token_that_is_not_the_answer_signs_nobody_in(
    person: User, provider: Provider, claims: dict[str, object]
) -> None:
    connects(person, provider)
    provider.forged = lambda told: changed(told, **claims)
    stranger = Client()
    assert STALE in text(stranger, provider.decide(to_sign_in(stranger), HERS))
    assert not inside(stranger)


@pytest.mark.parametrize("subject", [None, "", 7, "x" * 256, "a\nb"])
def test_a_token_that_does_not_say_who_it_is_of_is_nobody_s(person: User, provider: Provider, subject: object) -> None:
    client = comes(person)
    provider.forged = lambda told: changed(told, oid=subject)
    assert "nie podał, kim jesteś" in text(client, provider.decide(to_connect(client), HERS))
    assert not identities(person)


def test_a_way_back_after_ten_minutes_is_too_late(
    person: User, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    connects(person, provider)
    stranger = Client()
    back = provider.decide(to_sign_in(stranger), HERS)
    monkeypatch.setattr(oauth, "LIFETIME", timedelta(0))
    assert STALE in text(stranger, back)
    assert not inside(stranger)


def break_secret(provider: Provider, back: str) -> str:
    provider.secret = "inny"
    return back


@pytest.mark.parametrize(
    ("refuse", "told"),
    [
        (lambda provider, back: provider.decide(back, ""), "Nie zalogowano przez Microsoft."),
        (
            lambda provider, back: provider.decide(break_secret(provider, back), HERS),
            "odrzuca identyfikator klienta albo klucz tajny",
        ),
        (
            lambda provider, back: (
                "/oauth/microsoft/callback?error=invalid_grant&error_description=AADSTS90094: x&state="
                + parse_qs(urlsplit(back).query)["state"][0]
            ),
            "wymaga zgody administratora, zanim będzie można logować się",
        ),
    ],
)
def test_refusals_are_told_at_the_door(
    person: User, provider: Provider, refuse: Callable[[Provider, str], str], told: str
) -> None:
    connects(person, provider)
    stranger = Client()
    page = text(stranger, refuse(provider, to_sign_in(stranger)))
    assert told in page
    assert "AADSTS" not in page
    assert 'name="password"' in page, "the password is the way in that is left"
    assert "skrzynk" not in page


def test_without_a_registration_there_is_no_button_and_no_way(person: User, office: Office, provider: Provider) -> None:
    connects(person, provider)
    stranger = Client()
    back = provider.decide(to_sign_in(stranger), HERS)
    remove_client(office.cast.dorota, Auth.MICROSOFT)
    assert not has_button(Client())
    assert "nie jest skonfigurowane" in text(stranger, back)
    assert "nie jest skonfigurowane" in unescape(Client().post(f"{DOOR}with/microsoft/", follow=True).content.decode())
    assert "Teraz nie zadziała" in text(comes(person), OWN), "and it can be disconnected"
    set_up(office.cast.dorota)
    assert inside(signs_in(provider))


def test_who_was_shut_out_does_not_come_in_by_it_and_is_told_no_more_than_a_stranger(
    person: User, office: Office, provider: Provider
) -> None:
    with_password(office.cast.dorota)
    connects(person, provider)
    connects(with_password(office.cast.celina), provider, ANOTHER)
    disable(office.cast.dorota, person.public_id)
    stranger = Client()
    assert UNKNOWN in text(stranger, provider.decide(to_sign_in(stranger), HERS))
    enable(office.cast.dorota, person.public_id)
    assert inside(signs_in(provider))
    disable(office.cast.dorota, office.cast.celina.public_id)
    disable(office.cast.dorota, person.public_id)
    assert not has_button(Client()), "nobody is left whom it could let in"
    hand_over(office.cast.dorota, person.public_id, office.cast.bartek.public_id, Farewell.ARCHIVE)
    enable(office.cast.dorota, person.public_id)
    assert not identities(person), "what was handed over does not come back"
    assert "Zmieniono Twoje logowanie" in text(comes(person), OWN)


def test_a_new_link_from_an_administrator_ends_it(person: User, office: Office, provider: Provider) -> None:
    """Whoever had the password may have connected it."""
    connects(person, provider)
    connects(with_password(office.cast.celina), provider, ANOTHER)
    new_link(office.cast.dorota, person.public_id)
    assert not identities(person)
    assert identities(office.cast.celina) == [Auth.MICROSOFT]
    stranger = Client()
    assert UNKNOWN in text(stranger, provider.decide(to_sign_in(stranger), HERS))


def of_another_office() -> User:
    """Its administrator, who has entered a registration of theirs."""
    other = OfficeRow.objects.create(name="Kancelaria Inna")
    jan = User.objects.create_user("jan@inna.example", PASSWORD, office=other, name="Jan Inny", role="administrator")
    set_up(jan)
    return jan


def test_where_there_are_several_offices_a_browser_knows_its_own(
    person: User, office: Office, provider: Provider
) -> None:
    client = connects(person, provider)
    mine = of_another_office()
    client.post("/sign-out/")
    assert has_button(client)
    assert not has_button(Client()), "nobody is told which offices there are"
    assert Client().post(f"{DOOR}with/microsoft/").headers["Location"] == "/"
    forger = Client()
    forger.cookies["office"] = str(office.cast.office.public_id)
    assert not has_button(forger)
    elsewhere = comes(mine)
    elsewhere.post("/sign-out/")
    assert not has_button(elsewhere), "nobody of that office has connected it"
    jan = connects(mine, provider, ANOTHER)
    jan.post("/sign-out/")
    page = text(jan, provider.decide(to_sign_in(jan), HERS))
    assert UNKNOWN in page, "by one office's registration nobody comes into another"
    assert inside(signs_in(provider, ANOTHER, client=jan))


def test_what_signs_somebody_in_elsewhere_is_no_office_s_business(
    person: User, office: Office, provider: Provider
) -> None:
    """Whoever keeps a directory could ask for each of its people in turn whether another office knows them, and be there first."""
    connects(person, provider)
    mine = of_another_office()
    jan = connects(mine, provider)
    jan.post("/sign-out/")
    assert signs_in(provider, client=jan).session["_auth_user_id"] == str(mine.pk)
    anna = comes(person)
    anna.post("/sign-out/")
    assert signs_in(provider, client=anna).session["_auth_user_id"] == str(person.pk)


def test_who_owes_a_second_step_sets_it_up_first(person: User, office: Office, provider: Provider) -> None:
    client = connects(person, provider)
    back = provider.decide(to_connect(client, "google"), HERS)
    OfficeRow.objects.filter(pk=office.cast.office.pk).update(requires_second_factor=True)
    assert text(client, back).count("<svg"), "the page where it is set up"
    assert identities(person) == [Auth.MICROSOFT]
    assert client.get("/oauth/microsoft/callback").headers["Location"] == f"{OWN}second-factor/", "nor mailboxes"
    stranger = signs_in(provider)
    assert stranger.get(INSIDE).headers["Location"] == f"{OWN}second-factor/"


def test_a_person_without_a_password_connects_nothing(office: Office) -> None:
    bartek = browser(office.cast.bartek)
    assert bartek.get(f"{OWN}with/microsoft/").headers["Location"] == OWN
    assert "Połącz z" not in text(bartek, OWN)


def test_a_restored_office_asks_nobody_outside(person: User, office: Office, provider: Provider) -> None:
    connects(person, provider)
    OfficeRow.objects.filter(pk=office.cast.office.pk).update(restored_at=timezone.now())
    assert not has_button(Client())


def test_setting_out_is_slowed_down(person: User, provider: Provider) -> None:
    connects(person, provider)
    answers = [Client().post(f"{DOOR}with/microsoft/").status_code for _ in range(31)]
    assert answers[0] == 200
    assert answers[-1] == 429


def test_a_session_keeps_the_newest_visits_alone(person: User, provider: Provider) -> None:
    connects(person, provider)
    stranger = Client()
    first, *_, last = [provider.decide(to_sign_in(stranger), HERS) for _ in range(MOST + 1)]
    assert STALE in text(stranger, first)
    stranger.get(last)
    assert inside(stranger)


def test_neither_tokens_nor_secrets_are_in_the_session(person: User, provider: Provider) -> None:
    client = connects(person, provider)
    stranger = signs_in(provider)
    for one in (client, stranger):
        kept = json.dumps(dict(one.session.items()))
        assert not [secret for secret in (*provider.access, *provider.codes, HERS) if secret in kept]


def test_the_cookie_of_the_office_opens_nothing(person: User, provider: Provider) -> None:
    client = connects(person, provider)
    other = Client()
    other.cookies["office"] = client.cookies["office"].value
    assert client.cookies["office"]["path"] == DOOR
    assert settings.SESSION_COOKIE_NAME not in other.cookies
    assert not inside(other)


def test_others_see_nothing_of_it(person: User, office: Office, provider: Provider) -> None:
    connects(person, provider)
    for one in (office.cast.bartek, office.cast.dorota):
        assert HERS not in text(browser(one), OWN)
        assert browser(one).post(f"{OWN}with/microsoft/disconnect/").status_code == 404
    assert HERS not in text(browser(office.cast.dorota), f"/office/people/{person.public_id}/")
