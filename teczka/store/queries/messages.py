"""One message, as whoever may see it sees it: its owner, or a person it was shared with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from teczka.core.folders import FolderRole
from teczka.core.numbering import Pattern, pattern
from teczka.mime.unsubscribe import Kind, Way
from teczka.store.models import User
from teczka.store.packs.format import Codec, Entry
from teczka.store.queries import walls
from teczka.store.queries.comments import CommentLine, comments
from teczka.store.queries.correspondents import Newcomer, newcomer
from teczka.store.queries.drafts import unreached
from teczka.store.queries.folders import MANAGED
from teczka.store.queries.sharing import audience


@dataclass(frozen=True, slots=True)
class MessageText:
    id: int
    public_id: UUID
    owned: bool
    owner_name: str
    subject: str | None
    from_name: str
    from_address: str
    to_line: str
    internaldate: datetime
    sent_at: datetime | None
    message_id: str
    read: bool  # transaction B has been through it
    defects: list[str]
    pack: UUID
    pack_offset: int
    pack_length: int
    pack_codec: int
    size: int  # raw, bytes
    sha256: bytes
    headers_json: str
    text: str
    html: str  # sanitised
    blocked_images: int
    blocked_hosts: list[str]
    number_patterns: list[str]  # of its office's own file numbers: core.numbering

    @property
    def entry(self) -> Entry:
        """Where its bytes lie in the pack."""
        return Entry(self.pack_offset, self.pack_length, Codec(self.pack_codec), self.size, bytes(self.sha256))

    @property
    def own_numbers(self) -> list[Pattern]:
        return [pattern(written) for written in self.number_patterns]

    @property
    def headers(self) -> dict[str, list[list[str]]]:
        """from, to, cc, bcc, reply_to: [[name, address]]; unsubscribe: [[kind, address]]."""
        told: dict[str, list[list[str]]] = json.loads(self.headers_json)
        return told

    @property
    def unsubscribe(self) -> Way | None:
        """The best way out of the mailing list that it came by."""
        return next((Way(Kind(kind), address) for kind, address in self.headers.get("unsubscribe", [])), None)


@dataclass(frozen=True, slots=True)
class PartLine:
    path: str
    kind: str  # body | inline | attachment
    content_type: str
    encoding: str
    name: str
    offset: int
    length: int
    size: int


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A folder that the owner has the message in."""

    folder: UUID
    path: str
    delimiter: str
    role: str
    account: str
    managed: bool  # core.accounts.Mode: the folder's account is
    seen: bool
    flagged: bool
    keywords: list[str]
    gone_at: datetime | None  # from the server, it or its folder; a POP3 message stays in its folder nevertheless


@dataclass(frozen=True, slots=True)
class MessagePage:
    text: MessageText
    parts: list[PartLine]
    places: list[PlaceLine] = field(default_factory=list)  # empty for whom it was shared with: folders are private
    seen_by: list[str] = field(default_factory=list)  # names of everybody else who sees it
    comments: list[CommentLine] = field(default_factory=list)
    unreached: list[str] = field(
        default_factory=list
    )  # addresses that it was refused for, of a letter of the viewer's own
    newcomer: Newcomer | None = None  # its sender is one


def message_text(viewer: User, public_id: UUID) -> MessageText | None:
    found = walls.read_often(
        viewer,
        MessageText,
        f"""SELECT m.id, m.public_id, m.owner_id = %(viewer)s, o.name, m.subject, m.from_name, m.from_address, m.to_line,
                   m.internaldate, m.sent_at, m.message_id, m.indexed_with IS NOT NULL, m.defects,
                   m.pack_id, m.pack_offset, m.pack_length, m.pack_codec, m.size, m.sha256,
                   coalesce(t.headers::text, '{{}}'), coalesce(t.text, ''), coalesce(t.html, ''), coalesce(t.blocked_images, 0),
                   coalesce(t.blocked_hosts, '{{}}'), (SELECT number_patterns FROM store_office WHERE id = m.office_id)
            FROM store_message m JOIN store_user o ON o.id = m.owner_id LEFT JOIN store_text t ON t.message_id = m.id
            WHERE m.public_id = %(message)s AND {walls.visible("m")}""",
        message=public_id,
    )
    return found[0] if found else None


def in_order(viewer: User, messages: Sequence[UUID]) -> list[UUID]:
    """Those of them that the viewer may see, oldest first."""
    return walls.read(
        viewer,
        lambda found: found,
        f"""SELECT m.public_id FROM store_message m WHERE m.public_id = ANY(%(messages)s) AND {walls.visible("m")}
            ORDER BY m.internaldate, m.id""",
        messages=list(messages),
    )


PART = 'p.path, p.kind, p.content_type, p.encoding, p.name, p."offset", p.length, p.size'


def message_parts(viewer: User, public_id: UUID) -> list[PartLine]:
    return walls.read_often(
        viewer,
        PartLine,
        f"""SELECT {PART} FROM store_part p JOIN store_message m ON m.id = p.message_id
            WHERE m.public_id = %(message)s AND {walls.visible("m")} ORDER BY p."offset", p.path""",
        message=public_id,
    )


def message_part(viewer: User, public_id: UUID, path: str) -> PartLine | None:
    return next((part for part in message_parts(viewer, public_id) if part.path == path), None)


# The viewer's own letters, and what nobody comes to be known by.
_NO_NEWCOMERS = {FolderRole.SENT, FolderRole.DRAFTS, FolderRole.JUNK}


def message_page(viewer: User, public_id: UUID) -> MessagePage | None:
    """Everything that the pane shows."""
    text = message_text(viewer, public_id)
    if text is None:
        return None
    parts, seen_by = message_parts(viewer, public_id), audience(viewer, public_id)
    places = _places(viewer, public_id)
    roles = {place.role for place in places}
    missed = unreached(viewer, text.message_id) if FolderRole.SENT in roles and text.message_id else []
    new = None
    if text.owned and text.read and roles.isdisjoint(_NO_NEWCOMERS):
        new = newcomer(viewer, text.id, text.from_name, text.from_address)
    return MessagePage(text, parts, places, seen_by, comments(viewer, public_id), missed, new)


def _places(viewer: User, public_id: UUID) -> list[PlaceLine]:
    """Where it lies; where it lay, if it lies nowhere any more."""
    every = walls.read_often(
        viewer,
        PlaceLine,
        f"""SELECT f.public_id, f.path, f.delimiter, f.role, a.provider_name, {MANAGED}, p.seen, p.flagged, p.keywords,
                   coalesce(p.gone_at, p.left_at, f.gone_at)
            FROM store_placement p JOIN store_message m ON m.id = p.message_id JOIN store_folder f ON f.id = p.folder_id
            JOIN store_account a ON a.id = f.account_id
            WHERE m.public_id = %(message)s AND {walls.mine("p")} AND {walls.mine("m")} AND {walls.mine("f")} AND {walls.mine("a")}
            ORDER BY coalesce(p.gone_at, p.left_at, f.gone_at) IS NOT NULL, p.id""",
        message=public_id,
    )
    return [place for place in every if not place.gone_at] or every
