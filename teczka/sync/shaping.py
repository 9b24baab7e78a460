"""Folders made, renamed and removed on the server. What a crash left half done is seen in its listing."""

from teczka.core.acts import Kind
from teczka.core.errors import Problem, Trouble
from teczka.core.mail import INBOX
from teczka.core.operations import Pending
from teczka.remote.imap.utf7 import encode
from teczka.remote.types import RemoteMailbox
from teczka.sync.ports import Journal
from teczka.sync.standing import shown


def shape(remote: RemoteMailbox, journal: Journal, op: Pending) -> None:
    """Raises Problem where the server refuses."""
    if not journal.start([op.id], None):
        return
    if op.kind is Kind.REMOVE:
        _remove(remote, op)
    else:
        name = encode(op.path)
        _create(remote, name) if op.kind is Kind.CREATE else _rename(remote, op, name)
        journal.named(op.id, name)
    journal.done([op.id], {})


def _create(remote: RemoteMailbox, name: bytes) -> None:
    """One that is there already is as good."""
    try:
        remote.create(name)
    except Problem as problem:
        if problem.trouble.step != "folder" or name not in _listed(remote):
            raise


def _rename(remote: RemoteMailbox, op: Pending, name: bytes) -> None:
    listed = _listed(remote) if op.started_at else set()
    if name in listed and op.at.name not in listed:
        return
    remote.open(INBOX.name)  # some servers rename nothing that is open
    remote.rename(op.at.name, name)


def _remove(remote: RemoteMailbox, op: Pending) -> None:
    """Only what is empty at this moment: nobody asked to remove what may have come since."""
    if op.at.name not in _listed(remote):
        return
    remote.open(INBOX.name)
    if remote.status(op.at.name).messages:
        raise Problem(Trouble.FOLDER_NOT_EMPTY, folder=shown(op.at))
    remote.remove(op.at.name)


def _listed(remote: RemoteMailbox) -> set[bytes]:
    return {folder.name for folder in remote.folders()}
