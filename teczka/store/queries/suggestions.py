"""What points from messages to cases, by what the viewer may see: four statements, for one message or for a list of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from teczka.core.cases import CaseState
from teczka.core.identifiers import REGISTERS, Reference
from teczka.core.providers import Kind as ProviderKind
from teczka.core.providers import by_domain
from teczka.core.suggestions import Clue, Facts, Reason, Suggestion, suggest
from teczka.store.models import User
from teczka.store.queries import walls
from teczka.store.viewer import as_user

MOST_ADDRESSES = 60  # of one message
MOST_CASES = 9  # of one address: so many cases tell nothing
MOST_FILED = 60  # the newest filings from one sender, or one domain


@dataclass(frozen=True, slots=True)
class Suggested:
    """A case that a message may belong to, with as much of its card as a line shows."""

    message: int
    case: int
    public_id: UUID
    number: str
    name: str
    closed: bool
    suggestion: Suggestion

    @property
    def shown(self) -> str:
        return f"{self.number} {self.name}".strip()

    @property
    def short(self) -> str:
        return self.number or self.name


class _Message(NamedTuple):
    id: int
    thread: int  # 0: none
    sender: str
    own: bool
    names_any: bool  # some reference, wherever
    names_file: bool
    addresses: list[str]
    filed: list[int]
    never: list[int]  # 0: any

    @property
    def domain(self) -> str:
        """Whose people write as one; of a public mail provider nobody's."""
        domain = self.sender.rpartition("@")[2]
        provider = by_domain(domain) if domain else None
        return "" if provider and provider.kind is ProviderKind.MAILBOX else domain


class _Card(NamedTuple):
    id: int
    public_id: UUID
    number: str
    name: str
    state: str


CARD = "c.id, c.public_id, c.number, c.name, c.state"


def suggestions(viewer: User, messages: Sequence[int]) -> dict[int, list[Suggested]]:
    """By the messages' inner ids, as the viewer's own queries gave them; those without any are left out."""
    return suggestions_and_silences(viewer, messages)[0]


def suggestions_and_silences(viewer: User, messages: Sequence[int]) -> tuple[dict[int, list[Suggested]], set[int]]:
    """And for which messages something is never suggested, because of their sender."""
    if not messages:
        return {}, set()
    with as_user(viewer.pk):  # once for all statements
        known = _messages(viewer, messages)
        return _suggestions(viewer, known), {one.id for one in known if one.never}


def _suggestions(viewer: User, known: Sequence[_Message]) -> dict[int, list[Suggested]]:
    if not known:
        return {}
    cards: dict[int, _Card] = {}
    clues: dict[int, list[Clue]] = defaultdict(list)
    for gather in (_references, _habits, _people):
        for message, card, clue in gather(viewer, known, clues):
            cards[card.id] = card
            clues[message].append(clue)
    closed = {card.id for card in cards.values() if card.state == CaseState.CLOSED}
    found = {one.id: suggest(_facts(one, clues[one.id], closed)) for one in known}
    return {key: [_suggested(key, cards[one.case], one) for one in each] for key, each in found.items() if each}


def _facts(message: _Message, clues: Sequence[Clue], closed: set[int]) -> Facts:
    return Facts(clues, message.names_file, closed, message.filed, [case or None for case in message.never])


def _suggested(message: int, card: _Card, suggestion: Suggestion) -> Suggested:
    closed = card.state == CaseState.CLOSED
    return Suggested(message, card.id, card.public_id, card.number, card.name, closed, suggestion)


def _messages(viewer: User, messages: Sequence[int]) -> list[_Message]:
    people = "coalesce(t.headers->'from', '[]') || coalesce(t.headers->'to', '[]') || coalesce(t.headers->'cc', '[]')"
    return walls.read_often(
        viewer,
        _Message,
        f"""SELECT m.id, coalesce(m.thread_id, 0), lower(m.from_address),
                   lower(m.from_address) IN (SELECT lower(a.address) FROM store_account a WHERE {walls.mine("a")}
                     UNION SELECT lower(i.address) FROM store_identity i WHERE {walls.mine("i")}),
                   r.told IS NOT NULL, coalesce(r.told, false),
                   ARRAY(SELECT DISTINCT lower(one->>1) FROM jsonb_array_elements({people}) one LIMIT %(most)s),
                   ARRAY(SELECT f.case_id FROM store_filing f
                     WHERE f.message_id = m.id AND f.undone_at IS NULL AND f.case_id IS NOT NULL),
                   ARRAY(SELECT coalesce(n.case_id, 0) FROM store_neversuggest n
                     WHERE {walls.mine("n")} AND n.address = lower(m.from_address))
            FROM store_message m LEFT JOIN store_text t ON t.message_id = m.id
            CROSS JOIN LATERAL (
              SELECT bool_or(k.place = 'subject' AND NOT (k.repertory = ANY(%(registers)s) AND k.year = 0)) AS told
              FROM store_messagereference k WHERE k.message_id = m.id) r
            WHERE m.id = ANY(%(messages)s) AND {walls.visible("m")}""",
        messages=list(messages),
        registers=list(REGISTERS),
        most=MOST_ADDRESSES,
    )


Found = tuple[int, _Card, Clue]  # of which message
Gathered = dict[int, list[Clue]]


def _references(viewer: User, known: Sequence[_Message], _so_far: Gathered) -> list[Found]:
    """A suffix that only one of two bears is no difference (core.identifiers.same)."""

    def row(message: int, place: str, written: str, *rest: Any) -> Found:
        reference = str(Reference(*rest[:6]))
        return message, _Card(*rest[6:]), Clue(rest[6], Reason(place), reference, {"reference": written})

    naming = [one.id for one in known if one.names_any]
    if not naming:
        return []
    return walls.read_often(
        viewer,
        row,
        f"""SELECT DISTINCT ON (r.message_id, r.place, c.id) r.message_id, r.place, r.written,
                   r.repertory, r.number, r.year, r.division, r.court, r.suffix, {CARD}
            FROM store_messagereference r
            JOIN store_casereference k ON k.office_id = r.office_id AND k.repertory = r.repertory AND k.number = r.number
              AND k.year = r.year AND k.division = r.division AND k.court = r.court
              AND (k.suffix = r.suffix OR k.suffix = '' OR r.suffix = '')
            JOIN store_case c ON c.id = k.case_id
            WHERE r.message_id = ANY(%(messages)s) AND {walls.card("c")}
            ORDER BY r.message_id, r.place, c.id, r.position""",
        messages=naming,
    )


def _habits(viewer: User, known: Sequence[_Message], _so_far: Gathered) -> Iterable[Found]:
    """What the conversation belongs to; and where the viewer filed what this sender wrote before, and others of the same domain.
    Conversations are counted, not messages. Who files what they sent themselves has no such habit."""
    senders = sorted({one.sender for one in known if one.sender and not one.own})
    domains = sorted({one.domain for one in known if one.domain and not one.own})
    rows = walls.read_often(
        viewer,
        _Habit,
        f"""SELECT h.reason, h.message, h.key, count(DISTINCT coalesce(s.thread_id, -s.id)), min(s.from_name), max(s.internaldate), {CARD}
            FROM (
              SELECT 'thread' AS reason, u.message, '' AS key, f.message_id AS filed, f.case_id
              FROM unnest(%(messages)s::bigint[], %(threads)s::bigint[]) AS u (message, thread)
              JOIN store_message x ON x.thread_id = u.thread AND x.id <> u.message
              JOIN store_filing f ON f.message_id = x.id AND f.undone_at IS NULL
              UNION ALL {_before("sender")} UNION ALL {_before("domain")}) h
            JOIN store_message s ON s.id = h.filed JOIN store_case c ON c.id = h.case_id
            WHERE {walls.visible("s")} AND {walls.card("c")} GROUP BY h.reason, h.message, h.key, c.id""",
        messages=[one.id for one in known if one.thread],
        threads=[one.thread for one in known if one.thread],
        sender=senders,
        domain=domains,
        filed=MOST_FILED,
    )
    return _habit_clues(known, rows)


class _Habit(NamedTuple):
    reason: str
    message: int | None
    key: str
    conversations: int
    who: str | None
    at: datetime | None
    id: int
    public_id: UUID
    number: str
    name: str
    state: str

    @property
    def card(self) -> _Card:
        return _Card(self.id, self.public_id, self.number, self.name, self.state)


def _before(reason: str) -> str:
    column = {"sender": "sender", "domain": "sender_domain"}[reason]
    return f"""
              SELECT '{reason}', NULL, u.key, b.message_id, b.case_id
              FROM unnest(%({reason})s::text[]) AS u (key) CROSS JOIN LATERAL (
                SELECT f.message_id, f.case_id FROM store_filing f
                WHERE f.by_id = %(viewer)s AND f.{column} = u.key AND f.undone_at IS NULL AND f.case_id IS NOT NULL
                ORDER BY f.id DESC LIMIT %(filed)s) b"""


def _habit_clues(known: Sequence[_Message], rows: Sequence[_Habit]) -> Iterable[Found]:
    total: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        total[row.reason, row.key] += row.conversations
    for row in rows:
        if row.message is not None and row.at is not None:
            told: dict[str, str | int] = {"who": row.who or "", "at": row.at.isoformat()}
            yield row.message, row.card, Clue(row.id, Reason.THREAD, "", told)
            continue
        reason = Reason(row.reason)
        clue = Clue(
            row.id,
            reason,
            row.key,
            {"key": row.key, "count": row.conversations},
            count=row.conversations,
            of=total[row.reason, row.key],
        )
        for one in known:
            if not one.own and row.key == (one.sender if reason is Reason.SENDER else one.domain):
                yield one.id, row.card, clue


def _people(viewer: User, known: Sequence[_Message], so_far: Gathered) -> Iterable[Found]:
    """Parties of cases that are not closed. Of whom the viewer files much, it counts whether to the party's case."""
    rows = walls.read_often(
        viewer,
        _Person,
        f"""SELECT u.address, p.name, p.side, {CARD}
            FROM unnest(%(addresses)s::text[]) AS u (address) CROSS JOIN LATERAL (
              SELECT a.party_id, {CARD} FROM store_partyaddress a JOIN store_case c ON c.id = a.case_id
              WHERE a.office_id = %(office)s AND a.address = u.address AND c.state <> %(closed)s AND {walls.card("c")}
              LIMIT %(most)s) c (party_id, id, public_id, number, name, state)
            JOIN store_party p ON p.id = c.party_id""",
        addresses=sorted({address for one in known for address in one.addresses}),
        closed=CaseState.CLOSED,
        most=MOST_CASES,
    )
    by_address: dict[str, list[_Person]] = defaultdict(list)
    for row in rows:
        by_address[row.address].append(row)
    for message in known:
        habits = {clue.case: clue for clue in so_far[message.id] if clue.reason is Reason.SENDER}
        of = next((clue.of for clue in habits.values()), 0)
        for person in (person for address in message.addresses for person in by_address.get(address, ())):
            count = habits[person.id].count if person.id in habits else 0
            told = {"name": person.party, "address": person.address}
            clue = Clue(person.id, Reason.PARTY, person.address, told, person.side, count, of)
            yield message.id, person.card, clue


class _Person(NamedTuple):
    address: str
    party: str
    side: str
    id: int
    public_id: UUID
    number: str
    name: str
    state: str

    @property
    def card(self) -> _Card:
        return _Card(self.id, self.public_id, self.number, self.name, self.state)
