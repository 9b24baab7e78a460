"""What follows once a message was sent, or may have been: our own copy, the mark on what it answers, and the look into Sent."""

from datetime import timedelta

from django.utils import timezone

from teczka.actions import audit
from teczka.actions.acting import folder_for
from teczka.core import providers
from teczka.core.accounts import Protocol
from teczka.core.audit import Verb
from teczka.core.folders import FolderRole
from teczka.core.outgoing import Delivery, Origin, State
from teczka.core.providers import SaveSent
from teczka.store import acts, events
from teczka.store.drafts import remove_draft
from teczka.store.models import Account, Message, Outgoing, Placement, Recipient
from teczka.store.outgoing import give_rest_up, note, reached, step, tell_refused, trouble_columns
from teczka.store.sent import append_copy, filed, keep_copy, spare_copies, waiting_copies
from teczka.store.viewer import as_user

# Before our copy is appended where the provider may file its own: how long that takes at most.
PATIENCE = timedelta(seconds=60)
# Seconds between two looks for what the server may file.
SOON = 15.0
LATER = 900.0
FRESH = timedelta(minutes=15)

_MARKS = {
    Origin.REPLY: "\\Answered",  # RFC 3501 §2.3.2
    Origin.REPLY_ALL: "\\Answered",
    Origin.FORWARD: "$Forwarded",  # RFC 5788
    Origin.FORWARD_ATTACHED: "$Forwarded",
}


def accounts_of(account: Account, *rows: Outgoing) -> list[int]:
    """What has to be locked for saying that these were sent: the messages that they answer may lie in other accounts."""
    answered = [row.answers_id for row in rows if row.answers_id]
    others = Message.objects.filter(pk__in=answered).values_list("account_id", flat=True) if answered else ()
    return sorted({account.pk, *others})


def was_sent(account: Account, row: Outgoing) -> None:
    """In the transaction that says so, under `acts.lock`."""
    _file_copy(account, row)
    arrived(account, row)
    events.ask_keeper(account.pk)


def arrived(account: Account, row: Outgoing) -> None:
    """Under `acts.lock`, however it became known: what was answered is marked so, and no draft of it is left on the server."""
    _mark_answered(row)
    remove_draft(account, row.message_id)


def follow(account: Account) -> float | None:
    """Uncertain messages that lie in Sent were sent; our copies of what the server has filed itself are not needed. In how many seconds
    to look again; None: nothing is waited for.

    One that an earlier try brought to some of its recipients lies there for their sake: that tells nothing of the others."""
    with as_user(account.owner_id):
        uncertain = list(Outgoing.objects.filter(account=account, state=State.UNCERTAIN, discarded_at=None))
        waiting = waiting_copies(account.pk)
        if not uncertain and not waiting:
            return None
        acts.lock(accounts_of(account, *uncertain))
        left = []
        found = filed(account.pk, [row.message_id for row in uncertain if not reached(row)])
        for row in uncertain:
            if row.message_id in found and step(row, State.SENT, sent_at=row.attempt_at, **trouble_columns(None)):
                _found(account, row)
                left.append(row.public_id)
        changed = spare_copies(account.pk)
        if found or changed:
            events.changed([account.owner.public_id], account.public_id, [])
        audit.note_each(account.owner, Verb.SEND, left)
    fresh = any(row.attempt_at and timezone.now() - row.attempt_at < FRESH for row in uncertain)
    return SOON if fresh or waiting else LATER


def _found(account: Account, row: Outgoing) -> None:
    Recipient.objects.filter(outgoing=row, state=Delivery.PENDING).update(state=Delivery.ACCEPTED)
    give_rest_up(row)
    tell_refused(row)
    note(row, "found")
    arrived(account, row)


def _file_copy(account: Account, row: Outgoing) -> None:
    provider = providers.by_id(account.provider) or providers.by_server(account.smtp_host)
    rule = provider.save_sent if provider else SaveSent.UNKNOWN
    if account.protocol == Protocol.IMAP and rule is SaveSent.SERVER:
        return  # the next pass brings it
    if not account.managed:
        keep_copy(row, account)
        return
    folder = folder_for(account.owner, None, account, FolderRole.SENT)
    append_copy(row, account, folder, PATIENCE if rule is SaveSent.UNKNOWN else timedelta(0))


def _mark_answered(row: Outgoing) -> None:
    mark = _MARKS.get(Origin(row.kind))
    if not mark or not row.answers_id:
        return
    places = Placement.objects.filter(message=row.answers_id, gone_at=None).exclude(folder__role=FolderRole.ALL)
    chosen = acts.Chosen(placements=list(places.values_list("pk", flat=True)))
    if acts.flag(row.owner_id, None, chosen, mark, value=True).count:
        account = places.values_list("folder__account", flat=True).first()
        if account:
            events.ask_keeper(account)
