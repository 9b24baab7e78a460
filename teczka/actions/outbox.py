"""Sending, as the writer of a letter does it: send, take back, try again, say what became of it. The keeper does the rest (sending.py)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from teczka.actions import audit
from teczka.actions.building import people_of, put_together, told_limit
from teczka.actions.drafts import Changed, draft_for
from teczka.actions.packs import let_go
from teczka.actions.sent import accounts_of, was_sent
from teczka.core import providers
from teczka.core.audit import Verb
from teczka.core.drafts import MOST_RECIPIENTS
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.outgoing import Delivery, Line, State, held_for
from teczka.mime.recipients import wire
from teczka.store import events
from teczka.store.acts import lock
from teczka.store.blobs import blobs
from teczka.store.compaction import retire
from teczka.store.models import Account, Enclosure, Outgoing, Pack, Recipient, User
from teczka.store.outgoing import deleted, give_rest_up, note, reached, step, tell_refused, trouble_columns
from teczka.store.packs.format import key
from teczka.store.packs.writer import Pack as Packed
from teczka.store.viewer import as_user

MEGABYTE = 1_000_000


def send(actor: User, public_id: UUID, revision: int, when: datetime | None = None) -> Outgoing:
    """Hold it, for its undo or until `when`; built now, checked, durable. Raises Changed where the draft is not that revision any longer,
    NotAllowed, and Problem for whatever can be known of it before it leaves."""
    row, account = _draft(actor, public_id, revision)
    count = sum(len(row.recipients.get(line, [])) for line in Line)
    if not count:
        raise Problem(Trouble.SENDING_NOBODY)
    if count > MOST_RECIPIENTS:
        raise Problem(Trouble.SENDING_CROWD, count=count, most=MOST_RECIPIENTS)
    if not account.smtp_host:
        raise Problem(Trouble.SENDING_NO_SERVER)
    now = timezone.now()
    files = _files(actor, row)
    packed = put_together(actor, row, account, when or now)
    try:
        return _hold(actor, row, files, packed, when or now + held_for(actor.undo_seconds))
    except (Changed, NotAllowed, Problem):
        blobs().delete(key(packed.id))
        raise


def cancel(actor: User, public_id: UUID) -> Outgoing:
    """Back to a draft, what has reached nobody. Raises Problem(SENDING_TOO_LATE), NotAllowed."""
    with _mine(actor, public_id) as row:
        if reached(row):  # as a draft it would go to them once more
            raise Problem(Trouble.SENDING_TOO_LATE)
        pack = row.pack_id
        Recipient.objects.filter(outgoing=row).delete()
        nothing = dict.fromkeys(
            ("pack", "pack_offset", "pack_length", "pack_codec", "sha256", "size", "send_at", "next_try_at")
        )
        if not step(row, State.DRAFT, tries=0, **nothing, **trouble_columns(None)):
            raise Problem(Trouble.SENDING_TOO_LATE)
        note(row, State.DRAFT)
        if pack:
            retire([pack])
    if pack:
        let_go([pack])
    return row


def retry(actor: User, public_id: UUID) -> Outgoing:
    """What failed, or perhaps never left: once more, at once, and the same bytes. Raises Problem(SENDING_TOO_LATE), NotAllowed."""
    with _mine(actor, public_id) as row:
        if row.state not in {State.FAILED, State.UNCERTAIN}:  # pressed twice, the second comes while it is being sent
            raise Problem(Trouble.SENDING_TOO_LATE)
        _speaks(row, paused=True)
        now = timezone.now()
        if not step(row, State.QUEUED, send_at=now, next_try_at=now, tries=0, **trouble_columns(None)):
            raise Problem(Trouble.SENDING_TOO_LATE)
        Recipient.objects.filter(outgoing=row, state=Delivery.REFUSED).update(
            state=Delivery.PENDING, code=None, said=""
        )
        note(row, "again")
        events.ask_sender(row.account_id)
    return row


def settle(actor: User, public_id: UUID) -> Outgoing:
    """Its owner knows that it arrived. Raises Problem(SENDING_TOO_LATE), NotAllowed."""
    with _locked(actor, public_id) as row:
        if row.state != State.UNCERTAIN:
            raise Problem(Trouble.SENDING_TOO_LATE)
        Recipient.objects.filter(outgoing=row, state=Delivery.PENDING).update(state=Delivery.ACCEPTED)
        give_rest_up(row)
        _leave_as_sent(row, "arrived")
        audit.note(actor, Verb.SEND, [row.public_id])
    return row


def give_up(actor: User, public_id: UUID) -> Outgoing:
    """It is not sent again, and shown no longer; what has reached somebody was sent, to nobody else. Raises Problem(SENDING_TOO_LATE),
    NotAllowed."""
    with _locked(actor, public_id) as row:
        audit.note_each(actor, Verb.SEND, _give_up(row))
    return row


def acknowledge(actor: User, public_id: UUID) -> Outgoing:
    """Its writer knows whom it did not reach. Raises Problem(SENDING_TOO_LATE), NotAllowed."""
    with _mine(actor, public_id) as row:
        _acknowledge(row)
    return row


def send_rest(actor: User, public_id: UUID) -> Outgoing:
    """A draft of the same letter to those alone whom it did not reach; of this one they have decided with it. For what was sent to others,
    and for what perhaps never left an account that is deleted. Raises Problem(SENDING_TOO_LATE), NotAllowed."""
    with _locked(actor, public_id) as row:
        people = Recipient.objects.filter(outgoing=row)
        left: list[UUID] = []
        if row.state == State.UNCERTAIN and row.account.deleted_at:
            missed = set(people.exclude(state=Delivery.ACCEPTED).values_list("address", flat=True))
            left = _give_up(row)
            Outgoing.objects.filter(pk=row.pk).update(**trouble_columns(None))
        else:
            missed = set(people.filter(state=Delivery.REFUSED).values_list("address", flat=True))
            _acknowledge(row)
        lines = {line: [one for one in told if wire(one[1]) in missed] for line, told in row.recipients.items()}
        draft = draft_for(row, lines)
        audit.note_each(actor, Verb.SEND, left)
        return draft


def stop(account: Account) -> list[UUID]:
    """It is deleted: of what waits to leave it, its writer is asked. Whoever is just sending tells the end yet. In the owner's transaction,
    under `acts.lock` of all their accounts. Returns what was sent with it, for the register, which comes last."""
    left = []
    waiting = [State.HELD, State.QUEUED, State.SENDING]
    for row in Outgoing.objects.filter(account=account, state__in=waiting).select_for_update().order_by("id"):
        if row.state == State.SENDING:
            unknown = Problem(Trouble.SENDING_UNCERTAIN, host=account.smtp_host, reason="deleted")
            step(row, State.UNCERTAIN, **trouble_columns(unknown))
            note(row, State.UNCERTAIN, reason="deleted")
        elif reached(row):
            give_rest_up(row)
            _leave_as_sent(row, "stopped")
            left.append(row.public_id)
        else:
            step(row, State.FAILED, **trouble_columns(deleted(account)))
            note(row, "stopped")
    return left


def _give_up(row: Outgoing) -> list[UUID]:
    """Itself, where it was sent with that, for the register."""
    if reached(row) and row.state in {State.QUEUED, State.UNCERTAIN}:
        _leave_as_sent(row, State.CANCELLED)
        return [row.public_id]
    if not step(row, State.CANCELLED):
        raise Problem(Trouble.SENDING_TOO_LATE)
    note(row, State.CANCELLED)
    return []


def _acknowledge(row: Outgoing) -> None:
    if not Outgoing.objects.filter(pk=row.pk, state=State.SENT).exclude(trouble="").update(**trouble_columns(None)):
        raise Problem(Trouble.SENDING_TOO_LATE)
    note(row, "acknowledged")


def _leave_as_sent(row: Outgoing, what: str) -> None:
    """Whom its writer gives up just now, they know of."""
    step(row, State.SENT, sent_at=row.attempt_at, **trouble_columns(None))
    tell_refused(row)
    give_rest_up(row)
    note(row, what)
    was_sent(row.account, row)
    events.ask_sender(row.account_id)  # the server may have filed a copy of its own


def size_limit(actor: User, account_id: UUID) -> int:
    """Bytes of the largest message that the account's server takes, as it told when it was spoken to last; else what its provider is
    known for; 0: nobody knows. Nobody is called. Raises NotAllowed."""
    account = _account(actor, account_id)
    provider = providers.by_id(account.provider)
    return told_limit(account) or (provider.limits.get("message_mb", 0) * MEGABYTE if provider else 0)


def _account(actor: User, public_id: UUID) -> Account:
    with as_user(actor.pk):
        account = Account.objects.filter(owner=actor, public_id=public_id, deleted_at=None).first()
    if account is None:
        raise NotAllowed
    return account


def _draft(actor: User, public_id: UUID, revision: int) -> tuple[Outgoing, Account]:
    with as_user(actor.pk):
        row = Outgoing.objects.select_related("account").filter(owner=actor, public_id=public_id).first()
    if row is None:
        raise NotAllowed
    if row.state != State.DRAFT or row.revision != revision:
        raise Changed
    if row.account.rests:
        raise Problem(Trouble.ACCOUNT_RESTS)
    return row, row.account


def _files(actor: User, row: Outgoing) -> list[tuple[int, bool]]:
    """No save tells of them: what was attached in another window while the letter was built would not be in it."""
    with as_user(actor.pk):
        return list(Enclosure.objects.filter(outgoing=row).order_by("id").values_list("id", "inline"))


def _hold(actor: User, row: Outgoing, files: list[tuple[int, bool]], packed: Packed, when: datetime) -> Outgoing:
    entry = packed.entries[0]
    with _mine(actor, row.public_id) as now:
        if now.revision != row.revision or now.state != State.DRAFT or files != _files(actor, now):
            raise Changed
        _speaks(now)
        Pack.objects.create(
            id=packed.id, office_id=row.office_id, owner_id=row.owner_id, account_id=row.account_id, size=packed.size
        )
        step(
            now,
            State.HELD,
            send_at=when,
            next_try_at=None,
            discarded_at=None,
            pack_id=packed.id,
            pack_offset=entry.offset,
            pack_length=entry.length,
            pack_codec=entry.codec,
            sha256=entry.sha256,
            size=entry.raw_length,
        )
        Recipient.objects.bulk_create(
            Recipient(outgoing=now, owner_id=now.owner_id, kind=line, name=name, address=address)
            for line, name, address in people_of(now)
        )
        note(now, State.HELD, until=when.isoformat())
        events.ask_sender(now.account_id)
    return now


def _speaks(row: Outgoing, *, paused: bool = False) -> None:
    """Until the transaction ends its account is not deleted. `paused`: that is no hindrance. Raises Problem(ACCOUNT_RESTS)."""
    account = Account.objects.select_for_update(no_key=True).get(pk=row.account_id)
    if account.deleted_at or (account.rests and not paused):
        raise Problem(Trouble.ACCOUNT_RESTS)


@contextmanager
def _locked(actor: User, public_id: UUID) -> Iterator[Outgoing]:
    """As `_mine`, and what follows a letter that was sent may be written: its accounts before the row itself, as the keeper does."""
    with as_user(actor.pk), transaction.atomic():
        for row in Outgoing.objects.select_related("account").filter(owner=actor, public_id=public_id):
            lock(accounts_of(row.account, row))
        with _mine(actor, public_id) as row:
            yield row


@contextmanager
def _mine(actor: User, public_id: UUID) -> Iterator[Outgoing]:
    """Locked until the transaction ends; what changes is told. Raises NotAllowed."""
    with as_user(actor.pk), transaction.atomic():
        found = Outgoing.objects.select_for_update(of=("self",)).select_related("account__owner")
        row = found.filter(owner=actor, public_id=public_id).first()
        if row is None:
            raise NotAllowed
        yield row
        events.changed([actor.public_id], row.account.public_id, [])
