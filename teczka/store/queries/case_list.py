"""A list of cases, a page at a time: it costs the page, however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from teczka.core.find import find
from teczka.core.people import initials
from teczka.language.fold import fold
from teczka.store.models import User
from teczka.store.queries import walls

BLOCK = 50


class Which(StrEnum):
    MINE = "mine"  # not closed, and the viewer is in the team
    ALL = "all"  # not closed
    CLOSED = "closed"


class By(StrEnum):
    NAME = "name"
    NEWEST = "newest"  # what changed last stands first


@dataclass(frozen=True, slots=True)
class ListedCase:
    public_id: UUID
    number: str
    name: str
    client: str
    state: str
    walled: bool
    active_at: datetime  # for who is not in the team: when its card changed
    inside: bool  # the viewer is in its team: they see its tasks
    court: str  # "": none of its parties is one
    tasks: int  # open ones
    due: date | None  # the next
    team: list[str]  # names, who leads it first

    @property
    def initials(self) -> list[str]:
        return [initials(name) for name in self.team]


def case_list(viewer: User, which: Which, by: By, after: UUID | None = None, most: int = BLOCK) -> list[ListedCase]:
    """At most `most` cases whose cards the viewer may see, behind the one that is named."""
    key, sign, down = _key(by)
    place = _place(viewer, key, after)
    beyond = f"({key}, c.id) {sign} (%(at)s, %(id)s)" if place else "true"
    order = f"{key} {down}, c.id {down}"
    return _listed(viewer, f"{_which(which)} AND {beyond} ORDER BY {order} LIMIT %(most)s", order, most=most, **place)


def case_list_for(viewer: User, query: str, most: int = BLOCK) -> list[ListedCase]:
    """What a query finds among all cases whose cards the viewer may see, closed ones too, ranked as the picker ranks them."""
    lines = walls.read(
        viewer,
        _line,
        f"SELECT c.id, c.haystack FROM store_case c WHERE {walls.card('c')} ORDER BY c.state = 'closed', c.sort_key, c.id",
    )
    found = find(fold(query), [haystack for _, haystack in lines], most)
    return cases_of(viewer, [lines[place][0] for place in found]) if found else []


def cases_of(viewer: User, ids: Sequence[int]) -> list[ListedCase]:
    """These, by their inner ids, in this order, as far as the viewer may see their cards."""
    return _listed(viewer, "c.id = ANY(%(ids)s)", "array_position(%(ids)s::bigint[], c.id)", ids=list(ids))


def _line(case: int, haystack: str) -> tuple[int, str]:
    return case, haystack


def _which(which: Which) -> str:
    if which is Which.CLOSED:
        return "c.state = 'closed'"
    return f"c.state <> 'closed' AND {walls.inside('c.id')}" if which is Which.MINE else "c.state <> 'closed'"


def _key(by: By) -> tuple[str, str, str]:
    """What to sort by, what lies behind a place, and which way. What happens inside is for the team to know: others see when the card
    changed."""
    if by is By.NAME:
        return "c.sort_key", ">", ""
    return f"(CASE WHEN {walls.inside('c.id')} THEN c.active_at ELSE c.updated_at END)", "<", "DESC"


def _place(viewer: User, key: str, after: UUID | None) -> dict[str, Any]:
    """Where a list goes on. A case that has gone, or gone from sight, is the beginning."""
    found = after and walls.read(
        viewer,
        lambda at, case: {"at": at, "id": case},
        f"SELECT {key}, c.id FROM store_case c WHERE {walls.card('c')} AND c.public_id = %(after)s",
        after=after,
    )
    return found[0] if found else {}


def _listed(viewer: User, which: str, order: str, **parameters: Any) -> list[ListedCase]:
    return walls.read(
        viewer,
        ListedCase,
        f"""WITH c AS MATERIALIZED (
                SELECT c.*, {walls.inside("c.id")} AS inside FROM store_case c WHERE {walls.card("c")} AND {which})
            SELECT c.public_id, c.number, c.name, c.client, c.state, c.walled,
                   CASE WHEN c.inside THEN c.active_at ELSE c.updated_at END, c.inside, coalesce(court.name, ''),
                   to_do.tasks, to_do.due, team.names
            FROM c
            LEFT JOIN LATERAL (SELECT p.name FROM store_party p WHERE p.case_id = c.id AND p.side = 'court'
                               ORDER BY p.position, p.id LIMIT 1) court ON true
            CROSS JOIN LATERAL (SELECT count(*) AS tasks, min(t.due_on) AS due FROM store_task t
                                WHERE t.case_id = c.id AND c.inside AND t.done_at IS NULL AND t.removed_at IS NULL) to_do
            CROSS JOIN LATERAL (SELECT coalesce(array_agg(u.name ORDER BY m.lead DESC, u.name), '{{}}') AS names
                                FROM store_casemember m JOIN store_user u ON u.id = m.user_id WHERE m.case_id = c.id) team
            ORDER BY {order}""",
        **parameters,
    )
