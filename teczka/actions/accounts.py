"""External accounts: added only once their server has let us in, so that none is born broken."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from teczka.actions.gate import gate
from teczka.actions.secrets import seal_password
from teczka.core.accounts import NewAccount
from teczka.core.errors import AlreadyThere, Problem, Trouble
from teczka.core.mail import RemoteFolder
from teczka.remote.imap import ImapMailbox
from teczka.remote.types import Credential, Security, Server
from teczka.store import folders
from teczka.store.events import ask_keeper
from teczka.store.models import Account, User
from teczka.store.viewer import as_user

CHECK_SECONDS = 20.0  # for the whole check: it holds one of the few threads that make pages

_checking: set[int] = set()  # people whose check is under way in this process
_lock = threading.Lock()


def check_connection(new: NewAccount) -> list[RemoteFolder]:
    """Connect, sign in, list the folders: them. Raises Problem, whose step says how far we came."""
    server = Server(new.incoming.host, new.incoming.port, Security(new.incoming.security), new.ca_pem)
    credential = Credential(new.username, new.password)
    mailbox = ImapMailbox.connect(server, credential, gate(), timeout=CHECK_SECONDS, lifetime=CHECK_SECONDS)
    try:
        return mailbox.folders()
    finally:
        mailbox.close()


def add_account(actor: User, new: NewAccount) -> Account:
    """The connection is tested first, outside any transaction. Its folders are there at once, for their owner to look into while the
    mail arrives. Raises Problem (CHECK_BUSY among them), or AlreadyThere."""
    with _one_at_a_time(actor):
        listed = check_connection(new)
    try:
        with as_user(actor.pk), transaction.atomic():
            account = Account.objects.create(office_id=actor.office_id, owner=actor, **_columns(new))
            seal_password(account, new.password)
            folders.save(account, listed)
            ask_keeper(account.pk)
    except IntegrityError as error:
        raise AlreadyThere(new.address) from error
    return account


@contextmanager
def _one_at_a_time(actor: User) -> Iterator[None]:
    """Nobody takes all the threads of pages by having slow servers checked."""
    with _lock:
        if actor.pk in _checking:
            raise Problem(Trouble.CHECK_BUSY)
        _checking.add(actor.pk)
    try:
        yield
    finally:
        with _lock:
            _checking.discard(actor.pk)


def accounts_of(viewer: User) -> list[Account]:
    """By the name that their owner gave them. Nobody has another's."""
    with as_user(viewer.pk):
        return list(Account.objects.filter(owner=viewer).order_by("provider_name", "id"))


def _columns(new: NewAccount) -> dict[str, object]:
    domain = new.address.rpartition("@")[2]
    columns: dict[str, object] = {
        "provider_name": new.provider_name or domain,
        "sender_name": new.sender_name,
        "address": new.address,
        "protocol": new.protocol,
        "mode": new.mode,
        "host": new.incoming.host,
        "port": new.incoming.port,
        "security": new.incoming.security,
        "username": new.username,
        "ca_pem": new.ca_pem,
    }
    if new.outgoing:
        columns |= {
            "smtp_host": new.outgoing.host,
            "smtp_port": new.outgoing.port,
            "smtp_security": new.outgoing.security,
        }
    return columns
