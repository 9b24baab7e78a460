"""What is known of an account's folders: names, roles, cursors, and the messages that would not come. Within the owner's transaction."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from teczka.core.errors import Problem, Trouble
from teczka.core.folders import LONGEST_WIRE_NAME, ORDER, FolderRole, LocalFolder, roles
from teczka.core.mail import FolderStatus, RemoteFolder
from teczka.core.messages import TRIES
from teczka.store import erased, outcomes, placements
from teczka.store.models import Account, Folder
from teczka.store.statements import execute, rows_of, value_of

# Where a rename waits for the server, paths are people's, and nothing is new or missed under the name that is to be: an answer may have
# been lost, and the folder lie there already. What is to be removed there stays removed here.
# A folder under -1, core.folders.AWAITED, is here alone (store/sent.py), until its server lists one of its name.
# Stranded is what waits for a folder that was gone before, and that this listing lacks, too: one may lack it just once. Not where it was
# removed here. What settles was gone for a day: its messages that lie elsewhere by now are shown there alone.
UPSERT = """
WITH listed AS (
  SELECT * FROM unnest(%(names)s::bytea[], %(paths)s::text[], %(delimiters)s::text[], %(roles)s::text[], %(selectable)s::boolean[])
    AS t (wire_name, path, delimiter, role, selectable)),
shaping AS (
  SELECT kind, folder_id, path FROM store_operation WHERE account_id = %(account)s AND state IN ('pending', 'started')
    AND kind IN ('rename', 'remove')),
gone AS (
  SELECT id, path, gone_at < now() - interval '1 day' AND complete_below > 1 AND stored > 0 AS settles
  FROM store_folder f WHERE account_id = %(account)s AND gone_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM listed t WHERE t.wire_name = f.wire_name)
    AND NOT EXISTS (SELECT FROM shaping WHERE kind = 'remove' AND folder_id = f.id)),
saved AS (
  INSERT INTO store_folder AS f (public_id, office_id, owner_id, account_id, wire_name, path, delimiter, role, selectable, complete_below,
    on_server, stored, unread)
  SELECT gen_random_uuid(), %(office)s, %(owner)s, %(account)s, t.wire_name,
    CASE WHEN EXISTS (SELECT FROM shaping WHERE kind = 'rename') THEN coalesce(known.path, t.path) ELSE t.path END,
    t.delimiter, t.role, t.selectable, 0, 0, 0, 0
  FROM listed t LEFT JOIN store_folder known ON known.account_id = %(account)s AND known.wire_name = t.wire_name
  WHERE (NOT {t_is_renamed} OR (known.id IS NOT NULL AND known.gone_at IS NULL))
    AND NOT EXISTS (SELECT FROM shaping WHERE kind = 'remove' AND folder_id = known.id)
  ON CONFLICT (account_id, wire_name) DO UPDATE SET path = excluded.path, delimiter = excluded.delimiter, role = excluded.role,
    selectable = excluded.selectable, gone_at = NULL, uidvalidity = nullif(f.uidvalidity, -1),
    complete_below = CASE WHEN f.gone_at IS NULL THEN f.complete_below ELSE least(f.complete_below, 1) END
  WHERE f.uidvalidity = -1 OR (f.path, f.delimiter, f.role, f.selectable, f.gone_at)
    IS DISTINCT FROM (excluded.path, excluded.delimiter, excluded.role, excluded.selectable, NULL::timestamptz)
  RETURNING 1),
missed AS (
  UPDATE store_folder f SET gone_at = now() WHERE account_id = %(account)s AND gone_at IS NULL AND uidvalidity IS DISTINCT FROM -1
    AND NOT EXISTS (SELECT FROM listed t WHERE t.wire_name = f.wire_name) AND f.wire_name <> ALL (%(long)s::bytea[]) AND NOT {f_is_renamed}
  RETURNING 1),
stranded AS (
  SELECT o.id, coalesce(f.path, t.path) AS path, o.kind = 'flag' AS marks, f.id IS NULL AS into
  FROM store_operation o LEFT JOIN gone f ON f.id = o.folder_id LEFT JOIN gone t ON t.id = o.target_id
  WHERE o.account_id = %(account)s AND o.kind IN ('flag', 'move', 'copy', 'expunge', 'append') AND o.state IN ('pending', 'started')
    AND (f.id IS NOT NULL OR t.id IS NOT NULL))
SELECT (SELECT count(*) FROM saved) + (SELECT count(*) FROM missed), ARRAY(SELECT id FROM gone WHERE settles), s.*
FROM (SELECT) listing LEFT JOIN stranded s ON true
"""

KNOWN = """
SELECT id, public_id, wire_name, uidvalidity, complete_below, highestmodseq, stored - (
    SELECT count(*) FROM store_placement p WHERE p.folder_id = f.id AND p.gone_at IS NULL AND p.left_at IS NOT NULL) - (
    SELECT count(*) FROM store_placement p WHERE p.folder_id = f.id AND p.gone_at IS NULL AND p.left_at IS NULL
      AND (p.uidvalidity = -1 OR p.uidvalidity <> f.uidvalidity)) + (
    SELECT count(*) FROM store_operation o JOIN store_placement p ON p.id = o.placement_id AND p.uidvalidity <> -1
    WHERE o.folder_id = f.id AND o.kind IN ('move', 'expunge') AND o.state IN ('pending', 'started', 'marked')) + (
    SELECT count(*) FROM store_erasedplace e WHERE e.folder_id = f.id AND e.uidvalidity = f.uidvalidity),
  on_server, role, path
FROM store_folder f WHERE account_id = %s AND gone_at IS NULL AND selectable AND uidvalidity IS DISTINCT FROM -1
"""

NAMES = "SELECT wire_name FROM store_folder WHERE account_id = %s AND gone_at IS NULL"
SHAPED = """
SELECT EXISTS (SELECT FROM store_operation WHERE account_id = %s AND kind IN ('rename', 'remove') AND state IN ('pending', 'started'))
"""
# One that went earlier may bear the name still, as in outcomes.RENAMED.
RENAME = (
    """UPDATE store_folder SET wire_name = wire_name || '\\x00'::bytea || id::text::bytea
       WHERE account_id = %(account)s AND wire_name = %(name)s AND gone_at IS NOT NULL""",
    "UPDATE store_folder SET wire_name = %(name)s, highestmodseq = NULL WHERE id = %(id)s AND account_id = %(account)s",
)


def save(account: Account, listed: Sequence[RemoteFolder]) -> tuple[list[LocalFolder], dict[int, UUID], bool]:
    """The selectable folders in the order of `LocalAccount.save_folders`, their public ids, and whether anything changed."""
    changed = False
    # A server that lists a name twice means one folder.
    named = {folder.name: folder for folder in listed if len(folder.name) <= LONGEST_WIRE_NAME}
    if named:
        given = roles(list(named.values()), _chosen(account, named))
        columns: dict[str, Any] = {
            "office": account.office_id,
            "owner": account.owner_id,
            "account": account.pk,
            "names": list(named),
            "long": [folder.name for folder in listed if folder.name not in named],  # kept once, it is kept
            "paths": [folder.path.replace("\0", "") for folder in named.values()],
            "delimiters": [(folder.delimiter or "").replace("\0", "") for folder in named.values()],
            "roles": [given[name] for name in named],
            "selectable": [folder.selectable for folder in named.values()],
        }
        told = rows_of(UPSERT.format(t_is_renamed=_renamed("t"), f_is_renamed=_renamed("f")), columns)
        stranded = [tuple(row[2:]) for row in told if row[2] is not None]
        _release(stranded)
        _settle(told[0][1])
        changed = told[0][0] != 0 or bool(stranded or told[0][1])
    rows = sorted(rows_of(KNOWN, [account.pk]), key=lambda row: (ORDER.index(FolderRole(row[8])), row[9]))
    return [_local(row) for row in rows], {row[0]: row[1] for row in rows}, changed


def _release(stranded: Sequence[tuple[Any, ...]]) -> None:
    """What no server can be told any more: what was marked stays marked here, and what was moved is where it was."""
    outcomes.keep_here([id_ for id_, _, marks, _ in stranded if marks])
    ended: set[int] = set()
    for gone, into in {(path, into) for _, path, marks, into in stranded if not marks}:
        left = [row[0] for row in stranded if tuple(row[1:]) == (gone, False, into) and row[0] not in ended]
        trouble = Trouble.FOLDER_GONE if into else Trouble.FOLDER_VANISHED
        ended.update(outcomes.refuse(left, Problem(trouble, folder=gone)))


def _settle(gone: Sequence[int]) -> None:
    """Once: the cursor says so, and that it is to be compared whole should it come back."""
    for folder in gone:
        placements.leave_to_others(folder)
    if gone:
        execute("UPDATE store_folder SET complete_below = 1 WHERE id = ANY(%s)", [list(gone)])


def unlisted(account: Account, listed: Sequence[RemoteFolder]) -> tuple[list[LocalFolder], list[RemoteFolder]]:
    """Of folders that were opened those that are not listed, and those listed that are not known; `LocalAccount.unlisted`."""
    names = {folder.name for folder in listed}
    known = {bytes(row[0]) for row in rows_of(NAMES, [account.pk])}
    if known <= names or names <= known or value_of(SHAPED, [account.pk]):
        return [], []
    missing = [
        folder
        for row in rows_of(KNOWN, [account.pk])
        if (folder := _local(row)).name not in names and folder.uidvalidity and folder.name.upper() != b"INBOX"
    ]
    new = [folder for folder in listed if folder.selectable and folder.name not in known]
    return missing, [folder for folder in new if len(folder.name) <= LONGEST_WIRE_NAME]


def rename(account_id: int, folder_id: int, to: RemoteFolder) -> None:
    """As the server calls it now. What people call it follows from the listing, as ever."""
    for statement in RENAME:
        execute(statement, {"account": account_id, "id": folder_id, "name": to.name})


def _local(row: Sequence[Any]) -> LocalFolder:
    return LocalFolder(row[0], bytes(row[2]), *row[3:8])


def _renamed(folder: str) -> str:
    """SQL: it bears a name that a folder is to have, or lies below that."""
    return (
        f"EXISTS (SELECT FROM shaping WHERE kind = 'rename' AND ({folder}.path = shaping.path"
        f" OR ({folder}.delimiter <> '' AND starts_with({folder}.path, shaping.path || {folder}.delimiter))))"
    )


def _chosen(account: Account, listed: Collection[bytes]) -> dict[bytes, FolderRole]:
    """A folder that is gone keeps no role from another."""
    chosen = Folder.objects.filter(account=account, chosen_role__isnull=False).values_list("wire_name", "chosen_role")
    return {bytes(name): FolderRole(role or "") for name, role in chosen if bytes(name) in listed}


# How many generations lie below zero already, where no server counts. One look into the index for each folder.
GENERATIONS = """
SELECT ceil(-least(min(oldest.uidvalidity), 0) / 4294967296.0)::bigint FROM store_folder f CROSS JOIN LATERAL
  (SELECT uidvalidity FROM store_placement p WHERE p.folder_id = f.id ORDER BY uidvalidity LIMIT 1) oldest
WHERE {which}
"""
AFRESH = (
    """UPDATE store_placement p SET uidvalidity = p.uidvalidity - %(down)s FROM store_folder f
       WHERE f.account_id = %(account)s AND p.folder_id = f.id AND p.uidvalidity >= 0""",
    """UPDATE store_folder SET uidvalidity = NULL, complete_below = 0, highestmodseq = NULL WHERE account_id = %(account)s""",
    """DELETE FROM store_fetchtrouble t USING store_folder f WHERE f.account_id = %(account)s AND t.folder_id = f.id""",
    """UPDATE store_account SET left_out = '[]' WHERE id = %(account)s""",
)


def start_afresh(account_id: int) -> None:
    """The account lies on another server now: its UIDVALIDITY and UIDs may be those of other messages by chance. What we hold keeps its
    place under numbers that no server gives, so that the next pass takes it for renumbered and re-matches it. Costs a row each."""
    down = _down("f.account_id = %(id)s", account_id)
    for statement in AFRESH:
        execute(statement, {"account": account_id, "down": down})
    erased.forget_places(account_id)


# What was put there is looked for from the first UID on.
RENUMBER = (
    """UPDATE store_placement p SET uidvalidity = p.uidvalidity - %(down)s FROM store_folder f
       WHERE f.id = %(folder)s AND p.folder_id = f.id AND p.uidvalidity = f.uidvalidity""",
    """UPDATE store_operation o SET target_uidnext = 0 FROM store_placement p
       WHERE p.folder_id = %(folder)s AND p.uidvalidity = -1 AND o.id = p.uid""",
    "UPDATE store_folder SET complete_below = 0, highestmodseq = NULL WHERE id = %(folder)s",
    "DELETE FROM store_fetchtrouble WHERE folder_id = %(folder)s",
)


def renumber(folder_id: int) -> None:
    """`LocalAccount.renumber`; as `start_afresh` does it with all of an account."""
    down = _down("f.id = %(id)s", folder_id)
    for statement in RENUMBER:
        execute(statement, {"folder": folder_id, "down": down})
    erased.not_there(folder_id, "uidvalidity > 0", {})


def _down(which: str, id_: int) -> int:
    used = value_of(GENERATIONS.format(which=which), {"id": id_}) or 0
    return ((int(used) + 1) << 32) + 1


def opened(folder_id: int, status: FolderStatus) -> None:
    execute(
        "UPDATE store_folder SET on_server = %(messages)s, uidvalidity = %(validity)s,"
        " complete_below = CASE WHEN uidvalidity = %(validity)s THEN complete_below ELSE 0 END,"
        " highestmodseq = CASE WHEN uidvalidity = %(validity)s THEN highestmodseq END WHERE id = %(id)s",
        {"messages": status.messages, "validity": status.uidvalidity, "id": folder_id},
    )


EMPTY = """
UPDATE store_folder f SET on_server = 0, uidvalidity = t.uidvalidity, complete_below = t.uidnext, highestmodseq = t.highestmodseq
FROM unnest(%(ids)s::bigint[], %(validities)s::bigint[], %(nexts)s::bigint[], %(modseqs)s::bigint[])
  AS t (id, uidvalidity, uidnext, highestmodseq)
WHERE f.id = t.id AND f.uidvalidity IS NULL AND NOT EXISTS (SELECT FROM store_placement p WHERE p.folder_id = f.id) RETURNING f.id
"""


def found_empty(told: Sequence[tuple[int, FolderStatus]]) -> set[int]:
    """`LocalAccount.found_empty`."""
    columns = {
        "ids": [folder for folder, _ in told],
        "validities": [status.uidvalidity for _, status in told],
        "nexts": [status.uidnext for _, status in told],
        "modseqs": [status.highestmodseq for _, status in told],
    }
    return {row[0] for row in rows_of(EMPTY, columns)}


def complete(folder_id: int, status: FolderStatus, complete_below: int) -> None:
    execute(
        "UPDATE store_folder SET complete_below = %s, highestmodseq = %s WHERE id = %s",
        [complete_below, status.highestmodseq, folder_id],
    )


# After its tries at once a message waits: ten minutes, then four times as long each time, a day at most. So it comes soon after what a
# server mends soon, and one that never comes breaks a connection once a day.
TROUBLED = """
SELECT uid, CASE WHEN last_try_at > now() - least(interval '1 day', interval '10 minutes' * 4 ^ least(greatest(tries - %s, 0), 9))
  THEN tries ELSE 0 END
FROM store_fetchtrouble WHERE folder_id = %s AND uidvalidity = %s
"""


def troubled_uids(folder_id: int, uidvalidity: int) -> dict[int, int]:
    return dict(rows_of(TROUBLED, [TRIES, folder_id, uidvalidity]))


def give_up(folder_id: int, owner_id: int, uidvalidity: int, uids: Sequence[int], trouble: Trouble) -> None:
    execute(
        "INSERT INTO store_fetchtrouble AS t (folder_id, owner_id, uidvalidity, uid, tries, trouble, last_try_at)"
        " SELECT %s, %s, %s, uid, 1, %s, now() FROM unnest(%s::bigint[]) AS uid ON CONFLICT (folder_id, uidvalidity, uid) DO UPDATE"
        " SET tries = t.tries + 1, trouble = excluded.trouble, last_try_at = now()",
        [folder_id, owner_id, uidvalidity, trouble, list(uids)],
    )


def forget_trouble(folder_id: int, uidvalidity: int, uids: Sequence[int]) -> None:
    execute(
        "DELETE FROM store_fetchtrouble WHERE folder_id = %s AND uidvalidity = %s AND uid = ANY(%s)",
        [folder_id, uidvalidity, list(uids)],
    )
