"""What rules match: their owner's mail, and nobody else's. Within `as_user`."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from teczka.core.conditions import Field, Group, Op, leaves
from teczka.core.numbering import pattern
from teczka.core.references import Reference, parse
from teczka.store.models import Office, User
from teczka.store.queries import walls
from teczka.store.queries.conditions import Known, Writer
from teczka.store.queries.folders import THERE
from teczka.store.threads import APART

SAMPLE = 500  # messages looked at together
COMMON = 0.08  # of them: what fits so often is walked for
WALKED = 8_000

# Of message m: read, and no draft, spam or what was thrown away.
OPEN_TO_RULES = f"m.owner_id = %(viewer)s AND m.indexed_with IS NOT NULL AND NOT {APART}"

AWAY = f"""
SELECT m.id FROM store_message m JOIN store_account a ON a.id = m.account_id
WHERE m.id = ANY(%(messages)s) AND ({APART} OR NOT ({THERE}))
"""

OWN_ADDRESSES = """(SELECT lower(o.address) FROM store_account o WHERE o.owner_id = %(viewer)s
  UNION SELECT lower(i.address) FROM store_identity i WHERE i.owner_id = %(viewer)s)"""

# The one case of the owner's view that bears a reference of the message: where there are several, none.
FOUND = f"""
SELECT m.id, min(c.id) FROM store_message m JOIN store_messagereference r ON r.message_id = m.id
JOIN store_casereference k ON k.office_id = m.office_id AND {{same}} JOIN store_case c ON c.id = k.case_id
WHERE {walls.mine("m")} AND m.id = ANY(%(messages)s) AND {walls.card("c")} GROUP BY m.id HAVING count(DISTINCT c.id) = 1
"""
SAME = """k.repertory = r.repertory AND k.number = r.number AND k.year = r.year AND k.division = r.division AND k.court = r.court
  AND (k.suffix = r.suffix OR k.suffix = '' OR r.suffix = '')"""

# What came after its account was added; what lay there before is old mail, for a run alone.
ARRIVED = """
SELECT m.id FROM store_message m JOIN store_account a ON a.id = m.account_id
WHERE m.owner_id = %(viewer)s AND m.id = ANY(%(messages)s) AND m.internaldate >= a.created_at ORDER BY m.id
"""
OLDER = """
SELECT m.internaldate, m.id FROM store_message m WHERE m.owner_id = %(viewer)s AND {which}
ORDER BY m.internaldate DESC, m.id DESC LIMIT %(most)s
"""
# Accounts whose mail goes with them. Asked once, beside: joined, they would have all mail read and sorted for each block of it.
GOING = f"SELECT a.id FROM store_account a WHERE a.owner_id = %(viewer)s AND NOT ({THERE})"
COUNT = "SELECT count(*) FROM store_message m WHERE m.owner_id = %(viewer)s AND {which}"

# Where a rule may act on a message: not in what holds a copy of everything, nor among what was sent.
PLACES = """
SELECT p.message_id, p.id, f.account_id FROM store_placement p JOIN store_folder f ON f.id = p.folder_id
WHERE p.owner_id = %(viewer)s AND p.message_id = ANY(%(messages)s) AND p.gone_at IS NULL AND (%(all)s OR f.role NOT IN ('all', 'sent'))
"""


def known(viewer: User, groups: Sequence[Group]) -> Known:
    """One statement for each kind of id that is asked about."""
    asked: dict[Field, dict[Op, list[str]]] = defaultdict(lambda: defaultdict(list))
    for leaf in [leaf for group in groups for leaf in leaves(group)]:
        asked[leaf.field][leaf.op] += leaf.values
    office = Office.objects.get(pk=viewer.office_id)
    references: dict[str, list[Reference]] = defaultdict(list)
    if written := asked[Field.REFERENCE][Op.IS]:
        own = [pattern(one) for one in office.number_patterns]
        references |= {text: [found] for text in written if (found := parse(text, own))}
    for case, *reference in _of_cases(viewer, CASE_REFERENCES, asked[Field.REFERENCE][Op.CASE]):
        references.setdefault(case, []).append(Reference(*reference))
    return Known(
        viewer.pk,
        ZoneInfo(office.timezone),
        _ids(viewer, "store_account", asked[Field.ACCOUNT][Op.IS]),
        _ids(viewer, "store_folder", asked[Field.FOLDER][Op.IS]),
        references,
        _addresses(viewer, asked[Field.PARTY][Op.CASE], every=Op.ANY in asked[Field.PARTY]),
    )


def matching(viewer: User, groups: Sequence[Group], messages: Sequence[int]) -> list[list[int]]:
    """For each of the rules' conditions the messages that fit. One statement, whatever their number, beside those of `known`."""
    found: list[list[int]] = [[] for _ in groups]
    if not groups or not messages:
        return found
    writer = Writer(known(viewer, groups))
    each = ", ".join(f"CASE WHEN {writer.fits(group)} THEN {place} END" for place, group in enumerate(groups))
    facts = writer.facts(f"m.id = ANY(%(messages)s) AND {OPEN_TO_RULES}")
    fitting = f"SELECT f.id, array_remove(ARRAY[{each}]::integer[], NULL) AS fit FROM {facts}"
    sql = f"SELECT * FROM ({fitting}) hit WHERE fit <> '{{}}' ORDER BY id"
    for message, fit in _rows(sql, {"viewer": viewer.pk, "messages": list(messages), **writer.parameters}):
        for place in fit:
            found[place].append(message)
    return found


def all_matching(viewer: User, group: Group, since: datetime) -> list[int]:
    """Every message since then that fits, the newest first: by indexes as far as these go."""
    writer = Writer(known(viewer, [group]))
    narrowed, exact = writer.narrowed(group)
    which = f"m.owner_id = %(viewer)s AND m.indexed_with IS NOT NULL AND m.internaldate >= %(since)s AND {narrowed}"
    if exact:
        sql = f"SELECT m.internaldate, m.id FROM store_message m WHERE {which}"
    else:
        fits = writer.fits(group)
        sql = f"SELECT f.internaldate, f.id FROM {writer.facts(which)} WHERE {fits}"
    parameters = {"viewer": viewer.pk, "since": since, **writer.parameters}
    found = [id_ for _, id_ in sorted(_rows(sql, parameters), reverse=True)]
    away = {row[0] for row in _rows(AWAY, {"messages": found})} if found else set()
    return [id_ for id_ in found if id_ not in away]


def newest_matching(viewer: User, group: Group, since: datetime, most: int) -> tuple[list[int], bool]:
    """The newest that fit since then, and whether there are more than these. What fits often is found by walking from the newest on, up to
    `most`; what is rare by the indexes, all of it: a common word's index would cost more than reading some letters."""
    found: list[int] = []
    seen, before = 0, None
    while batch := older(viewer, before, since, SAMPLE):
        ids = [id_ for _, id_ in batch]
        fits = set(matching(viewer, [group], ids)[0])
        found += [id_ for id_ in ids if id_ in fits]
        seen, before = seen + len(batch), batch[-1]
        if len(found) > most:
            return found[:most], True
        if len(batch) == SAMPLE and (len(found) < seen * COMMON or seen >= WALKED):
            return all_matching(viewer, group, since), False
    return found, False


def arrived(owner: User, messages: Sequence[int]) -> list[int]:
    return [row[0] for row in _rows(ARRIVED, {"viewer": owner.pk, "messages": list(messages)})]


def older(
    owner: User, before: tuple[datetime, int] | None, since: datetime | None, most: int
) -> list[tuple[datetime, int]]:
    """The next of the owner's messages behind a place, the newest first: (internaldate, id)."""
    which, parameters = _behind(before, since)
    return _rows(OLDER.format(which=which), {"viewer": owner.pk, "most": most, **parameters})


def how_many(owner: User, since: datetime | None) -> int:
    """Messages that a run would look at."""
    which, parameters = _behind(None, since)
    return int(_rows(COUNT.format(which=which), {"viewer": owner.pk, **parameters})[0][0])


def found_cases(owner: User, messages: Sequence[int]) -> dict[int, int]:
    """Message → the one case that bears a reference of it; those with none or several are left out."""
    parameters = {"viewer": owner.pk, "office": owner.office_id, "messages": list(messages)}
    return dict(_rows(FOUND.format(same=SAME), parameters))


def placements(owner: User, messages: Sequence[int], *, every: bool) -> dict[int, list[tuple[int, int]]]:
    """Message → (placement, account); `every`: also among what was sent, and in a folder of all mail."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for message, placement, account in _rows(PLACES, {"viewer": owner.pk, "messages": list(messages), "all": every}):
        found[message].append((placement, account))
    return dict(found)


CASE_REFERENCES = f"""
SELECT c.public_id::text, r.repertory, r.number, r.year, r.division, r.court, r.suffix
FROM store_casereference r JOIN store_case c ON c.id = r.case_id WHERE c.public_id = ANY(%(cases)s::uuid[]) AND {walls.card("c")}
"""
CASE_ADDRESSES = f"""
SELECT c.public_id::text, a.address FROM store_partyaddress a JOIN store_case c ON c.id = a.case_id
WHERE {{which}} AND {walls.card("c")} AND a.address NOT IN {OWN_ADDRESSES}
"""


def _addresses(viewer: User, cases: Sequence[str], *, every: bool) -> dict[str, list[str]]:
    """Of parties; under "" those of all cases. The viewer's own are nobody's: their mail would all be about them."""
    if not cases and not every:
        return {}
    of: dict[str, list[str]] = defaultdict(list)
    which = "true" if every else "c.public_id = ANY(%(cases)s::uuid[])"
    for case, address in _of_cases(viewer, CASE_ADDRESSES.format(which=which), cases or [""] * every):
        of[case].append(address)
    if every:
        of[""] = sorted({address for addresses in of.values() for address in addresses})
    return dict(of)


def _of_cases(viewer: User, sql: str, cases: Sequence[str]) -> list[tuple[Any, ...]]:
    if not cases:
        return []
    named = [case for case in cases if case]
    return _rows(sql, {"viewer": viewer.pk, "office": viewer.office_id, "cases": named})


def _ids(viewer: User, table: str, public_ids: Sequence[str]) -> dict[str, int]:
    if not public_ids:
        return {}
    sql = f"SELECT public_id::text, id FROM {table} WHERE owner_id = %(viewer)s AND public_id = ANY(%(ids)s::uuid[])"
    return dict(_rows(sql, {"viewer": viewer.pk, "ids": list(public_ids)}))


def _behind(before: tuple[datetime, int] | None, since: datetime | None) -> tuple[str, dict[str, Any]]:
    at, id_ = before or (None, None)
    which = [
        "m.indexed_with IS NOT NULL",
        f"m.account_id <> ALL (ARRAY({GOING}))",
    ]
    which += ["(m.internaldate, m.id) < (%(at)s, %(id)s)"] if before else []
    which += ["m.internaldate >= %(since)s"] if since else []
    return " AND ".join(which), {"at": at, "id": id_, "since": since}


def _rows(statement: str, parameters: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
