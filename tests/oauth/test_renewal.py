"""Renewing a token by several processes, and by ones that die at every point of it."""

import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import pytest

from teczka.actions.rest import forget_tokens
from teczka.actions.secrets import open_tokens, seal_tokens
from teczka.actions.tokens import access_token, doubt_token
from teczka.core.accounts import Auth, Tokens
from teczka.core.errors import Problem, Trouble
from teczka.store.locks import TOKENS
from teczka.store.models import Account
from teczka.store.viewer import as_user
from tests.cast import make_account, make_cast
from tests.conftest import OwnDatabase
from tests.database import TestDatabase
from tests.faults.lives import DIED, Points
from tests.forked import stand_apart
from tests.oauth.fixtures import SCOPES, set_up
from tests.oauth.provider import Provider
from tests.processes import until

ANNA = "anna@kancelaria-lipowa.example"
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND NOT granted"


@dataclass(frozen=True)
class Child:
    """A process of its own that asks for the account's access token."""

    pid: int
    told: int  # the reading end of a pipe

    @classmethod
    def start(cls, act: Callable[[], str]) -> "Child":
        told, telling = os.pipe()
        pid = os.fork()
        if pid:
            os.close(telling)
            return cls(pid, told)
        try:
            stand_apart()
            os.write(telling, act().encode())
            os._exit(0)
        except BaseException:  # noqa: BLE001  the parent sees the exit code
            traceback.print_exc()
        finally:
            os._exit(1)

    def end(self) -> tuple[int, str]:
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        with os.fdopen(self.told) as pipe:
            return code, pipe.read()


@pytest.fixture
def account(own_database: OwnDatabase, provider: Provider) -> Account:
    """Signed in long ago: its access token has ended."""
    cast = make_cast()
    set_up(cast.dorota)
    made = make_account(cast.anna, ANNA, host="outlook.office365.com", auth=Auth.MICROSOFT)
    grant(made, provider)
    return made


def grant(account: Account, provider: Provider) -> None:
    access, refresh = provider.give(provider.add_person(ANNA), *SCOPES)
    with as_user(account.owner_id):
        seal_tokens(account, Tokens(refresh, access, account.created_at))


def kept(account: Account) -> Tokens:
    with as_user(account.owner_id):
        return open_tokens(account)


def test_processes_that_need_a_token_at_once_ask_for_one(
    account: Account, provider: Provider, test_database: TestDatabase, own_database: OwnDatabase
) -> None:
    provider.keeps_old = False  # a second request with the same refresh token would end the grant
    provider.go_on.clear()
    children = [Child.start(lambda: access_token(account)) for _ in range(4)]
    with psycopg.connect(test_database.server.dsn(own_database.name, "postgres"), autocommit=True) as look:

        def wait_for_the_first() -> bool:
            row = look.execute(WAITING, [TOKENS]).fetchone()
            return row == (3,)

        until(wait_for_the_first)
    provider.go_on.set()
    assert {child.end() for child in children} == {(0, kept(account).access)}
    assert provider.asked["refresh_token"] == 1


def test_whoever_dies_while_asking_leaves_the_account_as_it_was(account: Account, provider: Provider) -> None:
    before = kept(account)
    provider.go_on.clear()
    child = Child.start(lambda: access_token(account))
    assert provider.arrived.acquire(timeout=20)
    os.kill(child.pid, signal.SIGKILL)
    assert child.end()[0] == -signal.SIGKILL
    provider.go_on.set()
    assert kept(account) == before
    assert access_token(account) in provider.access


@pytest.mark.faults
@pytest.mark.parametrize("keeps_old", [True, False])
def test_no_death_loses_more_than_the_provider_s_own_rules_do(
    account: Account, provider: Provider, keeps_old: bool
) -> None:
    """At every statement and commit. Where a refresh token ends at its first use, dying between the provider's answer and our commit
    costs a sign-in; nowhere else, and never an access token whose refresh token is lost."""
    provider.keeps_old = keeps_old
    outcomes = []
    for at in range(1, 99):
        grant(account, provider)
        old = kept(account)
        code, token = Child.start(lambda at=at: _dying(account, at)).end()  # type: ignore[misc]
        if code == 0:
            assert token == access_token(account)
            break
        assert code == DIED
        outcomes.append(_afterwards(account, provider, old))
    assert len(outcomes) > 5
    assert set(outcomes) == ({"old", "new"} if keeps_old else {"old", "new", "lost"})
    assert outcomes == sorted(outcomes, key=["old", "lost", "new"].index), "no way back from what is durable"


def _dying(account: Account, at: int) -> str:
    points = Points(at)
    with points.installed():
        token = access_token(account)
    points.reach("about to be shown to a mail server")
    return token


def _afterwards(account: Account, provider: Provider, old: Tokens) -> str:
    asked = provider.asked["refresh_token"]
    new = kept(account).refresh != old.refresh
    assert new or kept(account) == old
    told = _or_trouble(account)
    if told == Trouble.OAUTH_ENDED:
        assert not new
        return "lost"
    assert told in provider.access
    assert provider.asked["refresh_token"] == asked + (0 if new else 1)
    return "new" if new else "old"


def test_what_the_owner_did_meanwhile_stands(account: Account, provider: Provider) -> None:
    """A reconnection is not overwritten by the renewal of what was there before, and what was forgotten does not come back."""
    for meanwhile in ("reconnected", "forgotten"):
        provider.go_on.clear()
        child = Child.start(lambda: _or_trouble(account))
        assert provider.arrived.acquire(timeout=20)
        if meanwhile == "reconnected":
            grant(account, provider)
            chosen = kept(account)
        else:
            doubt_token(account)
            with as_user(account.owner_id):
                owner = account.owner
            forget_tokens(owner, account.public_id)
        provider.go_on.set()
        told = child.end()[1]
        if meanwhile == "reconnected":
            assert told == chosen.access
            assert kept(account) == chosen
        else:
            assert told == Trouble.OAUTH_ENDED


def _or_trouble(account: Account) -> str:
    try:
        return access_token(account)
    except Problem as problem:
        return problem.trouble
