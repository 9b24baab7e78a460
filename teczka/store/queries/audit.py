"""The audit as its readers may see it, and whole for whoever verifies it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from teczka.core.audit import Entry, Link
from teczka.store.models import User
from teczka.store.queries import walls
from teczka.store.statements import rows_of

PAGE = 100
PIECE = 1_000

ENTRY = "a.seq, a.at, u.public_id, a.verb, c.public_id, a.ids, a.previous, a.hash"
WHO = "LEFT JOIN store_user u ON u.id = a.actor_id"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry as a page shows it."""

    seq: int
    at: datetime
    who: str  # "": nobody whom this reader may know
    verb: str  # core.audit.Verb
    case: UUID | None
    case_name: str
    ids: list[UUID]


def lines(
    viewer: User,
    case: UUID | None = None,
    verbs: str = "",
    person: UUID | None = None,
    before: int | None = None,
    most: int = PAGE,
) -> list[AuditLine]:
    """The newest, or those before the number `before`. `verbs`: the part of core.audit.Verb before the dot."""
    return walls.read(
        viewer,
        AuditLine,
        f"""SELECT a.seq, a.at, coalesce(u.name, ''), a.verb, c.public_id, coalesce(trim(c.number || ' ' || c.name), ''), a.ids
            FROM store_auditentry a {WHO} LEFT JOIN store_case c ON c.id = a.case_id AND {walls.card("c")}
            WHERE a.office_id = %(office)s AND {walls.register("a")}
              {"AND c.public_id = %(case)s" if case else ""} {"AND u.public_id = %(person)s" if person else ""}
              {"AND a.verb LIKE %(verbs)s" if verbs else ""} {"AND a.seq < %(before)s" if before else ""}
            ORDER BY a.seq DESC LIMIT %(most)s""",
        keeper=viewer.is_administrator,
        case=case,
        person=person,
        verbs=f"{verbs}.%",
        before=before,
        most=most,
    )


def office_chain(viewer: User) -> Iterator[Entry | Link]:
    """The whole of the office's for its administrators, first entry first: a Link where they may not read the entry. Nobody else gets
    any. Each piece is a transaction of its own."""
    return _pieces(lambda after: _links(viewer, after))


def case_entries(viewer: User, case: UUID) -> Iterator[Entry | Link]:
    """What is said of one case, as far as its reader may read it."""
    return _pieces(
        lambda after: walls.read(
            viewer,
            _entry,
            f"""SELECT {ENTRY} FROM store_auditentry a {WHO} JOIN store_case c ON c.id = a.case_id AND {walls.card("c")}
                WHERE c.public_id = %(case)s AND {walls.register("a")} AND a.seq > %(after)s ORDER BY a.seq LIMIT %(most)s""",
            keeper=viewer.is_administrator,
            case=case,
            after=after,
            most=PIECE,
        )
    )


def chain(office: int) -> Iterator[Entry | Link]:
    """Whole, for verification, which tells what is wrong and nothing of what it says."""
    whole = "SELECT * FROM teczka_audit_chain(%s, %s, %s)"
    return _pieces(lambda after: [_entry(*row) for row in rows_of(whole, [office, after, PIECE])])


def _links(viewer: User, after: int) -> list[Entry | Link]:
    return walls.read(
        viewer,
        _entry_or_link,
        f"""SELECT l.seq, l.previous, l.hash, a.seq IS NOT NULL AND (a.case_id IS NULL OR c.id IS NOT NULL), {ENTRY}
            FROM teczka_audit_links(%(after)s, %(most)s) l
            LEFT JOIN store_auditentry a ON a.office_id = %(office)s AND a.seq = l.seq AND {walls.register("a")}
            {WHO} LEFT JOIN store_case c ON c.id = a.case_id AND {walls.card("c")} ORDER BY l.seq""",
        keeper=viewer.is_administrator,
        after=after,
        most=PIECE,
    )


def _entry_or_link(seq: int, previous: bytes, its_hash: bytes, told: bool, *entry: Any) -> Entry | Link:
    return _entry(*entry) if told else Link(seq, bytes(previous), bytes(its_hash))


def _entry(
    seq: int,
    at: datetime,
    actor: UUID | None,
    verb: str,
    case: UUID | None,
    ids: list[UUID],
    previous: bytes,
    its_hash: bytes,
) -> Entry:
    return Entry(seq, at, actor, verb, case, tuple(ids), bytes(previous), bytes(its_hash))


def _pieces(read: Callable[[int], list[Entry | Link]]) -> Iterator[Entry | Link]:
    after = 0
    while piece := read(after):
        yield from piece
        after = piece[-1].seq
