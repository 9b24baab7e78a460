"""A case as a ZIP: its mail byte for byte, attachments, documents, an index, and what all of it is verified by.

It leaves while it is made: nothing of it is held but its list. Comments of the office, notes and tasks are not in it: it is made to be
given away.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from teczka.actions.audit import note, note_view
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed
from teczka.core.mail import dated
from teczka.core.names import free_name, part_name, safe_name
from teczka.mime.bundle import Bundle, Packed
from teczka.mime.bundle_check import MANIFEST, manifest
from teczka.store.models import User
from teczka.store.packs.format import PackDamaged
from teczka.store.queries.case_export import messages
from teczka.store.queries.cases import CaseLine, case_inside
from teczka.store.queries.documents import DocumentLine, documents
from teczka.store.queries.messages import MessageText, message_parts, message_text
from teczka.store.queries.raw import part_pieces, raw_pieces, upload_pieces

# UTF-16 units. Windows Explorer unpacks no path of 260: into a folder that is called as the ZIP, of somebody's downloads (about 50), with
# "attachments/", the message's name, and the attachment's. What numbers a name, and a message's ending, have room beside.
LONGEST_ZIP = 50
LONGEST_MESSAGE = 50
LONGEST_FILE = 60


@dataclass(frozen=True, slots=True)
class ExportedMessage:
    file: Packed
    subject: str
    from_line: str
    to_line: str
    at: datetime | None  # None: nobody knows it
    message_id: str
    whole: bool  # the bytes are those that arrived
    attachments: list[Packed]


@dataclass(frozen=True, slots=True)
class ExportedDocument:
    file: Packed
    name: str
    by: str
    at: datetime
    whole: bool


@dataclass
class Contents:
    """What the index tells."""

    case: CaseLine
    by: str
    at: datetime
    zone: ZoneInfo
    messages: list[ExportedMessage] = field(default_factory=list)
    documents: list[ExportedDocument] = field(default_factory=list)


Index = Callable[[Contents], Iterable[tuple[str, bytes]]]


@dataclass(frozen=True, slots=True)
class Nameless:
    """What is called so that has no name, in its reader's language."""

    message: str
    attachment: str
    document: str


def export_case(actor: User, case: UUID, index: Index, nameless: Nameless) -> Iterator[bytes]:
    """The ZIP, piece by piece. `index`: files that tell the contents, made when these are known. Raises NotAllowed at once."""
    line = case_inside(actor, case)
    if line is None:
        raise NotAllowed
    note(actor, Verb.CASE_EXPORT, [line.public_id], line.id)
    return _Export(actor, line, nameless).pieces(index)


class _Export:
    def __init__(self, actor: User, case: CaseLine, nameless: Nameless) -> None:
        zone = ZoneInfo(actor.office.timezone)
        self.contents = Contents(case, actor.name, timezone.now().astimezone(zone), zone)
        self._actor = actor
        self._nameless = nameless
        self._bundle = Bundle()
        self._taken: dict[str, set[str]] = {}

    def pieces(self, index: Index) -> Iterator[bytes]:
        """Each query is a transaction of its own: mail that is shared no longer when its turn comes is not in it."""
        for message in messages(self._actor, self.contents.case.id):
            text = message_text(self._actor, message)
            if text:
                yield from self._message(text)
        yield from self._documents()
        for name, content in index(self.contents):
            yield from self._bundle.file(name, [content], self.contents.at)
        yield from self._bundle.file(MANIFEST, [manifest(self._bundle.files)], self.contents.at)
        yield from self._bundle.end()

    def _message(self, text: MessageText) -> Iterator[bytes]:
        if not text.owned:
            note_view(self._actor, text.public_id)
        known = dated(text.sent_at, text.internaldate)
        at = known.astimezone(self.contents.zone) if known else None
        day = f"{at:%Y-%m-%d %H.%M} " if at else ""
        words = f"{day}{text.from_name or text.from_address} - {text.subject or ''}"
        path = self._free("messages", safe_name(words, self._nameless.message, LONGEST_MESSAGE) + ".eml")
        made = at or self.contents.at
        yield from self._bundle.file(path, _what_is_there(raw_pieces(text)), made)
        file = self._bundle.files[-1]
        stem = path.rpartition("/")[2].removesuffix(".eml")
        attachments = []
        for part in message_parts(self._actor, text.public_id):
            if part.kind == "attachment":
                name = part_name(part.name, part.content_type, self._nameless.attachment, LONGEST_FILE)
                inside = self._free(f"attachments/{stem}", name)
                yield from self._bundle.file(inside, _what_is_there(part_pieces(text, part)), made)
                attachments.append(self._bundle.files[-1])
        self.contents.messages.append(
            ExportedMessage(
                file,
                text.subject or "",
                f"{text.from_name} <{text.from_address}>".strip(),
                text.to_line,
                at,
                text.message_id,
                bytes.fromhex(file.sha256) == text.entry.sha256,
                attachments,
            )
        )

    def _documents(self) -> Iterator[bytes]:
        """Files of the case's own. Those that are parts of messages are among the attachments."""
        before: UUID | None = None
        while lines := documents(self._actor, self.contents.case.public_id, before):
            for line in lines:
                if line.pack:
                    yield from self._document(line, line.pack)
            before = lines[-1].public_id

    def _document(self, line: DocumentLine, pack: UUID) -> Iterator[bytes]:
        at = line.created_at.astimezone(self.contents.zone)
        path = self._free("documents", safe_name(line.name, self._nameless.document, LONGEST_FILE))
        yield from self._bundle.file(path, _what_is_there(upload_pieces(pack, line.entry)), at)
        file = self._bundle.files[-1]
        whole = bytes.fromhex(file.sha256) == line.entry.sha256
        self.contents.documents.append(ExportedDocument(file, line.name, line.by, at, whole))

    def _free(self, folder: str, name: str) -> str:
        return f"{folder}/{free_name(name, self._taken.setdefault(folder.casefold(), set()))}"


def _what_is_there(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Damaged bytes end here: the rest of the case is still given, and the index says what is not whole."""
    try:
        yield from pieces
    except (PackDamaged, FileNotFoundError):
        return
