"""Secrets at rest."""

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teczka.store.secrets import Keys, SecretBroken, django_key

ACCOUNT = b"8f14e45f-ceea-467f-9a36-dedd4bea2543"


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(), st.binary())
def test_a_secret_is_opened_by_whom_it_was_sealed_for(keys: Keys, secret: bytes, owner: bytes) -> None:
    assert keys.unseal(keys.seal(secret, owner), owner) == secret


def test_nobody_elses_row_opens_it(keys: Keys) -> None:
    with pytest.raises(SecretBroken):
        keys.unseal(keys.seal(b"hunter2", ACCOUNT), b"another account")


def test_the_sealed_form_holds_nothing_of_the_secret_and_never_repeats(keys: Keys) -> None:
    first, second = keys.seal(b"hunter2" * 10, ACCOUNT), keys.seal(b"hunter2" * 10, ACCOUNT)
    assert b"hunter2" not in first.ciphertext
    assert first.nonce != second.nonce
    assert first.ciphertext != second.ciphertext


def test_every_changed_bit_is_noticed(keys: Keys) -> None:
    sealed = keys.seal(b"hunter2", ACCOUNT)
    for place in range(len(sealed.ciphertext)):
        broken = bytearray(sealed.ciphertext)
        broken[place] ^= 1
        with pytest.raises(SecretBroken):
            keys.unseal(replace(sealed, ciphertext=bytes(broken)), ACCOUNT)
    for nonce in (b"", bytes(12), sealed.nonce[:-1], sealed.nonce + b"\0"):
        with pytest.raises(SecretBroken):
            keys.unseal(replace(sealed, nonce=nonce), ACCOUNT)


def test_an_old_key_still_opens_what_it_sealed_and_seals_no_more(keys: Keys) -> None:
    old = keys.seal(b"hunter2", ACCOUNT)
    added = keys.add()
    assert keys.seal(b"new", ACCOUNT).key_id == added == keys.newest() != old.key_id
    assert keys.unseal(old, ACCOUNT) == b"hunter2"


def test_the_newest_key_is_the_one_added_last(keys: Keys) -> None:
    added = [keys.add() for _ in range(12)]
    assert keys.ids() == added


@pytest.mark.parametrize("key_id", ["", "django", "../django", "0001-00000000", "/etc/passwd"])
def test_a_key_id_from_a_forged_row_opens_no_file(keys: Keys, key_id: str, tmp_path: Path) -> None:
    django_key(tmp_path / "keys")
    sealed = keys.seal(b"hunter2", ACCOUNT)
    with pytest.raises(SecretBroken):
        keys.unseal(replace(sealed, key_id=key_id), ACCOUNT)


def test_keys_are_their_users_alone(keys: Keys, tmp_path: Path) -> None:
    keys.add()
    django_key(tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    files = list((tmp_path / "keys").iterdir())
    assert len(files) == 2
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_error_tells_no_secret(keys: Keys) -> None:
    with pytest.raises(SecretBroken) as told:
        keys.unseal(keys.seal(b"hunter2", ACCOUNT), b"x")
    assert "hunter2" not in repr(told.value)


def test_djangos_key_is_made_once_and_stays(tmp_path: Path) -> None:
    made = django_key(tmp_path / "keys")
    assert len(made) >= 50
    assert django_key(tmp_path / "keys") == made
    assert django_key(tmp_path / "others") != made


def test_processes_that_make_djangos_key_at_once_get_the_same(tmp_path: Path) -> None:
    for attempt in range(20):
        folder = tmp_path / str(attempt)
        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(django_key, [folder] * 8))) == 1
        assert [path.name for path in folder.iterdir()] == ["django"]


def test_the_first_key_can_be_copied_before_there_is_a_secret(keys: Keys, tmp_path: Path) -> None:
    keys.prepare()
    keys.prepare()
    there = keys.ids()
    assert len(there) == 1
    assert keys.seal(b"hunter2", ACCOUNT).key_id == there[0]
