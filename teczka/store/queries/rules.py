"""What rules match: their owner's mail, and nobody else's. Within `as_user`."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from teczka.core.conditions import Field, Group, Op, leaves
from teczka.core.numbering import pattern
from teczka.core.references import Reference, parse
from teczka.store.connections import planned_once
from teczka.store.models import User
from teczka.store.queries import walls
from teczka.store.queries.conditions import Known, Writer
from teczka.store.queries.folders import THERE
from teczka.store.statements import rows_of, value_of
from teczka.store.threads import APART

SAMPLE = 500  # messages looked at together
COMMON = 0.08  # of them: what fits so often is walked for
WALKED = 8_000
LOOKED_AT = 2_000  # that an index gave

# Of message m: read, and no draft, spam or what was thrown away.
OPEN_TO_RULES = f"m.owner_id = %(viewer)s AND m.indexed_with IS NOT NULL AND NOT {APART}"

AWAY = f"""
SELECT m.id FROM store_message m JOIN store_account a ON a.id = m.account_id
WHERE m.id = ANY(%(messages)s) AND ({APART} OR NOT ({THERE}))
"""

OWN_ADDRESSES = """(SELECT lower(o.address) FROM store_account o WHERE o.owner_id = %(viewer)s
  UNION SELECT lower(i.address) FROM store_identity i WHERE i.owner_id = %(viewer)s)"""

# What conditions' ids stand for: (kind, public id, values). The addresses of parties are without the viewer's own: their mail would all be
# about them.
OFFICE = "SELECT 'office', o.timezone, o.number_patterns FROM store_office o WHERE o.id = %(office)s"
_OWN = """SELECT '{0}s', t.public_id::text, ARRAY[t.id::text] FROM store_{0} t
WHERE t.owner_id = %(viewer)s AND t.public_id = ANY(%({0}s)s::uuid[])"""
_PARTIES = f"""FROM store_partyaddress a JOIN store_case c ON c.id = a.case_id
WHERE {{which}} AND {walls.card("c")} AND a.address NOT IN {OWN_ADDRESSES}"""
KNOWN = {
    "accounts": _OWN.format("account"),
    "folders": _OWN.format("folder"),
    "bearing": f"""SELECT 'bearing', c.public_id::text, ARRAY[r.repertory, r.number, r.year::text, r.division, r.court, r.suffix]
FROM store_casereference r JOIN store_case c ON c.id = r.case_id WHERE c.public_id = ANY(%(bearing)s::uuid[]) AND {walls.card("c")}""",
    "parties": f"""SELECT 'parties', c.public_id::text, array_agg(DISTINCT a.address)
{_PARTIES.format(which="c.public_id = ANY(%(parties)s::uuid[])")} GROUP BY c.public_id""",
    "every": f"SELECT 'every', '', array_agg(DISTINCT a.address) {_PARTIES.format(which='true')} HAVING count(*) > 0",
}

# The one case of the owner's view that bears a reference of the message: where there are several, none.
FOUND = f"""
SELECT m.id, min(c.id) FROM store_message m JOIN store_messagereference r ON r.message_id = m.id
JOIN store_casereference k ON k.office_id = m.office_id AND {{same}} JOIN store_case c ON c.id = k.case_id
WHERE {walls.mine("m")} AND m.id = ANY(%(messages)s) AND {walls.card("c")} GROUP BY m.id HAVING count(DISTINCT c.id) = 1
"""
SAME = """k.repertory = r.repertory AND k.number = r.number AND k.year = r.year AND k.division = r.division AND k.court = r.court
  AND (k.suffix = r.suffix OR k.suffix = '' OR r.suffix = '')"""

# Of message m: it came after its account was added; what lay there before is old mail, for a run alone.
ARRIVED = "EXISTS (SELECT FROM store_account came WHERE came.id = m.account_id AND m.internaldate >= came.created_at)"
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


# Rows of KNOWN: kind, public id, values.
Told = tuple[tuple[str, str, tuple[str, ...]], ...]


def known(viewer: User, groups: Sequence[Group]) -> Known:
    """What the conditions' ids stand for now."""
    return _known(viewer.pk, tuple(groups), _told(viewer, groups))


def _told(viewer: User, groups: Sequence[Group]) -> Told:
    """One statement for all that is asked about."""
    asked = _asked(groups)
    given = {
        "accounts": asked[Field.ACCOUNT][Op.IS],
        "folders": asked[Field.FOLDER][Op.IS],
        "bearing": asked[Field.REFERENCE][Op.CASE],
        "parties": asked[Field.PARTY][Op.CASE],
        "every": ["yes"] * (Op.ANY in asked[Field.PARTY]),
    }
    sql = " UNION ALL ".join([OFFICE, *(KNOWN[name] for name, ids in given.items() if ids)])
    rows = planned_once(sql, {"viewer": viewer.pk, "office": viewer.office_id, **given})
    return tuple(sorted((kind, of, tuple(values)) for kind, of, values in rows))


def _asked(groups: Sequence[Group]) -> dict[Field, dict[Op, list[str]]]:
    asked: dict[Field, dict[Op, list[str]]] = defaultdict(lambda: defaultdict(list))
    for leaf in [leaf for group in groups for leaf in leaves(group)]:
        asked[leaf.field][leaf.op] += leaf.values
    return asked


def _known(viewer: int, groups: tuple[Group, ...], told: Told) -> Known:
    of_kind: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for kind, of, values in told:
        of_kind[kind].append((of, values))
    ((timezone, patterns),) = of_kind["office"]
    references: dict[str, list[Reference]] = defaultdict(list)
    if written := _asked(groups)[Field.REFERENCE][Op.IS]:
        own = [pattern(one) for one in patterns]
        references |= {text: [found] for text in written if (found := parse(text, own))}
    for case, (repertory, number, year, *rest) in of_kind["bearing"]:
        references[case].append(Reference(repertory, number, int(year), *rest))
    return Known(
        viewer,
        ZoneInfo(timezone),
        {public_id: int(id_) for public_id, (id_,) in of_kind["accounts"]},
        {public_id: int(id_) for public_id, (id_,) in of_kind["folders"]},
        references,
        {case: list(addresses) for case, addresses in (*of_kind["parties"], *of_kind["every"])},
    )


@lru_cache(64)
def _written(viewer: int, groups: tuple[Group, ...], told: Told, which: str) -> tuple[str, dict[str, Any]]:
    """The statement of `matching`, and its parameters: the same as long as the same rules mean the same."""
    writer = Writer(_known(viewer, groups, told))
    each = ", ".join(f"CASE WHEN {writer.fits(group)} THEN {place} END" for place, group in enumerate(groups))
    facts = writer.facts(f"m.id = ANY(%(messages)s) AND {OPEN_TO_RULES} AND {which}")
    fitting = f"SELECT f.id, array_remove(ARRAY[{each}]::integer[], NULL) AS fit FROM {facts}"
    return f"SELECT * FROM ({fitting}) hit WHERE fit <> '{{}}' ORDER BY id", writer.parameters


def matching(viewer: User, groups: Sequence[Group], messages: Sequence[int], which: str = "true") -> list[list[int]]:
    """For each of the rules' conditions the messages that fit, of those alone of which `which` is so (SQL of message m). One statement,
    whatever their number, beside that of `known`; both planned once a connection, as rules are the same for each message that comes."""
    found: list[list[int]] = [[] for _ in groups]
    if not groups or not messages:
        return found
    sql, parameters = _written(viewer.pk, tuple(groups), _told(viewer, groups), which)
    for message, fit in planned_once(sql, {"viewer": viewer.pk, "messages": list(messages), **parameters}):
        for place in fit:
            found[place].append(message)
    return found


def newest_by_index(viewer: User, group: Group, since: datetime, most: int) -> tuple[list[int], int]:
    """As `newest_matching`; all of them, and no more than these, where the indexes say it for sure. Else what they give is looked at from
    the newest on, until more than `most` fit."""
    writer = Writer(known(viewer, [group]))
    narrowed, exact = writer.narrowed(group)
    which = f"m.owner_id = %(viewer)s AND m.indexed_with IS NOT NULL AND m.internaldate >= %(since)s AND {narrowed}"
    sql = f"SELECT m.internaldate, m.id FROM store_message m WHERE {which}"
    parameters = {"viewer": viewer.pk, "since": since, **writer.parameters}
    ids = [id_ for _, id_ in sorted(rows_of(sql, parameters), reverse=True)]
    if exact:
        return _there(ids), 0
    found: list[int] = []
    for start in range(0, len(ids), LOOKED_AT):
        batch = ids[start : start + LOOKED_AT]
        fits = set(matching(viewer, [group], batch)[0])
        found += _there([id_ for id_ in batch if id_ in fits])
        if len(found) > most:
            return found[:most], _about(len(found) / (start + len(batch)) * len(ids), most)
    return found, 0


def _there(ids: list[int]) -> list[int]:
    """Without drafts, spam, what was thrown away, and what goes with its account."""
    away = {row[0] for row in rows_of(AWAY, {"messages": ids})} if ids else set()
    return [id_ for id_ in ids if id_ not in away]


def _about(count: float, most: int) -> int:
    return max(int(float(f"{count:.2g}")), most + 1)


def newest_matching(viewer: User, group: Group, since: datetime, most: int) -> tuple[list[int], int]:
    """The newest that fit since then; and where these are not all, about how many there are, else 0. What fits often is found by walking
    from the newest on, up to `most`, and what was walked says how often; what is rare by the indexes, all of it: a common word's index
    would cost more than reading some letters."""
    found: list[int] = []
    seen, before = 0, None
    while batch := older(viewer, before, since, SAMPLE):
        ids = [id_ for _, id_ in batch]
        fits = set(matching(viewer, [group], ids)[0])
        found += [id_ for id_ in ids if id_ in fits]
        seen, before = seen + len(batch), batch[-1]
        if len(found) > most:
            return found[:most], _about(len(found) / seen * how_many(viewer, since), most)
        if len(batch) == SAMPLE and (len(found) < seen * COMMON or seen >= WALKED):
            return newest_by_index(viewer, group, since, most)
    return found, 0


def older(
    owner: User, before: tuple[datetime, int] | None, since: datetime | None, most: int
) -> list[tuple[datetime, int]]:
    """The next of the owner's messages behind a place, the newest first: (internaldate, id)."""
    which, parameters = _behind(before, since)
    return rows_of(OLDER.format(which=which), {"viewer": owner.pk, "most": most, **parameters})


def how_many(owner: User, since: datetime | None) -> int:
    """Messages that a run would look at."""
    which, parameters = _behind(None, since)
    return int(value_of(COUNT.format(which=which), {"viewer": owner.pk, **parameters}))


def found_cases(owner: User, messages: Sequence[int]) -> dict[int, int]:
    """Message → the one case that bears a reference of it; those with none or several are left out."""
    parameters = {"viewer": owner.pk, "office": owner.office_id, "messages": list(messages)}
    return dict(rows_of(FOUND.format(same=SAME), parameters))


def placements(owner: User, messages: Sequence[int], *, every: bool) -> dict[int, list[tuple[int, int]]]:
    """Message → (placement, account); `every`: also among what was sent, and in a folder of all mail."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for message, placement, account in rows_of(PLACES, {"viewer": owner.pk, "messages": list(messages), "all": every}):
        found[message].append((placement, account))
    return dict(found)


def _behind(before: tuple[datetime, int] | None, since: datetime | None) -> tuple[str, dict[str, Any]]:
    at, id_ = before or (None, None)
    which = [
        "m.indexed_with IS NOT NULL",
        f"m.account_id <> ALL (ARRAY({GOING}))",
    ]
    which += ["(m.internaldate, m.id) < (%(at)s, %(id)s)"] if before else []
    which += ["m.internaldate >= %(since)s"] if since else []
    return " AND ".join(which), {"at": at, "id": id_, "since": since}
