"""Passkeys, behind their pages: their wall, what ends them, and answers that nobody's browser would give."""

import json
import logging
from copy import deepcopy
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from fido2.utils import websafe_decode, websafe_encode
from hypothesis import given
from hypothesis import strategies as st

from teczka.actions.invitations import new_link
from teczka.actions.leaving import disable, enable, hand_over
from teczka.actions.passkeys import add, handle_of, known_to, lets_in, person_of, remove, rename
from teczka.actions.second_factor import lift, lift_by_keeper
from teczka.actions.webauthn import check, claim, made
from teczka.core.accounts import Farewell
from teczka.core.audit import Verb
from teczka.core.errors import AlreadyThere, NotAllowed
from teczka.core.passkeys import asked_to_make, asked_to_use, place_of
from teczka.core.people import Role
from teczka.store import passkeys as stored
from teczka.store.models import Passkey, User
from teczka.store.queries.audit import lines
from teczka.store.queries.passkeys import passkey, passkeys
from teczka.store.sessions import SessionStore
from teczka.store.viewer import as_user
from tests.authenticator import Authenticator
from tests.cast import Cast, make_cast
from tests.web.conftest import browser

HERE, ASKED = place_of("http://localhost"), b"c" * 32


@pytest.fixture(scope="module")
def standing(lasting: None) -> Cast:
    made = make_cast()
    for one in (made.dorota, made.bartek):
        one.set_password("sosna pod lasem stoi")
        one.save()
    return made


@pytest.fixture
def cast(standing: Cast, db: None) -> Cast:
    return deepcopy(standing)


def given_to(person: User, name: str = "Telefon") -> Authenticator:
    device = Authenticator()
    wanted = asked_to_make(HERE, ASKED, handle_of(person), person.email, person.name, known_to(person))
    add(person, device.make(wanted), ASKED, HERE, name)
    return device


def used(device: Authenticator, **lies: Any) -> str:
    return device.use(asked_to_use(HERE, ASKED), **lies)


def anew(person: User) -> User:
    return User.objects.get(pk=person.pk)


def test_its_owner_alone_sees_it_whoever_else_looks(cast: Cast) -> None:
    given_to(cast.anna)
    (one,) = passkeys(cast.anna)
    assert not Passkey.objects.exists()
    for stranger in cast.strangers:
        assert passkey(stranger, one.public_id) is None
        for act in (
            lambda who: rename(who, one.public_id, "x"),
            lambda who: remove(who, one.public_id, SessionStore()),
        ):
            with pytest.raises(NotAllowed):
                act(stranger)
        with as_user(stranger.pk):
            assert not Passkey.objects.exists()
            assert not Passkey.objects.update(name="x")
    for stranger in (cast.bartek, cast.edward):  # the database itself lets no other take it away
        with as_user(stranger.pk):
            assert stored.drop(cast.anna.pk) == 0
    assert passkeys(cast.anna) == [one]
    with pytest.raises(ProgrammingError, match="row-level security"), as_user(cast.bartek.pk):
        Passkey.objects.create(office=cast.office, owner=cast.anna, credential_id=b"y", key=b"", name="")
    with as_user(cast.dorota.pk):
        assert stored.drop(cast.anna.pk) == 1


def test_an_administrator_or_the_keeper_lifts_them_with_the_second_step_or_without(cast: Cast) -> None:
    device = given_to(cast.anna)
    client = browser(cast.anna)
    lift(cast.dorota, cast.anna.public_id)
    assert passkeys(cast.anna) == []
    assert not lets_in(anew(cast.anna), claim(used(device)), ASKED, HERE)
    assert anew(cast.anna).sign_in_changed_at is not None
    assert anew(cast.anna).second_factor_lifted_at is None, "there was no second step to turn off"
    assert client.get("/accounts/").status_code == 302, "signed in nowhere"
    assert lines(cast.dorota)[0].verb == Verb.SECOND_FACTOR_LIFT
    given_to(anew(cast.anna))
    lift_by_keeper(cast.anna.email)
    assert passkeys(cast.anna) == []
    for again in (lambda: lift(cast.dorota, cast.anna.public_id), lambda: lift_by_keeper(cast.anna.email)):
        with pytest.raises(NotAllowed):
            again()


def test_a_new_link_ends_them_and_who_is_let_in_again_has_them_until_all_was_handed_over(cast: Cast) -> None:
    device = given_to(cast.bartek)
    disable(cast.dorota, cast.bartek.public_id)
    assert person_of(handle_of(cast.bartek)) is None
    enable(cast.dorota, cast.bartek.public_id)
    again = person_of(handle_of(cast.bartek))
    assert again is not None
    assert lets_in(again, claim(used(device)), ASKED, HERE)
    disable(cast.dorota, cast.bartek.public_id)
    hand_over(cast.dorota, cast.bartek.public_id, cast.anna.public_id, Farewell.ARCHIVE)
    assert passkeys(cast.bartek) == []
    assert anew(cast.bartek).sign_in_changed_at is not None
    assert anew(cast.bartek).second_factor_lifted_at is None
    given_to(cast.anna)
    new_link(cast.dorota, cast.anna.public_id)
    assert passkeys(cast.anna) == []


def test_without_the_password_of_now_nothing_is_changed(cast: Cast) -> None:
    given_to(cast.anna)
    meanwhile = anew(cast.anna)
    meanwhile.set_password("brzoza za domem rośnie")
    meanwhile.save()
    with pytest.raises(NotAllowed):
        given_to(cast.anna)
    with pytest.raises(NotAllowed):
        remove(cast.anna, passkeys(cast.anna)[0].public_id, SessionStore())
    assert len(passkeys(cast.anna)) == 1


def test_anothers_passkey_is_neither_added_nor_let_in(cast: Cast) -> None:
    device = given_to(cast.anna)
    wanted = asked_to_make(HERE, ASKED, handle_of(cast.bartek), "", "", ())
    with pytest.raises(AlreadyThere), transaction.atomic():
        add(cast.bartek, device.make(wanted), ASKED, HERE, "x")
    assert not lets_in(cast.bartek, claim(used(device)), ASKED, HERE)
    device.handle = handle_of(cast.bartek)
    assert not lets_in(cast.anna, claim(used(device)), ASKED, HERE), "it says that it is his"
    device.handle = handle_of(cast.anna)
    assert not lets_in(cast.bartek, claim(used(device)), ASKED, HERE)
    assert lets_in(cast.anna, claim(used(device)), ASKED, HERE)


def test_names_are_kept_short_and_on_one_line(cast: Cast) -> None:
    given_to(cast.anna, "  Tele\u202efon\n\tsłużbowy\0 " + "x" * 100)
    (one,) = passkeys(cast.anna)
    assert one.name == "Tele fon służbowy " + "x" * 42


def test_no_id_of_a_passkey_is_logged_and_a_copy_is(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        device = given_to(cast.anna)
        assert lets_in(cast.anna, claim(used(device)), ASKED, HERE)
        assert device.credential_id.hex() not in caplog.text
        device.count = 0
        assert not lets_in(cast.anna, claim(used(device)), ASKED, HERE)
    assert "it may be a copy" in caplog.text
    assert cast.anna.email not in caplog.text


def test_it_goes_with_its_person(cast: Cast) -> None:
    gone = User.objects.create_user("halina@lipowa.example", office=cast.office, name="Halina", role=Role.MEMBER)
    given_to(gone)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_user WHERE id = %s", [gone.pk])
    with as_user(gone.pk):
        assert not Passkey.objects.exists()


MADE = Authenticator().make(asked_to_make(HERE, ASKED, b"h" * 16, "", "", ()))
DEVICE = Authenticator()
KEY = made(DEVICE.make(asked_to_make(HERE, ASKED, b"h" * 16, "", "", ())), ASKED, HERE).key
USED = DEVICE.use(asked_to_use(HERE, ASKED))


def test_both_answers_are_good_as_they_are() -> None:
    assert made(MADE, ASKED, HERE).transports == ("hybrid", "internal")
    told = json.loads(MADE)
    told["response"]["transports"] = 5
    with pytest.raises(NotAllowed):
        made(json.dumps(told), ASKED, HERE)
    assert check(claim(USED), KEY, ASKED, HERE) == 2


def test_an_algorithm_that_was_not_asked_for_is_not_taken() -> None:
    device = Authenticator()
    answer = json.loads(device.make(asked_to_make(HERE, ASKED, b"h" * 16, "", "", ())))
    raw = answer["response"]["attestationObject"]
    bent = websafe_encode(_bytes(raw).replace(b"\x01\x02\x03\x26", b"\x01\x02\x03\x05"))  # kty EC2, alg 5: none of ours
    assert bent != raw
    answer["response"]["attestationObject"] = bent
    with pytest.raises(NotAllowed):
        made(json.dumps(answer), ASKED, HERE)


@given(
    st.binary(max_size=300), st.sampled_from(["attestationObject", "clientDataJSON", "authenticatorData", "signature"])
)
def test_bytes_of_strangers_are_refused_whatever_they_are(raw: bytes, where: str) -> None:
    for answer, judged in (
        (MADE, lambda told: made(told, ASKED, HERE)),
        (USED, lambda told: check(claim(told), KEY, ASKED, HERE)),
    ):
        told = json.loads(answer)
        if where in told["response"]:
            told["response"][where] = websafe_encode(raw)
            with pytest.raises(NotAllowed):
                judged(json.dumps(told))


@given(st.data())
def test_one_bit_that_is_another_is_refused(data: st.DataObject) -> None:
    told = json.loads(USED)
    where = data.draw(st.sampled_from(["authenticatorData", "signature", "clientDataJSON"]))
    raw = bytearray(_bytes(told["response"][where]))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    told["response"][where] = websafe_encode(bytes(raw))
    with pytest.raises(NotAllowed):
        check(claim(json.dumps(told)), KEY, ASKED, HERE)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "id",
                        "rawId",
                        "type",
                        "response",
                        "userHandle",
                        "clientDataJSON",
                        "authenticatorData",
                        "signature",
                        "transports",
                        "attestationObject",
                    ]
                ),
                inner,
            )
        ),
    )
)
def test_json_of_strangers_is_refused_whatever_it_is(told: Any) -> None:
    with pytest.raises(NotAllowed):
        made(json.dumps(told), ASKED, HERE)
    with pytest.raises(NotAllowed):
        check(claim(json.dumps(told)), KEY, ASKED, HERE)


@pytest.mark.parametrize(
    "origin", [5, None, True, ["http://localhost"], "http://localhost/", "HTTP://localhost", "http://localhost:80"]
)
def test_an_origin_is_ours_to_the_letter(origin: object) -> None:
    device = Authenticator()
    device.origin = origin  # type: ignore[assignment]
    with pytest.raises(NotAllowed):
        made(device.make(asked_to_make(HERE, ASKED, b"h" * 16, "", "", ())), ASKED, HERE)


def _bytes(text: str) -> bytes:
    return bytes(websafe_decode(text))
