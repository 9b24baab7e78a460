"""What people did to an account's mail, repeated on its server by whoever speaks for the account."""

import threading

from teczka.actions.servers import Connection
from teczka.core.accounts import Mode
from teczka.core.errors import Problem, Trouble
from teczka.remote.imap import ImapMailbox
from teczka.store.blobs import blobs
from teczka.store.due import due_in, open_operations
from teczka.store.journal import AccountJournal
from teczka.store.mail import LocalMail
from teczka.store.models import Account
from teczka.store.viewer import as_user
from teczka.sync import Acts


def beside(
    account: Account, remote: Connection | None, local: LocalMail, asked: threading.Event, *, last: bool
) -> Acts | None:
    """What a pass repeats on the way; None where nothing is changed on the server. An account that was managed when something was done and
    is read only by now keeps its promise: that is refused, and its owner told. Raises LeaseLost."""
    if not isinstance(remote, ImapMailbox):
        return None
    journal = AccountJournal(account, local.writing, blobs())
    if account.mode == Mode.MANAGED:
        return Acts(remote, journal, asked, last=last)
    with as_user(account.owner_id):
        left = open_operations(account.pk)
    if left:
        journal.refuse(left, Problem(Trouble.ACT_READ_ONLY))
    return None


def next_due(account: Account) -> float | None:
    """Seconds until something that waits may be said; None where nothing does."""
    with as_user(account.owner_id):
        return due_in(account.pk)
