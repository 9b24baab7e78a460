"""Files that go with a letter: sent up by its writer, or taken from another message."""

import tempfile
from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from teczka.actions.letters import letter_of
from teczka.actions.packs import let_go
from teczka.actions.receiving import MEGABYTE, received, thrown_away
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.outgoing import State
from teczka.mime.archive import new_password, write
from teczka.mime.transmitted import without_bcc
from teczka.store.blobs import blobs
from teczka.store.compaction import retire
from teczka.store.models import Enclosure, Outgoing, Pack, User
from teczka.store.packs.writer import Pack as Packed
from teczka.store.queries.messages import MessageText, PartLine, message_part, message_text
from teczka.store.queries.raw import part_pieces, raw_pieces
from teczka.store.viewer import as_user

MOST_BYTES = 200_000_000  # of one file: more than any provider's server takes
KEPT_DAYS = 7  # what was thrown away can be taken up again meanwhile
FORGOTTEN_AT_ONCE = 1_000


def attach(
    actor: User, draft: UUID, name: str, content_type: str, pieces: Iterable[bytes], content_id: str = ""
) -> Enclosure:
    """The file is durable when this returns; it was never held whole. `content_id`: of a picture in the letter.

    Raises Problem(UPLOAD_LARGE, DISK_FULL), NotAllowed.
    """
    _open_draft(actor, draft)
    packed = received(name, pieces, MOST_BYTES)
    try:
        return _enclose(actor, draft, name, content_type, packed, content_id)
    except NotAllowed:  # it was sent, or thrown away, while the file came
        thrown_away(packed)
        raise


def _enclose(actor: User, draft: UUID, name: str, content_type: str, packed: Packed, content_id: str) -> Enclosure:
    entry = packed.entries[0]
    with as_user(actor.pk), transaction.atomic():
        row = _open_draft(actor, draft, lock=True)
        owner = {"office_id": actor.office_id, "owner_id": actor.pk}
        pack = Pack.objects.create(id=packed.id, account_id=row.account_id, size=packed.size, **owner)
        return Enclosure.objects.create(
            outgoing=row,
            position=_next(row),
            name=name,
            content_type=content_type,
            size=entry.raw_length,
            sha256=entry.sha256,
            content_id=content_id,
            inline=bool(content_id),
            pack=pack,
            pack_offset=entry.offset,
            pack_length=entry.length,
            pack_codec=entry.codec,
            **owner,
        )


def attach_part(actor: User, draft: UUID, message: UUID, path: str) -> None:
    """A file of another message that the actor sees; an empty path: the message itself. Raises NotAllowed."""
    text = message_text(actor, message)
    part = message_part(actor, message, path) if path else None
    if text is None or (path and part is None):
        raise NotAllowed
    enclose(actor, draft, text, part)


def enclose(actor: User, draft: UUID, text: MessageText, part: PartLine | None, content_id: str = "") -> None:
    """A part of a message, or the whole of it. It stays where it lies; of a message that was shared with the actor it is copied, as the
    letter is the actor's own, also when the message is shared no longer."""
    name = part.name if part else f"{text.subject or 'message'}.eml"
    content_type = part.content_type if part else "message/rfc822"
    if not text.owned:
        pieces = part_pieces(text, part) if part else without_bcc(raw_pieces(text))
        attach(actor, draft, name, content_type, pieces, content_id)
        return
    with as_user(actor.pk), transaction.atomic():
        row = _open_draft(actor, draft, lock=True)
        Enclosure.objects.create(
            office_id=actor.office_id,
            owner=actor,
            outgoing=row,
            position=_next(row),
            name=name,
            content_type=content_type,
            size=part.size if part else text.size,
            content_id=content_id,
            inline=bool(content_id),
            message_id=text.id,
            path=part.path if part else "",
        )


def drop_file(actor: User, draft: UUID, file: UUID) -> None:
    """Its bytes go with it, unless a copy of the draft has them, too. Raises NotAllowed."""
    with as_user(actor.pk), transaction.atomic():
        row = _file(actor, draft, file)
        pack = row.pack_id
        row.delete()
        if pack and not Enclosure.objects.filter(pack=pack).exists():
            retire([pack])
            transaction.on_commit(lambda: let_go([pack]))


def forget_drafts() -> int:
    """Everybody's: what was thrown away long ago, or never written in, and files of letters that have gone. Returns how many files went."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pack_id FROM teczka_forget_drafts(%s, %s)", [KEPT_DAYS, FORGOTTEN_AT_ONCE])
        packs = [pack for (pack,) in cursor]
    let_go(packs)
    return len(packs)


def _file(actor: User, draft: UUID, file: UUID) -> Enclosure:
    row = _open_draft(actor, draft, lock=True)
    found = Enclosure.objects.filter(outgoing=row, public_id=file).first()
    if found is None:
        raise NotAllowed
    return found


def _open_draft(actor: User, draft: UUID, *, lock: bool = False) -> Outgoing:
    with as_user(actor.pk):
        found = Outgoing.objects.select_for_update() if lock else Outgoing.objects.all()
        row = found.filter(owner=actor, public_id=draft, state=State.DRAFT).first()
    if row is None:
        raise NotAllowed
    return row


def _next(row: Outgoing) -> int:
    last = Enclosure.objects.filter(outgoing=row).aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1


def zip_files(actor: User, draft: UUID, name: str) -> str:
    """All files beside the letter become one encrypted ZIP (AES-256); its password is told here and kept nowhere.

    Raises Problem(UPLOAD_LARGE, UPLOAD_NONE), NotAllowed.
    """
    row = _open_draft(actor, draft)
    with as_user(actor.pk):  # what is attached while the archive is made stays beside it
        before = list(Enclosure.objects.filter(outgoing=row, inline=False).values_list("public_id", flat=True))
    files = [file for file in letter_of(actor, row, timezone.now()).attachments if not file.inline]
    if not files:
        raise Problem(Trouble.UPLOAD_NONE)
    password = new_password()
    with tempfile.TemporaryFile(dir=blobs().incoming) as archive:
        write(archive, files, password)
        archive.seek(0)
        attach(actor, draft, f"{name}.zip", "application/zip", iter(lambda: archive.read(MEGABYTE), b""))
    for file in before:
        drop_file(actor, draft, file)
    return password
