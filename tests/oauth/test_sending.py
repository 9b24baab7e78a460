"""Sending from an account that is signed in with Microsoft: by its token alone, which is renewed where it is refused before its time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from teczka.actions.secrets import open_tokens, seal_tokens
from teczka.core.accounts import Auth, Protocol, Tokens
from teczka.core.errors import Trouble
from teczka.core.oauth import PROVIDERS
from teczka.core.outgoing import State
from teczka.remote.types import Security
from teczka.store.models import Account
from teczka.store.viewer import as_user
from tests.cast import make_account, make_cast
from tests.internet import Internet
from tests.outgoing import deliver, fresh, sent, written
from tests.submission import Submission

HOST, PORT = "smtp.office365.com", 587
SCOPES = PROVIDERS[Auth.MICROSOFT].mail_scopes(Protocol.IMAP, sends=True)


@pytest.fixture
def submission(internet: Internet) -> Iterator[Submission]:
    with Submission(Security.STARTTLS, names=(HOST,)) as server:
        internet.leads(HOST, PORT, server.port)
        internet.trust(server.ca_pem)
        yield server


@pytest.fixture
def account(own_database: object, submission: Submission) -> Account:
    anna = make_cast().anna
    outgoing = {"smtp_host": HOST, "smtp_port": PORT, "smtp_security": "starttls"}
    account = make_account(anna, auth=Auth.MICROSOFT, mode="managed", state="working", **outgoing)
    with as_user(anna.pk):
        seal_tokens(account, Tokens("refresh", "access", datetime.now(UTC) + timedelta(hours=1), SCOPES))
    return account


def test_a_letter_leaves_by_the_token(account: Account, submission: Submission) -> None:
    submission.tokens[account.username] = "access"
    row = sent(written(account))
    deliver(account)
    assert fresh(row).state == State.SENT
    assert submission.attempts == [("XOAUTH2", account.username)]


def test_a_refused_token_is_not_shown_again(account: Account, submission: Submission) -> None:
    """It may have been taken back a moment ago: the next try has a new one, and after that its owner is asked."""
    row = sent(written(account))
    deliver(account)
    assert (fresh(row).state, fresh(row).trouble) == (State.QUEUED, Trouble.SIGNIN_TOKEN_SENDING)
    with as_user(account.owner_id):
        assert open_tokens(account).expires_at <= datetime.now(UTC)
    assert len(submission.attempts) == 1
