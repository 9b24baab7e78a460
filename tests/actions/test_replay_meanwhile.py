"""Acts while a long download is under way, and between passes: the server hears of them soon, and of nothing twice."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from teczka.actions.fetch import Fetching
from teczka.core.accounts import Mode
from teczka.core.acts import Verb
from teczka.remote.imap import ImapMailbox
from teczka.store.leases import Leases
from teczka.store.mail import LocalMail
from teczka.store.models import Account
from teczka.store.viewer import as_user
from teczka.sync import basket
from tests.cast import make_cast
from tests.conftest import OwnDatabase
from tests.dovecot.accounts import opened
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.replayed import Played, letter, ours, theirs

pytestmark = pytest.mark.dovecot

MANY = 900  # more than a mailbox asks for at once, and more than lie in the basket meanwhile


def test_a_download_lets_acts_through_and_goes_on(
    own_database: OwnDatabase, dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.create("Sprawy")
    mailbox.deliver_many(letter(number) for number in range(MANY))
    owner, acted = make_cast().anna, threading.Event()
    account = opened(owner, dovecot, mailbox)
    with as_user(owner.pk):
        Account.objects.filter(pk=account.pk).update(mode=Mode.MANAGED)
    leases = Leases()
    lease = leases.try_take(account.pk)
    assert lease is not None
    box = Played(owner, account, mailbox, Fetching(account.pk, owner.pk, lease, acted))
    moved: list[int] = []  # how many messages were here when the server had done it

    def add(local: LocalMail, *values: Any) -> int:
        new = keep(local, *values)
        if not acted.is_set() and not moved:
            box.act(Verb.MOVE, f"Pismo {MANY - 1}", target="Sprawy")
            acted.set()
        return new

    def move(remote: ImapMailbox, *values: Any) -> object:
        moved.append(len(ours(account)))
        return say(remote, *values)

    keep: Callable[..., int] = LocalMail.add
    say: Callable[..., object] = ImapMailbox.move
    monkeypatch.setattr(LocalMail, "add", add)
    monkeypatch.setattr(basket, "BATCH_MESSAGES", 100)  # else all of it is ahead in the basket
    monkeypatch.setattr(ImapMailbox, "move", move)
    try:
        box.sync()
    finally:
        box.fetching.close()
        leases.close()
    assert len(moved) == 1
    assert 0 < moved[0] < MANY, "in the middle of the download"
    assert ours(account) == theirs(mailbox)
    assert len(ours(account)) == MANY
