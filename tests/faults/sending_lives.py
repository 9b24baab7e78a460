"""Dying while a message is sent, at every point where something is committed, written or said, before a server that misbehaves in a third
of its sessions (mailserver.py): each message arrives once, or is seen to have failed or to be uncertain (P6)."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any
from unittest import mock

from django.db import connection
from django.utils import timezone

from teczka.actions import outbox, sending
from teczka.core.outgoing import Delivery, State
from teczka.remote.smtp import SmtpSession, send
from teczka.remote.smtp.send import Patience
from teczka.remote.wire import Wire
from teczka.store.leases import Leases
from teczka.store.models import Account, Outgoing, Recipient, User
from teczka.store.viewer import as_user
from tests.faults.lives import Points, has_died, in_a_child, taken
from tests.faults.mailserver import MailServer
from tests.outgoing import JAN, OLA, written

BREVITY = Patience(command=0.4, end=0.4)
AGAIN = timedelta(milliseconds=50)  # between tries
SHARE = 0.34  # of the sessions that go wrong
BATCH = 50  # crashes
ROUNDS = 200  # of lives without a crash, until nothing is left to do


@dataclass
class Found:
    """What became of the messages. The first three have to be 0."""

    doubled: int = 0  # taken twice for one recipient
    lost: int = 0  # said to be sent, and not taken
    untrue: int = 0  # said to have failed, and taken; or still on its way at the end
    messages: int = 0
    states: Counter[str] = field(default_factory=Counter)
    arrived: int = 0  # of the uncertain ones

    @property
    def whole(self) -> bool:
        return not (self.doubled or self.lost or self.untrue)


def judge(owner: User, took: Counter[tuple[str, str]]) -> Found:
    """The rows beside what the server has."""
    found = Found(doubled=sum(count > 1 for count in took.values()))
    with as_user(owner.pk):
        rows = list(Outgoing.objects.filter(owner=owner))
        people = list(Recipient.objects.filter(outgoing__in=rows))
    for row in rows:
        found.messages += 1
        found.states[row.state] += 1
        theirs = [person for person in people if person.outgoing_id == row.pk]
        arrived = {person.address for person in theirs if took[row.message_id, person.address]}
        accepted = {person.address for person in theirs if person.state == Delivery.ACCEPTED}
        found.lost += len(accepted - arrived)
        found.arrived += row.state == State.UNCERTAIN and bool(arrived)
        if row.state == State.SENT:
            found.untrue += bool(arrived - accepted)
        elif row.state != State.UNCERTAIN:
            known = {State.DRAFT, State.FAILED}
            found.untrue += row.state not in known or any(name == row.message_id for name, _ in took)
    return found


@contextmanager
def hurried() -> Iterator[None]:
    """No undo to wait for, short tries, short pauses."""
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(outbox, "held_for", return_value=timedelta()))
        stack.enter_context(mock.patch.object(sending, "send", partial(send, patience=BREVITY)))
        connect = partial(SmtpSession.connect, timeout=BREVITY.command)
        stack.enter_context(mock.patch.object(SmtpSession, "connect", connect))
        stack.enter_context(mock.patch.object(sending, "pause", return_value=AGAIN))
        yield


@contextmanager
def on_the_wire(points: Points) -> Iterator[None]:
    """Saying and hearing are points, too: before, and after."""

    def around(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any) -> Any:
            points.reach(f"before {name}")
            done = call(*given)
            points.reach(f"after {name}")
            return done

        return counted

    with ExitStack() as stack:
        for name in ("send", "receive"):
            stack.enter_context(mock.patch.object(Wire, name, around(name, getattr(Wire, name))))
        yield


def live(account: Account, draft: Outgoing | None, points: Points) -> None:
    """One life: somebody presses "send", then the keeper does what is due."""
    leases = Leases(sharing=False)
    try:
        lease = taken(leases, account.pk)
        with hurried(), points.installed(), on_the_wire(points):
            if draft is not None:
                outbox.send(account.owner, draft.public_id, draft.revision)
            sending.Sending(account.pk, account.owner_id, lease).run()
    finally:
        leases.close()
        connection.close()


def dies(account: Account, draft: Outgoing, at: int) -> bool:
    """Live in a child that dies at this point. False where it came to its end before."""
    return has_died(in_a_child(lambda: live(account, draft, Points(at))))


def crash(account: Account, server: MailServer, crashes: int, seed: int) -> Counter[str]:
    """Die so often, each time with a message more; then live until nothing is left to do. How many lives, and points in a whole one."""
    random, told = Random(seed), Counter[str]()
    points = Points()
    live(account, written(account), points)
    told["points"] = points.count
    draft = written(account)
    while told["crashes"] < crashes:
        if not _unsent(draft):
            draft = written(account, *random.choice(((JAN,), (JAN, OLA))))
        told["lives"] += 1
        told["crashes"] += dies(account, draft, random.randint(1, points.count))
        if told["crashes"] % BATCH == 0:
            _look_away(account)
    server.behave()
    _finish(account)
    return told


def _look_away(account: Account) -> None:
    """From what is uncertain so far, as its owner may: looking for hundreds of them would be most of each life."""
    with as_user(account.owner_id):
        Outgoing.objects.filter(account=account, state=State.UNCERTAIN).update(discarded_at=timezone.now())


def _unsent(draft: Outgoing) -> bool:
    with as_user(draft.owner_id):
        return Outgoing.objects.filter(pk=draft.pk, state=State.DRAFT).exists()


def _finish(account: Account) -> None:
    for _ in range(ROUNDS):
        live(account, None, Points())
        with as_user(account.owner_id):
            left = Outgoing.objects.filter(account=account, state__in=[State.HELD, State.QUEUED, State.SENDING])
            if not left.exists():
                return
    raise AssertionError("there is always something left to send")
