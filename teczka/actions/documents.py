"""Documents of a case: its team sends them up, renames them and takes them out. What is a part of a message stays where it lies."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from teczka.actions.audit import note
from teczka.actions.packs import let_go
from teczka.actions.receiving import received, thrown_away
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed
from teczka.store import events
from teczka.store.documents import forget
from teczka.store.models import Document, Pack, User
from teczka.store.packs.writer import Pack as Packed
from teczka.store.queries import documents
from teczka.store.queries.cases import CaseLine, case_inside, members
from teczka.store.viewer import as_user

MOST_BYTES = 2_000_000_000  # of one file: a recording of a hearing
KEPT_DAYS = 30  # what was removed can be taken back meanwhile
FORGOTTEN_AT_ONCE = 1_000


def add_document(actor: User, case: UUID, name: str, content_type: str, pieces: Iterable[bytes]) -> Document:
    """The file is durable when this returns; it was never held whole. Raises Problem(UPLOAD_LARGE, UPLOAD_CUT, DISK_FULL), NotAllowed."""
    _inside(actor, case)
    packed = received(name, pieces, MOST_BYTES)
    try:
        return _keep(actor, case, name, content_type, packed)
    except NotAllowed:  # they left the team while the file came
        thrown_away(packed)
        raise


def _keep(actor: User, case: UUID, name: str, content_type: str, packed: Packed) -> Document:
    entry = packed.entries[0]
    with as_user(actor.pk), transaction.atomic():
        of = _inside(actor, case)
        Pack.objects.create(id=packed.id, office_id=actor.office_id, owner_id=actor.pk, account=None, size=packed.size)
        row = Document.objects.create(
            office_id=actor.office_id,
            case_id=of.id,
            name=name,
            created_by=actor,
            content_type=content_type,
            size=entry.raw_length,
            sha256=entry.sha256,
            pack=packed.id,
            pack_offset=entry.offset,
            pack_length=entry.length,
            pack_codec=entry.codec,
        )
        _tell(actor, of)
        note(actor, Verb.DOCUMENT_ADD, [row.public_id], of.id)
    return row


def rename_document(actor: User, case: UUID, document: UUID, name: str) -> None:
    """Here alone: a message keeps the name that it came with. Raises NotAllowed."""
    with _document(actor, case, document, Verb.DOCUMENT_RENAME) as row:
        row.name = name


def remove_document(actor: User, case: UUID, document: UUID) -> None:
    """Out of the case; KEPT_DAYS later its bytes go, too. Raises NotAllowed."""
    with _document(actor, case, document, Verb.DOCUMENT_REMOVE) as row:
        row.removed_at = row.removed_at or timezone.now()


def restore_document(actor: User, case: UUID, document: UUID) -> None:
    """Raises NotAllowed."""
    with _document(actor, case, document, Verb.DOCUMENT_RESTORE) as row:
        row.removed_at = None


def forget_documents() -> int:
    """Everybody's that were removed long ago, rows and bytes. Returns how many there were."""
    packs = forget(KEPT_DAYS, FORGOTTEN_AT_ONCE)
    let_go(packs)
    return len(packs)


@contextmanager
def _document(actor: User, case: UUID, document: UUID, verb: Verb) -> Iterator[Document]:
    """Locked, and saved at the end. A part of a message is there for whoever sees the message; nobody else hears of it."""
    with as_user(actor.pk), transaction.atomic():
        of = _inside(actor, case)
        seen = documents.document(actor, document, case)
        if seen is None:
            raise NotAllowed
        row = Document.objects.select_for_update().get(pk=seen.id)
        yield row
        row.save(update_fields=["name", "removed_at"])
        if row.message_id:
            events.told([actor.public_id], [events.case(of.public_id)])
        else:
            _tell(actor, of)
            note(actor, verb, [row.public_id], of.id)


def _inside(actor: User, case: UUID) -> CaseLine:
    found = case_inside(actor, case)
    if found is None:
        raise NotAllowed
    return found


def _tell(actor: User, case: CaseLine) -> None:
    events.told([member.public_id for member in members(actor, case.id)], [events.case(case.public_id)])
