"""Drafts among the account's drafts on its server, so that another program and another device have them, too."""

from dataclasses import replace
from uuid import UUID, uuid4

from django.utils import timezone

from teczka.actions.building import pack
from teczka.actions.letters import letter_of
from teczka.core.accounts import Mode, Protocol
from teczka.core.acts import Kind
from teczka.core.errors import Problem
from teczka.core.folders import FolderRole
from teczka.core.outgoing import State
from teczka.core.recipients import Mailbox
from teczka.mime.compose import Letter, build
from teczka.mime.recipients import wire
from teczka.store import acts, events
from teczka.store.blobs import blobs
from teczka.store.drafts import append_draft, remove_draft
from teczka.store.headline import Headline, to_line
from teczka.store.models import Account, Folder, Operation, Outgoing, Pack, User
from teczka.store.packs.format import Entry, key
from teczka.store.packs.writer import Pack as Packed
from teczka.store.viewer import as_user


def keep_draft(actor: User, public_id: UUID) -> None:
    """Nothing where it lies there as it is, and where nothing is ever changed on the server: then it is kept here alone. So is what cannot
    be built as it stands, a file of it being gone: whoever sends it is told."""
    with as_user(actor.pk):
        row = _kept(actor, public_id)
        folder = _folder(row.account) if row else None
    if row is None or folder is None:
        return
    try:
        packed = pack(build(_sayable(letter_of(actor, row, row.updated_at))))
    except Problem:
        return
    entry = packed.entries[0]
    try:
        with as_user(actor.pk):
            elsewhere = _elsewhere(row)
            acts.lock([row.account_id, *(account.pk for account in elsewhere)])
            now = _kept(actor, public_id)
            if now is None or now.revision != row.revision or bytes(now.draft_sha256 or b"") == entry.sha256:
                raise _Needless
            for account in elsewhere:
                remove_draft(account, row.message_id)
                events.ask_replay(account.pk)
            _append(row, folder, packed, entry)
    except _Needless:
        blobs().delete(key(packed.id))


def remove_kept(actor: User, public_id: UUID) -> None:
    """It was thrown away: our versions go from the server, too."""
    with as_user(actor.pk):
        row = Outgoing.objects.select_related("account").filter(owner=actor, public_id=public_id).first()
        if row is None or row.draft_sha256 is None:
            return
        acts.lock([row.account_id])
        remove_draft(row.account, row.message_id)
        Outgoing.objects.filter(pk=row.pk).update(draft_sha256=None)
        events.ask_replay(row.account_id)
        events.changed([actor.public_id], row.account.public_id, [])


class _Needless(Exception):
    """It lies there already, or is no draft any more."""


def _kept(actor: User, public_id: UUID) -> Outgoing | None:
    drafts = Outgoing.objects.select_related("account", "account__owner").filter(owner=actor, public_id=public_id)
    return drafts.filter(state=State.DRAFT, discarded_at=None, revision__gt=0).first()


def _folder(account: Account) -> Folder | None:
    if account.rests or account.mode != Mode.MANAGED or account.protocol != Protocol.IMAP:
        return None
    return Folder.objects.filter(account=account, role=FolderRole.DRAFTS, gone_at=None, selectable=True).first()


def _elsewhere(row: Outgoing) -> list[Account]:
    """Accounts in whose name it was written before."""
    appended = Operation.objects.filter(owner=row.owner_id, kind=Kind.APPEND, message__message_id=row.message_id)
    others = appended.exclude(account=row.account_id).values("account")
    return list(Account.objects.select_related("owner").filter(pk__in=others, deleted_at=None))


def _sayable(letter: Letter) -> Letter:
    """Without what is no address yet: a draft may be kept half written."""
    to, cc, bcc = ([one for one in line if _spelled(one)] for line in (letter.to, letter.cc, letter.bcc))
    return replace(letter, to=to, cc=cc, bcc=bcc)


def _spelled(person: Mailbox) -> bool:
    try:
        wire(person.address)
    except Problem:
        return False
    return True


def _append(row: Outgoing, folder: Folder, packed: Packed, entry: Entry) -> None:
    owner = {"office_id": row.office_id, "owner_id": row.owner_id}
    Pack.objects.create(id=packed.id, account_id=row.account_id, size=packed.size, **owner)
    people = [Mailbox(name, address) for name, address in row.recipients.get("to", [])]
    headline = Headline(row.subject, row.from_name, row.from_address, to_line(people), row.updated_at, row.message_id)
    arriving = {
        "sha256": entry.sha256,
        "size": entry.raw_length,
        "internaldate": timezone.now(),
        "public_id": uuid4(),
        "pack": packed.id,
        "pack_offset": entry.offset,
        "pack_length": entry.length,
        "codec": int(entry.codec),
        **headline._asdict(),
    }
    append_draft(row.account, folder, arriving)
    Outgoing.objects.filter(pk=row.pk).update(draft_sha256=entry.sha256)
    events.ask_replay(row.account_id)
    events.changed([row.account.owner.public_id], row.account.public_id, [folder.public_id], unread=True)
