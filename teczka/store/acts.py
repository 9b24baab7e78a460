"""Doing: the rows of messages change at once, and a pending operation is noted for each. Within the owner's transaction, under `lock`.

Each statement does the whole selection, however large, and moves the folders' counters by what it changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from teczka.core.acts import Kind, Verb
from teczka.core.folders import AWAITED
from teczka.store.connections import planned_once
from teczka.store.models import Act, Folder, User
from teczka.store.overlay import here_alone
from teczka.store.queries.folders import MANAGED
from teczka.store.statements import execute, rows_of, value_of

FLAGS = {
    "\\Seen": "seen",
    "\\Flagged": "flagged",
    "\\Answered": "answered",
    "\\Draft": "draft",
}  # every other is a keyword

# Placement p of account a: what is done to it is done on a server.
TOLD = f"({MANAGED} AND NOT {here_alone('p')})"

KEPT_DAYS = 30
FORGOTTEN_AT_ONCE = 100_000

CHOSEN = """
  SELECT p.*, f.account_id, {managed} AS managed {more}
  FROM store_placement p JOIN store_folder f ON f.id = p.folder_id JOIN store_account a ON a.id = f.account_id {joined}
  WHERE p.owner_id = %(viewer)s AND a.owner_id = %(viewer)s AND p.gone_at IS NULL AND {which}
  ORDER BY p.folder_id, p.uid FOR UPDATE OF p
"""

SPREAD = """
SELECT f.account_id, count(*) FROM store_placement p JOIN store_folder f ON f.id = p.folder_id
WHERE p.owner_id = %(viewer)s AND p.gone_at IS NULL AND {which} GROUP BY 1
"""

NOTE = """
INSERT INTO store_operation (id, public_id, office_id, owner_id, act_id, account_id, folder_id, placement_id, message_id, kind, state,
  target_id, target_placement_id, flag, value, was, due_at, path, path_before, copied, trouble, trouble_params, trouble_detail)
"""
COMMON = "gen_random_uuid(), c.office_id, c.owner_id, %(act)s, c.account_id, c.folder_id, c.id, c.message_id"
NOTHING_MORE = "'', '', false, '', '{}', ''"

# `was` is what the server last told, whatever was laid over it since.
FLAG = """
WITH chosen AS MATERIALIZED ({chosen}),
changed AS (UPDATE store_placement p SET {change} FROM chosen c WHERE p.id = c.id),
noted AS ({note}
  SELECT nextval('store_operation_id_seq'), {common}, 'flag', CASE WHEN c.managed THEN 'pending' ELSE 'local' END,
    NULL::bigint, NULL::bigint, %(flag)s, %(value)s, coalesce(earlier.was, NOT %(value)s), NULL::timestamptz, {rest}
  FROM chosen c LEFT JOIN LATERAL (
    SELECT o.was FROM store_operation o WHERE o.placement_id = c.id AND o.kind = 'flag' AND o.flag = %(flag)s
      AND o.state IN ('pending', 'started', 'local') ORDER BY o.id LIMIT 1) earlier ON true),
counted AS (
  UPDATE store_folder f SET unread = f.unread + d.unread
  FROM (SELECT folder_id, count(*) * %(unread)s AS unread FROM chosen GROUP BY 1) d WHERE f.id = d.folder_id AND d.unread <> 0)
SELECT folder_id, count(*), count(*) FILTER (WHERE NOT managed) FROM chosen GROUP BY 1
"""

# What comes to lie in the target is awaited there, under the operation's id for a UID; but not where a folder holds everything anyway
# (Gmail's All mail), and the message has its place in it. Each has its `place` from the beginning: to find it by its UID among those just
# made would be a look at every one for every one, for nothing here has an index.
MOVE = """
WITH chosen AS MATERIALIZED (
  SELECT nextval('store_operation_id_seq') AS op, c.*, CASE WHEN NOT (c.target_role = 'all' AND EXISTS (
    SELECT FROM store_placement there WHERE there.message_id = c.message_id AND there.folder_id = c.target AND there.gone_at IS NULL))
    THEN nextval('store_placement_id_seq') END AS place FROM ({chosen}) c),
hidden AS (UPDATE store_placement p SET gone_at = now() FROM chosen c WHERE p.id = c.id AND %(leaves)s),
awaited AS (
  INSERT INTO store_placement (id, office_id, owner_id, folder_id, message_id, uidvalidity, uid, internaldate,
    seen, flagged, answered, draft, keywords)
  SELECT place, office_id, owner_id, target, message_id, %(awaited)s, op, internaldate, seen, flagged, answered, draft, keywords FROM chosen
  WHERE place IS NOT NULL RETURNING folder_id, seen),
noted AS ({note}
  SELECT op, {common}, %(kind)s, 'pending', c.target, c.place, '', NULL::boolean, NULL::boolean, NULL::timestamptz, {rest} FROM chosen c),
counted AS (
  UPDATE store_folder f SET stored = f.stored + d.stored, unread = f.unread + d.unread
  FROM (SELECT folder_id, sum(one) AS stored, sum(CASE WHEN seen THEN 0 ELSE one END) AS unread FROM (
      SELECT folder_id, seen, -1 AS one FROM chosen WHERE %(leaves)s UNION ALL SELECT folder_id, seen, 1 FROM awaited) every GROUP BY 1) d
  WHERE f.id = d.folder_id)
SELECT folder_id, count(*), 0 FROM chosen GROUP BY 1
"""
# Marks that are here alone go along to the target, where no server would bring them; not those that a later one replaces.
ALONG = """
UPDATE store_operation o SET placement_id = m.target_placement_id, folder_id = m.target_id FROM store_operation m
WHERE {which} AND m.placement_id = o.placement_id AND m.kind = 'move' AND m.state IN ('pending', 'started')
  AND m.target_placement_id IS NOT NULL AND o.kind = 'flag' AND o.state = 'local' AND NOT EXISTS (
    SELECT FROM store_operation later WHERE later.placement_id = o.placement_id AND later.kind = 'flag' AND later.flag = o.flag
      AND later.state IN ('pending', 'started') AND later.id > o.id)
RETURNING o.id
"""
TO_ACCOUNTS = """
  JOIN unnest(%(accounts)s::bigint[], %(targets)s::bigint[]) AS g (account, target) ON g.account = f.account_id
  JOIN store_folder t ON t.id = g.target AND t.account_id = f.account_id
"""
TO_FOLDERS = """
  JOIN unnest(%(placements)s::bigint[], %(targets)s::bigint[]) AS g (placement, target) ON g.placement = p.id
  JOIN store_folder t ON t.id = g.target AND t.account_id = f.account_id
"""

EXPUNGE = """
WITH chosen AS MATERIALIZED ({chosen}),
hidden AS (UPDATE store_placement p SET gone_at = now() FROM chosen c WHERE p.id = c.id),
noted AS ({note}
  SELECT nextval('store_operation_id_seq'), {common}, 'expunge', 'pending',
    NULL::bigint, NULL::bigint, '', NULL::boolean, NULL::boolean, now() + %(wait)s, {rest} FROM chosen c),
counted AS (
  UPDATE store_folder f SET stored = f.stored - d.stored, unread = f.unread - d.unread
  FROM (SELECT folder_id, count(*) AS stored, count(*) FILTER (WHERE NOT seen) AS unread FROM chosen GROUP BY 1) d WHERE f.id = d.folder_id)
SELECT folder_id, count(*), 0 FROM chosen GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Placements of the viewer's: in these folders, and of these messages where they are named; or by their ids."""

    folders: Sequence[int] = ()
    messages: Sequence[UUID] | None = None
    placements: Sequence[int] | None = None

    @property
    def which(self) -> str:
        if self.placements is not None:
            return "p.id = ANY(%(placements)s)"
        named = " AND p.message_id IN (SELECT id FROM store_message WHERE public_id = ANY(%(messages)s))"
        return "p.folder_id = ANY(%(folders)s)" + (named if self.messages is not None else "")

    @property
    def columns(self) -> dict[str, Any]:
        messages = None if self.messages is None else list(self.messages)
        placements = None if self.placements is None else list(self.placements)
        return {"folders": list(self.folders), "messages": messages, "placements": placements}


@dataclass(frozen=True, slots=True)
class Touched:
    count: int = 0  # messages that changed
    local: int = 0  # of those: here alone
    folders: frozenset[int] = frozenset()  # that they lay in


def lock(accounts: Sequence[int]) -> None:
    """Until the transaction ends nobody else acts on their mail, and their keeper commits nothing (store/mail.py reads the same rows FOR
    SHARE): an act and a pass never wait for one another in a circle."""
    execute("SELECT FROM store_lease WHERE account_id = ANY(%s) ORDER BY account_id FOR UPDATE", [list(accounts)])


def lock_all(owner_id: int) -> None:
    """Of all accounts of the owner's."""
    planned_once(
        "SELECT FROM store_lease l JOIN store_account a ON a.id = l.account_id WHERE a.owner_id = %(owner)s"
        " ORDER BY l.account_id FOR UPDATE OF l",
        {"owner": owner_id},
    )


def begin(actor: User, key: UUID, verb: Verb, *, quiet: bool = False, undoes: Act | None = None) -> Act | None:
    """None where an act of this key was done already. Waits for one that is just being done."""
    made = value_of(
        "INSERT INTO store_act (public_id, office_id, owner_id, key, verb, count, created_at, quiet, undoes_id)"
        " VALUES (gen_random_uuid(), %s, %s, %s, %s, 0, now(), %s, %s) ON CONFLICT (owner_id, key) DO NOTHING RETURNING id",
        [actor.office_id, actor.pk, key, verb, quiet, undoes.pk if undoes else None],
    )
    return Act.objects.get(pk=made) if made else None


def forget_old() -> int:
    """Everybody's, long after it could be undone; by a function over the wall (migration 0002). Returns how many operations went."""
    return int(value_of("SELECT teczka_forget_acts(%s, %s)", [KEPT_DAYS, FORGOTTEN_AT_ONCE]))


def spread(owner_id: int, chosen: Chosen, *, gone: bool = False) -> dict[int, int]:
    """Account → how many of its messages are chosen. `gone`: of those alone whose folder is on the server no longer."""
    which = chosen.which + (" AND f.gone_at IS NOT NULL" if gone else "")
    return dict(rows_of(SPREAD.format(which=which), {"viewer": owner_id, **chosen.columns}))


def flag(owner_id: int, act: Act | None, chosen: Chosen, name: str, *, value: bool) -> Touched:
    """Those that have the flag so already are passed over. In an account that is not managed it is so here alone."""
    has, change = flag_column(name, "%(value)s")
    select = _select(f"{chosen.which} AND ({has}) <> %(value)s")
    unread = (-1 if value else 1) if FLAGS.get(name) == "seen" else 0
    columns = {"flag": name, "value": value, "unread": unread}
    return _touch(FLAG, owner_id, act, chosen, columns, chosen=select, change=change)


def move(owner_id: int, act: Act | None, chosen: Chosen, targets: Mapping[int, int], *, copy: bool = False) -> Touched:
    """Each account's to its own target folder: account → folder. What lies there already, or in another account, is passed over."""
    to = {"accounts": list(targets), "targets": list(targets.values())}
    return _move(owner_id, act, chosen, to, TO_ACCOUNTS, Kind.COPY if copy else Kind.MOVE)


def move_back(owner_id: int, act: Act, targets: Mapping[int, int]) -> Touched:
    """Placement → folder."""
    to = {"targets": list(targets.values())}
    return _move(owner_id, act, Chosen(placements=list(targets)), to, TO_FOLDERS, Kind.MOVE)


def expunge(owner_id: int, act: Act | None, chosen: Chosen, wait: timedelta) -> Touched:
    """For good on the server, but not before the wait is over. Here it is but a mark (P2)."""
    return _touch(EXPUNGE, owner_id, act, chosen, {"wait": wait}, chosen=_select(f"{chosen.which} AND {TOLD}"))


def repath(folder: Folder, path: str) -> None:
    """As people read it, with what lies below it; the wire names stay until the server has them (outcomes.renamed)."""
    execute(
        "UPDATE store_folder SET path = %(path)s || substr(path, length(%(before)s) + 1) WHERE account_id = %(account)s"
        " AND (id = %(id)s OR (%(delimiter)s <> '' AND starts_with(path, %(before)s || %(delimiter)s)))",
        {
            "path": path,
            "before": folder.path,
            "account": folder.account_id,
            "id": folder.pk,
            "delimiter": folder.delimiter,
        },
    )


def flag_column(name: str, value: str) -> tuple[str, str]:
    """SQL: whether placement p has the flag (%(flag)s), and making it be so."""
    if name in FLAGS:
        return f"p.{FLAGS[name]}", f"{FLAGS[name]} = {value}"
    added, taken = "array_append(p.keywords, %(flag)s)", "array_remove(p.keywords, %(flag)s)"
    return "%(flag)s = ANY(p.keywords)", f"keywords = CASE WHEN {value} THEN {added} ELSE {taken} END"


def _move(owner_id: int, act: Act | None, chosen: Chosen, to: Mapping[str, Any], joined: str, kind: Kind) -> Touched:
    which = f"{chosen.which} AND p.folder_id <> g.target AND {TOLD}"
    select = _select(which, ", t.id AS target, t.role AS target_role", joined)
    columns = {"kind": kind, "leaves": kind is Kind.MOVE, "awaited": AWAITED, **to}
    touched = _touch(MOVE, owner_id, act, chosen, columns, chosen=select)
    if act and touched.count:
        execute(ALONG.format(which="m.act_id = %s"), [act.pk])
    return replace(touched, folders=touched.folders | set(to["targets"])) if touched.count else touched


def _select(which: str, more: str = "", joined: str = "") -> str:
    return CHOSEN.format(which=which, more=more, joined=joined, managed=TOLD)


def _touch(
    statement: str, owner_id: int, act: Act | None, of: Chosen, columns: Mapping[str, Any], **pieces: str
) -> Touched:
    sql = statement.format(note=NOTE, common=COMMON, rest=NOTHING_MORE, **pieces)
    rows = rows_of(sql, {"viewer": owner_id, "act": act.pk if act else None, **of.columns, **columns})
    return Touched(sum(row[1] for row in rows), sum(row[2] for row in rows), frozenset(row[0] for row in rows))
