"""Messages on their way out. Each step is a compare-and-set within its caller's transaction, and a line of the message's own log.

What the keeper does is fenced by its lease, so a worker that was believed dead can neither begin a try nor tell of one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import F, Min, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from teczka.core.delivery import Outcome, Verdict
from teczka.core.errors import Problem, Trouble
from teczka.core.outgoing import LATE, Delivery, State, before
from teczka.store import events
from teczka.store.leases import Lease, fence
from teczka.store.models import Account, Outgoing, OutgoingEvent, Recipient
from teczka.store.viewer import as_user

NAMED = 5  # of those who were refused

_DELIVERED = {
    Verdict.ACCEPTED: Delivery.ACCEPTED,
    Verdict.REFUSED: Delivery.REFUSED,
    Verdict.LATER: Delivery.LATER,
}


def step(row: Outgoing, to: State, *, trying: UUID | None = None, **columns: Any) -> bool:
    """False where it is no longer what `to` may follow, or not in this try. `row` is as it became."""
    found = Outgoing.objects.filter(pk=row.pk, state__in=before(to))
    if trying:
        found = found.filter(attempt=trying)
    if not found.update(state=to, updated_at=timezone.now(), **columns):
        return False
    for name, value in {"state": to, **columns}.items():
        setattr(row, name, value)
    return True


def in_try(row: Outgoing) -> bool:
    """Whether what became of this try still matters; then the row is locked. Whoever made the try alone can know, so its id is the fence:
    after the lease's next holder has called the message uncertain, this is the better word. False where its owner has decided meanwhile."""
    found = Outgoing.objects.select_for_update().filter(pk=row.pk, attempt=row.attempt)
    return found.filter(state__in=[State.SENDING, State.UNCERTAIN]).exists()


def note(row: Outgoing, what: str, **params: object) -> None:
    OutgoingEvent.objects.create(outgoing=row, owner_id=row.owner_id, what=what, params=params)


def trouble_columns(problem: Problem | None) -> dict[str, Any]:
    if problem is None:
        return {"trouble": "", "trouble_params": {}, "trouble_detail": ""}
    return {"trouble": problem.trouble, "trouble_params": problem.params, "trouble_detail": problem.detail}


def deleted(account: Account) -> Problem:
    """Why nothing leaves it any more."""
    return Problem(Trouble.SENDING_DELETED, account=account.provider_name)


class Outbox:
    """Of one account, for whoever holds its lease. Every method may raise LeaseLost."""

    def __init__(self, account: Account, lease: Lease) -> None:
        self._account = account
        self._lease = lease

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction of the lease's holder, as the owner."""
        with as_user(self._account.owner_id):
            fence(self._account.pk, self._lease.epoch)
            yield

    def recover(self) -> int:
        """At the beginning of a lease: who was sending then is no more, and what became of it nobody knows."""
        with self.writing():
            rows = list(self._rows(State.SENDING).select_for_update())
            for row in rows:
                unknown = Problem(Trouble.SENDING_UNCERTAIN, host=self._account.smtp_host, reason="killed")
                step(row, State.UNCERTAIN, **trouble_columns(unknown))
                note(row, State.UNCERTAIN, reason="killed")
            self._tell(bool(rows))
        return len(rows)

    def release(self, now: datetime) -> int:
        """What was held for its undo, or until its hour, is due. Of what should have gone long ago (its writer was shut out, the account
        paused, the machine off) they are asked."""
        with self.writing():
            rows = list(self._rows(State.HELD).filter(send_at__lte=now).select_for_update())
            for row in rows:
                if row.send_at and now - row.send_at > LATE:
                    self._ask(row)
                else:
                    step(row, State.QUEUED, next_try_at=row.send_at)
                    note(row, State.QUEUED)
            self._tell(bool(rows))
        return len(rows)

    def take(self, now: datetime) -> Outgoing | None:
        """The next that is due, as a new try; committed before anybody is called. What has waited for its try for long is asked about."""
        with self.writing():
            due = self._rows(State.QUEUED).filter(next_try_at__lte=now).order_by("next_try_at", "id")
            while row := due.select_for_update().first():
                if not row.next_try_at or now - row.next_try_at <= LATE or reached(row):
                    break
                self._ask(row)
            if row is None:
                return None
            step(row, State.SENDING, attempt=uuid4(), attempt_at=now, tries=row.tries + 1)
            note(row, State.SENDING, attempt=str(row.attempt), number=row.tries)
            self._tell(True)
        return row

    def _ask(self, row: Outgoing) -> None:
        """Whether it shall still go."""
        step(row, State.FAILED, **trouble_columns(Problem(Trouble.SENDING_LATE)))
        note(row, "missed")
        self._tell(True)

    def next_at(self) -> datetime | None:
        """When there will be something to do."""
        with self.writing():
            waiting = self._rows(State.HELD, State.QUEUED)
            told = waiting.aggregate(first=Min(Coalesce(F("next_try_at"), F("send_at"))))
        first = told["first"]
        return first if isinstance(first, datetime) else None

    def _rows(self, *states: State) -> QuerySet[Outgoing]:
        return Outgoing.objects.filter(account=self._account, state__in=states)

    def _tell(self, changed: bool) -> None:
        if changed:
            events.changed([self._account.owner.public_id], self._account.public_id, [])


def unserved(row: Outgoing) -> list[Recipient]:
    """Whom the next try is for: neither who has it already, nor who refused it."""
    left = Recipient.objects.filter(outgoing=row, state__in=[Delivery.PENDING, Delivery.LATER])
    return list(left.order_by("id"))


def reached(row: Outgoing) -> bool:
    """Whether a server has taken it for somebody."""
    return Recipient.objects.filter(outgoing=row, state=Delivery.ACCEPTED).exists()


def give_rest_up(row: Outgoing) -> None:
    """It goes to nobody any more: who was put off until later, or is still to be asked about, has not got it as far as anybody knows."""
    unsettled = Recipient.objects.filter(outgoing=row, state__in=[Delivery.LATER, Delivery.PENDING])
    unsettled.update(state=Delivery.REFUSED)


def tell_refused(row: Outgoing) -> None:
    """Of one that was sent: whom it did not reach is its trouble, until its writer has taken note. No letter of a server's tells them: it
    said so while it was spoken to."""
    refused = Recipient.objects.filter(outgoing=row, state=Delivery.REFUSED).order_by("id")
    people = list(refused.values_list("address", "said"))
    if people:
        who = ", ".join(address for address, _ in people[:NAMED]) + ("…" if people[NAMED:] else "")
        told = Problem(Trouble.SENDING_PARTLY, address=who, detail="" if people[1:] else people[0][1])
        Outgoing.objects.filter(pk=row.pk).update(**trouble_columns(told))


def record(row: Outgoing, outcome: Outcome) -> list[Delivery]:
    """Each recipient's answer, where it is the last word of a try. Who was accepted in a try whose end is unknown waits again."""
    everybody = list(Recipient.objects.filter(outgoing=row).order_by("id"))
    for person in everybody:
        answer = outcome.answers.get(person.address)
        if not answer or person.state not in {Delivery.PENDING, Delivery.LATER}:
            continue
        if answer.verdict is Verdict.ACCEPTED and outcome.verdict is not Verdict.ACCEPTED:
            person.state, person.code, person.said = Delivery.PENDING, None, ""
        else:
            person.state, person.code, person.said = _DELIVERED[answer.verdict], answer.code, answer.said
        person.save(update_fields=["state", "code", "said"])
    return [Delivery(person.state) for person in everybody]
