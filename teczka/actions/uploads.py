"""Files that go with a letter: sent up by its writer, or taken from another message."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from teczka.actions.letters import letter_of
from teczka.actions.packs import let_go
from teczka.actions.receiving import MEGABYTE, received, thrown_away
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.names import part_name
from teczka.core.outgoing import State
from teczka.mime.encrypted_zip import new_password, write
from teczka.mime.transmitted import without_bcc
from teczka.store import drafts
from teczka.store.blobs import blobs
from teczka.store.compaction import retire
from teczka.store.models import Enclosure, Outgoing, Pack, User
from teczka.store.packs.writer import Pack as Packed
from teczka.store.queries import documents
from teczka.store.queries.messages import MessageText, PartLine, message_part, message_text
from teczka.store.queries.raw import part_pieces, raw_pieces, upload_pieces
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
        return _add(actor, draft, [_copy(name, content_type, content_id, packed)], [packed])[0]
    except NotAllowed:  # it was sent, or thrown away, while the file came
        thrown_away(packed)
        raise


def _add(actor: User, draft: UUID, files: list[Enclosure], packs: Sequence[Packed] = ()) -> list[Enclosure]:
    """Behind what it has; `packs`: their bytes. As many statements for thousands as for one. Raises NotAllowed."""
    with as_user(actor.pk), transaction.atomic():
        row = _open_draft(actor, draft, lock=True)
        owner = {"office_id": actor.office_id, "owner_id": actor.pk}
        made = [Pack(id=pack.id, account_id=row.account_id, size=pack.size, **owner) for pack in packs]
        Pack.objects.bulk_create(made)
        for position, file in enumerate(files, _next(row)):
            file.office_id, file.owner_id, file.outgoing, file.position = actor.office_id, actor.pk, row, position
        return Enclosure.objects.bulk_create(files)


def _copy(name: str, content_type: str, content_id: str, packed: Packed) -> Enclosure:
    entry = packed.entries[0]
    return Enclosure(
        name=name,
        content_type=content_type,
        size=entry.raw_length,
        sha256=entry.sha256,
        content_id=content_id,
        inline=bool(content_id),
        pack_id=packed.id,
        pack_offset=entry.offset,
        pack_length=entry.length,
        pack_codec=entry.codec,
    )


def attach_part(actor: User, draft: UUID, message: UUID, path: str) -> None:
    """A file of another message that the actor sees; an empty path: the message itself. Raises NotAllowed."""
    text = message_text(actor, message)
    part = message_part(actor, message, path) if path else None
    if text is None or (path and part is None):
        raise NotAllowed
    enclose(actor, draft, text, [Taken(part)])


def attach_document(actor: User, draft: UUID, case: UUID, document: UUID) -> None:
    """A file that was sent up to a case, copied: the letter is the actor's own, whatever becomes of the document or of their place in the
    team. Raises Problem(UPLOAD_LARGE, DISK_FULL), NotAllowed."""
    line = documents.document(actor, document, case)
    if line is None or line.removed or line.pack is None:
        raise NotAllowed
    attach(actor, draft, line.name, line.content_type, upload_pieces(line.pack, line.entry))


@dataclass(frozen=True, slots=True)
class Taken:
    """Of another message."""

    part: PartLine | None  # None: the message itself
    content_id: str = ""  # of a picture in the letter

    def named(self, text: MessageText) -> tuple[str, str]:
        """(name, content type)"""
        if self.part:
            return part_name(self.part.name, self.part.content_type, "attachment"), self.part.content_type
        return part_name(text.subject or "message", "message/rfc822", "message"), "message/rfc822"


def enclose(actor: User, draft: UUID, text: MessageText, taken: Sequence[Taken]) -> None:
    """They stay where they lie; of a message that was shared with the actor they are copied, as the letter is the actor's own, also when
    the message is shared no longer. Raises Problem(UPLOAD_LARGE, DISK_FULL), NotAllowed."""
    if taken and text.owned:
        _add(actor, draft, [_reference(text, one) for one in taken])
    elif taken:
        _enclose_copies(actor, draft, text, taken)


def _reference(text: MessageText, one: Taken) -> Enclosure:
    name, content_type = one.named(text)
    return Enclosure(
        name=name,
        content_type=content_type,
        size=one.part.size if one.part else text.size,
        content_id=one.content_id,
        inline=bool(one.content_id),
        message_id=text.id,
        path=one.part.path if one.part else "",
    )


def _enclose_copies(actor: User, draft: UUID, text: MessageText, taken: Sequence[Taken]) -> None:
    packs: list[Packed] = []
    files: list[Enclosure] = []
    try:
        for one in taken:
            name, content_type = one.named(text)
            pieces = part_pieces(text, one.part) if one.part else without_bcc(raw_pieces(text))
            packs.append(received(name, pieces, MOST_BYTES))
            files.append(_copy(name, content_type, one.content_id, packs[-1]))
        _add(actor, draft, files, packs)
    except BaseException:
        for packed in packs:
            thrown_away(packed)
        raise


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
    packs = drafts.forget(KEPT_DAYS, FORGOTTEN_AT_ONCE)
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
