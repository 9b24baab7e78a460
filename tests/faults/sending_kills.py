"""SIGKILLs of a real worker while it sends through a real Postfix: what lies in the recipient's mailbox, and in Sent, beside what is said
of it."""

import os
import re
import signal
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random
from unittest import mock

from django.db import connection
from django.utils import timezone

from teczka.actions import outbox
from teczka.core.acts import OPEN, Kind
from teczka.core.outgoing import State
from teczka.store import events
from teczka.store.models import Account, Operation, Outgoing
from teczka.store.viewer import as_user
from tests.dovecot.mailbox import Mailbox
from tests.faults.sending_lives import Found, judge
from tests.outgoing import written
from tests.processes import Running, Teczka, until

LETTERS = 6  # waiting when a life begins: so that something is being sent whenever the kill comes
TRIES = 0.5  # seconds that some tries take
SECONDS = 60.0
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>]+)>", re.MULTILINE | re.IGNORECASE)
ON_ITS_WAY = [State.HELD, State.QUEUED, State.SENDING]


def survive(teczka: Teczka, account: Account, jan: Mailbox, sent: Mailbox, kills: int, seed: int) -> tuple[Found, int]:
    """What became of the messages, and how many of those that were sent do not lie in Sent just once."""
    random = Random(seed)
    for _ in range(kills):
        with teczka.running("worker") as worker:
            send_some(account, jan.username, LETTERS - _left(account))
            before = _left(account)
            until(lambda before=before: _left(account) < before, SECONDS, "a message that is sent")
            time.sleep(random.random() * TRIES)  # no wait for anything: the moment is to be any moment of a try
            os.kill(worker.pid, signal.SIGKILL)
    with teczka.running("worker") as worker:
        _finish(account, worker)
    until(lambda: _arrived(account, jan), SECONDS, "what is said to be sent")
    took = Counter({(name, jan.username): count for name, count in named(jan.maildir).items()})
    filed = named(sent.maildir / ".Sent")
    with as_user(account.owner_id):
        said = set(Outgoing.objects.filter(account=account, state=State.SENT).values_list("message_id", flat=True))
    return judge(account.owner, took), sum(filed[name] != 1 for name in said | set(filed))


def send_some(account: Account, to: str, count: int) -> None:
    with mock.patch.object(outbox, "held_for", return_value=timedelta()):
        for _ in range(count):
            draft = written(account, to)
            outbox.send(account.owner, draft.public_id, draft.revision)


def named(maildir: Path) -> Counter[str]:
    """Message-IDs of the files in a Maildir; what is moved from new/ to cur/ meanwhile is looked at once."""
    files = {path.name.partition(":")[0]: path for part in ("new", "cur") for path in (maildir / part).glob("*")}
    return Counter(found[1].decode() for path in files.values() if (found := MESSAGE_ID.search(path.read_bytes())))


def _left(account: Account) -> int:
    with as_user(account.owner_id):
        return Outgoing.objects.filter(account=account, state__in=[State.HELD, State.QUEUED]).count()


def _finish(account: Account, worker: Running) -> None:
    """All sent, and the copies appended: those wait for a minute, lest the server file its own."""

    def sent() -> bool:
        with as_user(account.owner_id):
            Outgoing.objects.filter(account=account, state=State.QUEUED).update(next_try_at=timezone.now())
            events.ask_sender(account.pk)
            return not Outgoing.objects.filter(account=account, state__in=ON_ITS_WAY).exists()

    def copied() -> bool:
        with as_user(account.owner_id):
            copies = Operation.objects.filter(account=account, kind=Kind.APPEND, state__in=OPEN)
            if copies.filter(due_at__isnull=False).update(due_at=None):
                events.ask_keeper(account.pk)
            return not copies.exists()

    until(sent, SECONDS, f"an empty outbox: {worker.said()[-2000:]}")
    until(copied, SECONDS, f"the copies in Sent: {worker.said()[-2000:]}")
    connection.close()


def _arrived(account: Account, jan: Mailbox) -> bool:
    there = named(jan.maildir)
    with as_user(account.owner_id):
        said = Outgoing.objects.filter(account=account, state=State.SENT).values_list("message_id", flat=True)
        return all(name in there for name in said)
