"""The process dies at the N-th point where something becomes durable, for every N, and starts again: nothing is lost or doubled.

A point is each call of store/packs/durable.py that reaches the operating system, each statement and each commit of the database. A
forked child works until then and ends by `_exit`: nothing unwinds, nothing is tidied, no rollback is sent.

`python -m tests.faults.crash_points --all` tries every point of a first sync, of reading, and of passes over what changed meanwhile;
the suite takes a sample of them (test_crash_points.py).
"""

import os
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from django.db import connection

from teczka.actions.fetch import fetch_account
from teczka.actions.reading import read_some
from teczka.actions.secrets import seal_password
from teczka.actions.verify import verify_all
from teczka.remote.wire import Wire
from teczka.store.leases import Lease, Leases
from teczka.store.models import Account, Message, Placement
from teczka.store.viewer import as_user
from tests.cast import make_account, make_cast
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.forked import stand_apart

SYSTEM = ("writev", "pwrite", "fsync", "rename")
PACKED = {
    "os.pwrite",
    "os.writev",
}  # a pack is written by either: past the cache, or where the file system will have none of that
EVERY = os.environ.get("TECZKA_CRASH_POINTS") == "all"  # else a sample, of shorter lives
MESSAGES = 350 if EVERY else 70  # a first chunk, and batches more; some batches of reading


DIED = 77


@dataclass
class Points:
    """Counts them, and dies before the chosen one."""

    at: int = 0  # 0: never
    wire: bool = False  # and each time that something is sent to a server, or awaited from it
    count: int = 0
    seen: set[str] = field(default_factory=set)

    def reach(self, name: str) -> None:
        """From whichever thread: which of two comes first may differ from life to life."""
        self.count += 1
        self.seen.add(name)
        if self.count == self.at:
            os._exit(DIED)

    @contextmanager
    def installed(self) -> Iterator[None]:
        with ExitStack() as stack:
            for name in SYSTEM:
                stack.enter_context(mock.patch.object(os, name, self._before(f"os.{name}", getattr(os, name))))
            for name in ("send", "receive") if self.wire else ():
                before = self._before(f"wire.{name}", getattr(Wire, name))
                stack.enter_context(mock.patch.object(Wire, name, before))
            stack.enter_context(connection.execute_wrapper(self._statement))
            stack.enter_context(mock.patch.object(connection, "_commit", self._before("commit", connection._commit)))
            yield

    def _before(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*values: Any, **named: Any) -> Any:
            self.reach(name)
            return call(*values, **named)

        return counted

    def _statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.reach("statement")
        return execute(sql, params, many, context)


def work(account: Account, points: Points, *, reads: bool = True) -> None:
    """One life of a worker: a pass, then reading until nothing waits."""
    leases = Leases()
    try:
        lease = taken(leases, account.pk)
        with points.installed():
            report = fetch_account(account.pk, account.owner_id, lease)
            if report.stopped:
                raise report.stopped
            while reads and read_some(100):
                pass
    finally:
        leases.close()


def dies(account: Account, at: int, *, wire: bool = False, reads: bool = True) -> bool:
    """Work in a child that dies at this point. False where it came to its end before."""
    return has_died(in_a_child(lambda: work(account, Points(at, wire), reads=reads)))


def in_a_child(life: Callable[[], object]) -> int:
    """Begun in a forked process, whose id this is. It ends without unwinding, and by 0 where it came to its end."""
    child = os.fork()
    if child:
        return child
    try:
        stand_apart()
        life()
        os._exit(0)
    except BaseException:  # noqa: BLE001  the parent sees the exit code
        traceback.print_exc()
    finally:
        os._exit(1)


def has_died(child: int) -> bool:
    """At its point; False where it came to its end before. Any other end fails."""
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, DIED), code
    return code == DIED


def taken(leases: Leases, account_id: int, seconds: float = 10.0) -> Lease:
    """PostgreSQL needs a moment to see that the dead worker's connection is gone."""
    end = time.monotonic() + seconds
    while (lease := leases.try_take(account_id)) is None:
        if time.monotonic() > end:
            raise TimeoutError("the lease of a dead worker")
        time.sleep(0.005)
    return lease


def fill(mailbox: Mailbox, count: int = MESSAGES) -> None:
    mailbox.create("Sprawy")
    mailbox.deliver_many(raw_message(number) for number in range(count))
    mailbox.deliver_many([raw_message(number) for number in range(count // 10)], "Sprawy")  # the same bytes again
    mailbox.uids()


def change(mailbox: Mailbox) -> None:
    """Whatever a pass may meet."""
    uids = mailbox.uids()
    mailbox.expunge(uids[3:9])
    mailbox.set_flags(uids[20:30], "\\Seen \\Flagged")
    mailbox.deliver_many(raw_message(number) for number in range(10_000, 10_020))
    mailbox.change_uidvalidity("Sprawy")


def raw_message(number: int) -> bytes:
    answered = f"In-Reply-To: <m{number - 1}@a.example>\r\n" if number % 3 else ""
    body = f"Treść numer {number}\r\n" * (1 + number % 40)
    return (
        f"Message-ID: <m{number}@a.example>\r\n{answered}From: Jan Kowalski <jan@a.example>\r\nTo: anna@b.example\r\n"
        f"Subject: Sprawa {number // 3}\r\nDate: Thu, 05 Nov 2026 10:00:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}"
    ).encode()


def equal_to_the_server(account: Account, mailbox: Mailbox) -> None:
    """Message for message by SHA-256, each once, all read, and verified."""
    with as_user(account.owner_id):
        placed = Placement.objects.filter(gone_at=None, folder__account=account).select_related("folder", "message")
        ours = sorted(
            (bytes(one.folder.wire_name).decode(), one.uidvalidity, one.uid, bytes(one.message.sha256).hex())
            for one in placed
        )
        digests = [bytes(one) for one in Message.objects.filter(account=account).values_list("sha256", flat=True)]
        unread = Message.objects.filter(account=account, indexed_with=None).count()
        defects = Message.objects.filter(account=account, defects__contains=["unreadable"]).count()
    assert ours == [tuple(held) for held in mailbox.listing()]
    assert len(digests) == len(set(digests))
    assert (unread, defects) == (0, 0)
    found = verify_all()
    assert found.clean, found.faults


def an_account(dovecot: Dovecot, mailbox: Mailbox) -> Account:
    owner = make_cast().anna
    account = make_account(
        owner,
        port=dovecot.tls_port,
        username=mailbox.username,
        ca_pem=dovecot.ca_pem,
    )
    with as_user(owner.pk):
        seal_password(account, mailbox.password)
    return account
