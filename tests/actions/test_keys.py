"""A new key for all secrets, whoever uses them or dies meanwhile (actions/keys.py)."""

import json
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from teczka.actions.clients import NewClient, client_of, save_client
from teczka.actions.keys import rotate
from teczka.actions.oauth import Return
from teczka.actions.second_factor import begin
from teczka.actions.secrets import open_password, open_second_factor, open_tokens, seal_password, seal_tokens
from teczka.core.accounts import Auth, Endpoint, NewAccount, Tokens
from teczka.core.settings import settings
from teczka.remote.types import Credential
from teczka.store.models import Account, SecondFactor, Secret
from teczka.store.secrets import Keys, SecretBroken
from teczka.store.sessions import SessionStore
from teczka.store.viewer import as_user
from tests.cast import Cast, make_account, make_cast
from tests.conftest import OwnDatabase
from tests.database import TestDatabase
from tests.faults.lives import EVERY, Points, has_died, in_a_child
from tests.processes import Teczka

TOKENS = Tokens("refresh-tajne", "access-tajne", datetime(2027, 1, 1, tzinfo=UTC))


@pytest.fixture
def keys() -> Iterator[Keys]:
    """The installation's; those of other tests come back afterwards."""
    folder, aside = settings().keys, settings().keys.with_name("keys.aside")
    if folder.exists():
        shutil.copytree(folder, aside)
    for path in folder.glob("*.key"):
        path.unlink()
    yield Keys(folder)
    if aside.exists():
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        shutil.rmtree(aside)


@pytest.fixture
def cast(own_database: OwnDatabase, keys: Keys) -> Cast:
    made = make_cast()
    for owner in (made.anna, made.edward):
        with as_user(owner.pk):
            seal_password(make_account(owner, f"1{owner.email}"), f"hasło-{owner.pk}")
            seal_tokens(make_account(owner, f"2{owner.email}", auth=Auth.GOOGLE), TOKENS)
    save_client(made.dorota, Auth.GOOGLE, NewClient("teczka", "klient-tajne"))
    begin(made.bartek, SessionStore())
    return made


def everything_opens(cast: Cast) -> set[str]:
    """The keys that were wanted for it."""
    used = set()
    for owner in (cast.anna, cast.edward):
        with as_user(owner.pk):
            first, second = Account.objects.order_by("id")
            assert open_password(first) == f"hasło-{owner.pk}"
            assert open_tokens(second) == TOKENS
            used |= set(Secret.objects.values_list("key_id", flat=True))
    with as_user(cast.anna.pk):
        assert client_of(cast.office.pk, Auth.GOOGLE).secret == "klient-tajne"
    with as_user(cast.bartek.pk):
        codes = SecondFactor.objects.get()
        assert len(open_second_factor(codes)) == 32
        used.add(codes.key_id)
    return used


def test_every_secret_is_sealed_anew_and_the_old_key_goes(cast: Cast, keys: Keys) -> None:
    old = keys.ids()
    done = rotate()
    assert (done.resealed, done.removed, done.kept, done.broken) == (6, old, [], [])
    assert keys.ids() == [done.key]
    assert everything_opens(cast) == {done.key}
    rotate()
    everything_opens(cast)


def test_what_no_key_opens_is_named_and_left_as_it_is(cast: Cast, keys: Keys) -> None:
    with as_user(cast.anna.pk):
        broken = Account.objects.earliest("id")
        Secret.objects.filter(account=broken).update(nonce=bytes(12))
        before = Secret.objects.filter(account=broken).values().get()
    done = rotate()
    assert (done.resealed, done.broken) == (5, [str(broken.public_id)])
    assert done.kept == [before["key_id"]]
    with as_user(cast.anna.pk):
        assert Secret.objects.filter(account=broken).values().get() == before


def test_killed_at_any_point_everything_still_opens(cast: Cast, keys: Keys) -> None:
    at = 1
    while dies(at):
        everything_opens(cast)
        at += 1 if EVERY or at < 5 else 6
    assert at > 20
    assert everything_opens(cast) == set(keys.ids())


def test_whoever_seals_and_opens_meanwhile_never_finds_a_key_gone(cast: Cast) -> None:
    stopping = threading.Event()

    def busy(number: int) -> int:
        turns = 0
        try:
            while not stopping.is_set() or turns < 3:
                with as_user(cast.anna.pk):
                    account = Account.objects.earliest("id") if number else Account.objects.latest("id")
                    if number:
                        seal_password(account, f"hasło-{cast.anna.pk}")
                    else:
                        assert open_tokens(account) == TOKENS
                turns += 1
        finally:
            connection.close()
        return turns

    with ThreadPoolExecutor(2) as pool:
        working = [pool.submit(busy, number) for number in range(2)]
        try:
            for _ in range(5):
                rotate()
        finally:
            stopping.set()
        assert min(one.result(30) for one in working) > 2
    rotate()
    assert len(everything_opens(cast)) == 1


def test_two_rotations_at_once_are_refused(cast: Cast, own_database: OwnDatabase) -> None:
    with ThreadPoolExecutor(1) as pool:

        def hold() -> object:
            try:
                return rotate()
            finally:
                connection.close()

        with as_user(cast.anna.pk):  # the other waits for this row
            Secret.objects.select_for_update().first()
            first = pool.submit(hold)
            with pytest.raises(TimeoutError):
                ThreadPoolExecutor(1).submit(lambda: (wait_for_rotation(), hold())).result(30)
        first.result(30)


def wait_for_rotation() -> None:
    """Until somebody holds its lock."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 6 AND granted")
            if cursor.fetchone() != (0,):
                return


def test_the_command_tells_what_it_did_and_nothing_of_the_secrets(cast: Cast, own_database: OwnDatabase) -> None:
    teczka = Teczka(Path(own_database.environment["TECZKA_DATA"]), own_database.environment)
    done = teczka.tried("keys", "rotate", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["resealed"], told["kept"], told["broken"]) == (6, [], [])
    assert "tajne" not in done.stdout + done.stderr
    everything_opens(cast)


def test_a_secret_that_cannot_be_opened_tells_nothing_of_itself(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    with as_user(cast.anna.pk):
        account = Account.objects.latest("id")
        Secret.objects.update(nonce=bytes(12))
        with pytest.raises(SecretBroken) as told:
            open_tokens(account)
    assert "tajne" not in repr(told.value) + repr(TOKENS) + caplog.text


def test_no_table_holds_a_secret_in_clear(cast: Cast, own_database: OwnDatabase, test_database: TestDatabase) -> None:
    """Nor does a backup of them."""
    secrets = [f"hasło-{cast.anna.pk}", f"hasło-{cast.edward.pk}", "refresh-tajne", "access-tajne", "klient-tajne"]
    with psycopg.connect(test_database.server.dsn(own_database.name, "postgres")) as superuser:
        tables = superuser.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'store_%'"
        ).fetchall()
        whole = "".join(
            row[0] for (table,) in tables for row in superuser.execute(f"SELECT row_to_json(t)::text FROM {table} t")
        )
    assert "klient" not in whole
    assert cast.anna.email in whole
    for secret in secrets:
        assert secret not in whole
        assert secret.encode().hex() not in whole


def test_no_repr_tells_a_secret() -> None:
    new = NewAccount("a@b.example", "a", "tajne", Endpoint("b.example", 993, "tls"), tokens=TOKENS)
    assert "tajne" not in repr([new, TOKENS, Credential("a", "tajne"), NewClient("teczka", "tajne"), Return("tajne")])


def dies(at: int) -> bool:
    def life() -> None:
        with Points(at).installed():
            rotate()

    return has_died(in_a_child(life))
