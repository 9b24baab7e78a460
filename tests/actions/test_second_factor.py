"""The second step of signing in, behind its pages: its wall, its keys, and what ends it."""

import time
from copy import deepcopy

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import ProgrammingError, connection, transaction
from django.utils.crypto import salted_hmac
from pytest_django import Settings

from teczka.actions.leaving import disable, enable, hand_over
from teczka.actions.second_factor import begin, lift, lift_by_keeper, new_codes, passes, require, turn_off, turn_on
from teczka.actions.secrets import open_second_factor
from teczka.core.accounts import Farewell
from teczka.core.audit import Entry, Verb, faults
from teczka.core.errors import NotAllowed
from teczka.core.people import Role
from teczka.core.second_factor import code_of, step_of
from teczka.store import second_factor
from teczka.store.models import SecondFactor, User
from teczka.store.queries.audit import chain, lines
from teczka.store.queries.second_factor import backup_codes_left
from teczka.store.secrets import SecretBroken
from teczka.store.sessions import SessionStore
from teczka.store.viewer import as_user
from tests.cast import Cast, make_cast
from tests.web.conftest import browser


@pytest.fixture(scope="module")
def standing(lasting: None) -> Cast:
    made = make_cast()
    made.dorota.set_password("sosna pod lasem stoi")
    made.dorota.save()
    return made


@pytest.fixture
def cast(standing: Cast, db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr("teczka.core.second_factor.COST", 2)
    return deepcopy(standing)


def turned_on(person: User) -> list[str]:
    session = SessionStore()
    codes = turn_on(person, code_of(begin(person, session), step_of(time.time())), session)
    assert codes
    return codes


def anew(person: User) -> User:
    return User.objects.get(pk=person.pk)


def test_its_owner_alone_sees_it_whoever_else_looks(cast: Cast) -> None:
    turned_on(cast.anna)
    assert not SecondFactor.objects.exists()
    for stranger in cast.strangers:
        with as_user(stranger.pk):
            assert not SecondFactor.objects.exists()
            assert not SecondFactor.objects.update(step=0)
    for stranger in (cast.bartek, cast.edward):  # the database itself lets no other take it away
        with as_user(stranger.pk):
            second_factor.drop(cast.anna.pk)
    assert backup_codes_left(cast.anna) == 10
    with as_user(cast.dorota.pk):
        second_factor.drop(cast.anna.pk)
    assert backup_codes_left(cast.anna) == 0
    with pytest.raises(ProgrammingError, match="row-level security"), as_user(cast.bartek.pk):
        SecondFactor.objects.create(office=cast.office, owner=cast.anna, key_id="x", nonce=b"", ciphertext=b"")


def test_who_looks_does_not_write_as_the_keeper(cast: Cast) -> None:
    with pytest.raises(Exception, match="somebody is looking"), as_user(cast.dorota.pk):
        second_factor.note_as_keeper(cast.office.pk, Verb.SECOND_FACTOR_LIFT, cast.anna.public_id)


def test_a_secret_in_anothers_row_opens_for_nobody(cast: Cast) -> None:
    turned_on(cast.anna)
    turned_on(cast.bartek)
    with as_user(cast.bartek.pk):
        known = SecondFactor.objects.values("key_id", "nonce", "ciphertext").get()
    with as_user(cast.anna.pk):
        SecondFactor.objects.update(**known)
        with pytest.raises(SecretBroken):
            open_second_factor(SecondFactor.objects.get())


def test_the_keeper_lifts_it_and_the_register_names_nobody(cast: Cast) -> None:
    turned_on(cast.anna)
    client = browser(cast.anna)
    assert lift_by_keeper(cast.anna.email.upper()) == cast.anna
    lifted = anew(cast.anna)
    assert (lifted.second_factor_at, lifted.second_factor_lifted_at is None) == (None, False)
    assert client.get("/accounts/").status_code == 302
    told = lines(cast.dorota)[0]
    assert (told.verb, told.who) == (Verb.SECOND_FACTOR_LIFT, "")
    office = list(chain(cast.office.pk))
    assert isinstance(office[-1], Entry)
    assert list(faults(cast.office.public_id, office)) == []
    for address in (cast.anna.email, "nobody@lipowa.example"):
        with pytest.raises(NotAllowed):
            lift_by_keeper(address)


def test_administrators_of_the_same_office_alone_lift_or_require_it(cast: Cast) -> None:
    turned_on(cast.anna)
    for actor in (cast.anna, cast.bartek, cast.edward):
        with pytest.raises(NotAllowed):
            lift(actor, cast.anna.public_id)
    for actor in (cast.anna, cast.bartek):
        with pytest.raises(NotAllowed):
            require(actor, required=True)
    require(cast.edward, required=True)
    assert [anew(one).owes_second_factor for one in (cast.edward, cast.bartek)] == [True, False]
    assert anew(cast.anna).second_factor_at is not None


def test_without_the_password_of_now_nothing_is_changed(cast: Cast) -> None:
    turned_on(cast.anna)
    meanwhile = anew(cast.anna)
    meanwhile.set_password("brzoza za domem rośnie")
    meanwhile.save()
    for act in (turn_off, begin):
        with pytest.raises(NotAllowed):
            act(cast.anna, SessionStore())
    with pytest.raises(NotAllowed):
        new_codes(cast.anna)
    assert backup_codes_left(cast.anna) == 10


def test_it_is_turned_on_once_and_only_after_it_was_begun(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        turn_on(cast.anna, "123456", SessionStore())
    session = SessionStore()
    secret = begin(cast.anna, session)
    assert begin(cast.anna, session) == secret
    assert not passes(cast.bartek, code_of(secret, step_of(time.time())))
    with pytest.raises(NotAllowed):
        turn_on(cast.anna, code_of(secret, step_of(time.time())), SessionStore())
    assert begin(cast.anna, SessionStore()) != secret, "another session's"
    with pytest.raises(NotAllowed):
        turn_on(cast.anna, code_of(secret, step_of(time.time())), session)
    turned_on(cast.anna)
    for again in (lambda: begin(cast.anna, session), lambda: turn_on(cast.anna, "123456", SessionStore())):
        with pytest.raises(NotAllowed):
            again()


def test_who_is_let_in_again_has_it_and_who_was_handed_over_has_not(cast: Cast) -> None:
    codes = turned_on(cast.bartek)
    disable(cast.dorota, cast.bartek.public_id)
    enable(cast.dorota, cast.bartek.public_id)
    assert anew(cast.bartek).second_factor_at is not None
    assert passes(cast.bartek, codes[0])
    disable(cast.dorota, cast.bartek.public_id)
    hand_over(cast.dorota, cast.bartek.public_id, cast.anna.public_id, Farewell.ARCHIVE)
    assert anew(cast.bartek).second_factor_at is None
    assert anew(cast.bartek).second_factor_lifted_at is not None
    assert backup_codes_left(cast.bartek) == 0


def test_what_was_never_on_is_not_turned_off(cast: Cast) -> None:
    begin(cast.anna, SessionStore())
    with pytest.raises(NotAllowed):
        turn_off(cast.anna, SessionStore())


def test_requiring_it_is_told_by_its_own_name_and_only_where_it_changes(cast: Cast) -> None:
    before = len(lines(cast.dorota))
    for required in (True, True, False, False):
        require(cast.dorota, required=required)
    told = lines(cast.dorota)
    assert len(told) == before + 2
    assert [line.verb for line in told[:2]] == [Verb.SECOND_FACTOR_SPARE, Verb.SECOND_FACTOR_REQUIRE]


def test_who_has_none_keeps_the_sessions_from_before(cast: Cast, settings: Settings) -> None:
    before = AbstractBaseUser.get_session_auth_hash(cast.anna)
    salt = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
    assert before == salted_hmac(salt, cast.anna.password, algorithm="sha256").hexdigest()
    turned_on(cast.anna)
    assert cast.anna.get_session_auth_hash() == anew(cast.anna).get_session_auth_hash() != before
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    assert list(cast.anna.get_session_auth_fallback_hash()) == [cast.anna.get_session_auth_hash()]


def test_it_goes_with_its_person(cast: Cast) -> None:
    made = User.objects.create_user("halina@lipowa.example", office=cast.office, name="Halina", role=Role.MEMBER)
    begin(made, SessionStore())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_user WHERE id = %s", [made.pk])
    with as_user(made.pk):
        assert not SecondFactor.objects.exists()
