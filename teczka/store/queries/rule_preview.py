"""What a rule would do to the mail of the last year, before anybody lets it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from teczka.core.rules import File, Rule
from teczka.store.models import User
from teczka.store.queries import walls
from teczka.store.queries.rules import found_cases, newest_matching
from teczka.store.viewer import as_user

LOOKS_BACK = timedelta(days=365)
BLOCK = 20
MOST = 500


@dataclass(frozen=True, slots=True)
class PreviewLine:
    id: int
    public_id: UUID
    subject: str
    who: str
    internaldate: datetime
    excepted: bool
    case: str  # that it is in already; "": none
    found: bool  # a rule that files by reference finds its case; True where it does not ask


@dataclass(frozen=True, slots=True)
class Preview:
    """Exceptions are counted nowhere but in `excepted`."""

    matched: int = 0
    about: int = 0  # how many match, of a rule that fits more than MOST: the newest MOST alone are looked at
    excepted: int = 0
    elsewhere: int = 0  # in another case than the rule files them to
    unfound: int = 0  # no case, or several, bear their reference
    shown: int = 0  # become visible
    people: list[str] = field(default_factory=list)  # to whom
    whom: list[UUID] = field(default_factory=list)  # the same, by public id
    lines: list[PreviewLine] = field(default_factory=list)


def preview(viewer: User, rule: Rule, exceptions: Sequence[UUID] = (), since: datetime | None = None) -> Preview:
    with as_user(viewer.pk):
        every, about = newest_matching(viewer, rule.when, since or timezone.now() - LOOKS_BACK, MOST)
        out = _excepted(viewer, exceptions)
        ids = [message for message in every if message not in out]
        named = _cases(viewer, rule)
        asks = any(isinstance(one, File) and one.case is None for one in rule.then)
        asks_at_all = asks or any(one.team and one.case is None for one in rule.shares)
        found = found_cases(viewer, ids) if asks_at_all and ids else {}
        shown, people, whom = _shown(viewer, rule, ids, named, found)
        return Preview(
            matched=len(ids),
            about=about,
            excepted=len(every) - len(ids),
            elsewhere=_elsewhere(viewer, rule, ids, named, found),
            unfound=len(ids) - len(found) if asks else 0,
            shown=shown,
            people=people,
            whom=whom,
            lines=_lines(viewer, every[:BLOCK], out, found if asks else None),
        )


def _excepted(viewer: User, messages: Sequence[UUID]) -> set[int]:
    sql = f"SELECT m.id FROM store_message m WHERE {walls.mine('m')} AND m.public_id = ANY(%(messages)s)"
    return set(walls.read(viewer, int, sql, messages=list(messages))) if messages else set()


def _cases(viewer: User, rule: Rule) -> dict[UUID, int]:
    """Inner ids of the cases that it names, as far as the viewer may see them."""
    named = [one.case for one in rule.then if isinstance(one, File) and one.case]
    named += [one.case for one in rule.shares if one.team and one.case]
    sql = f"SELECT c.public_id, c.id FROM store_case c WHERE c.public_id = ANY(%(cases)s) AND {walls.card('c')}"
    return dict(walls.read(viewer, _pair, sql, cases=named)) if named else {}


def _elsewhere(viewer: User, rule: Rule, ids: Sequence[int], named: dict[UUID, int], found: dict[int, int]) -> int:
    goals = [one.case for one in rule.then if isinstance(one, File)]
    if not goals or not ids:
        return 0
    asks = None in goals
    sql = f"""SELECT count(DISTINCT f.message_id) FROM store_filing f
      LEFT JOIN unnest(%(with_found)s::bigint[], %(found)s::bigint[]) AS g (message, its) ON g.message = f.message_id
      WHERE f.message_id = ANY(%(ids)s) AND {walls.mine("f")} AND f.undone_at IS NULL AND f.case_id IS NOT NULL
        AND f.case_id <> ALL(%(named)s) AND f.case_id IS DISTINCT FROM g.its AND (g.its IS NOT NULL OR %(names)s)"""
    fixed = [named[goal] for goal in goals if goal in named]
    of = found if asks else {}
    parameters = {"with_found": list(of), "found": list(of.values()), "named": fixed, "names": bool(fixed)}
    return walls.read(viewer, int, sql, ids=list(ids), **parameters)[0]


def _shown(
    viewer: User, rule: Rule, ids: Sequence[int], named: dict[UUID, int], found: dict[int, int]
) -> tuple[int, list[str], list[UUID]]:
    """How many of these somebody would see who does not; their names and public ids."""
    if not rule.shares or not ids:
        return 0, [], []
    people = sorted({str(person) for one in rule.shares for person in one.people})
    teams = [named[one.case] for one in rule.shares if one.team and one.case in named]
    of = found if any(one.team and one.case is None for one in rule.shares) else {}
    sql = f"""WITH whom AS MATERIALIZED (
        SELECT u.id FROM store_user u WHERE u.public_id = ANY(%(people)s::uuid[]) AND u.office_id = %(office)s
        UNION SELECT t.user_id FROM store_casemember t JOIN store_case c ON c.id = t.case_id
        WHERE c.id = ANY(%(teams)s) AND {walls.card("c")}),
      seen AS (SELECT m AS message, whom.id AS person FROM unnest(%(ids)s::bigint[]) m CROSS JOIN whom
        UNION SELECT g.message, t.user_id FROM unnest(%(with_found)s::bigint[], %(found)s::bigint[]) AS g (message, its)
        JOIN store_casemember t ON t.case_id = g.its),
      fresh AS (SELECT s.* FROM seen s JOIN store_user u ON u.id = s.person AND u.is_active AND u.id <> %(viewer)s
        WHERE NOT EXISTS (SELECT FROM store_grant g WHERE g.message_id = s.message AND g.user_id = s.person)),
      they AS (SELECT u.id, u.name, u.public_id FROM store_user u WHERE u.id IN (SELECT person FROM fresh))
      SELECT (SELECT count(DISTINCT message) FROM fresh), ARRAY(SELECT name FROM they ORDER BY name, id),
        ARRAY(SELECT public_id FROM they ORDER BY name, id)"""
    told = {"people": people, "teams": teams, "with_found": list(of), "found": list(of.values()), "ids": list(ids)}
    return walls.read(viewer, _count_and_people, sql, **told)[0]


def _lines(viewer: User, ids: Sequence[int], out: set[int], found: dict[int, int] | None) -> list[PreviewLine]:
    if not ids:
        return []
    sql = f"""SELECT m.id, m.public_id, coalesce(m.subject, ''), coalesce(nullif(m.from_name, ''), m.from_address), m.internaldate,
        m.id = ANY(%(out)s), coalesce((SELECT btrim(c.number || ' ' || c.name) FROM store_filing f JOIN store_case c ON c.id = f.case_id
          WHERE f.message_id = m.id AND f.undone_at IS NULL AND {walls.card("c")} ORDER BY f.id LIMIT 1), ''),
        %(every)s OR m.id = ANY(%(found)s)
      FROM store_message m WHERE {walls.mine("m")} AND m.id = ANY(%(ids)s) ORDER BY m.internaldate DESC, m.id DESC"""
    told = {"ids": list(ids), "out": sorted(out), "every": found is None, "found": list(found or ())}
    return walls.read(viewer, PreviewLine, sql, **told)


def _pair(public_id: UUID, id_: int) -> tuple[UUID, int]:
    return public_id, id_


def _count_and_people(count: int, names: list[str], whom: list[UUID]) -> tuple[int, list[str], list[UUID]]:
    return count, names, whom
