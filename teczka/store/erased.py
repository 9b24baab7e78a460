"""Tombstones: what was erased is not fetched again. Within the owner's transaction.

Known by its bytes, wherever a server gives them again; and by the places where its server still has it, so that it is not asked for them
in each pass. Erasing raises the epoch of the account's lease, so that a batch which was kept before that is never placed.
"""

from collections.abc import Sequence
from typing import Any

from teczka.store.columns import array
from teczka.store.statements import execute

# Where its server shows it still. What lies here alone, or has left, no pass asks for.
BURY = """
WITH buried AS (
  INSERT INTO store_erased (public_id, office_id, owner_id, account_id, sha256, size, at)
  SELECT public_id, office_id, owner_id, account_id, sha256, size, now() FROM store_message WHERE id = %s
  ON CONFLICT (account_id, sha256, size) DO UPDATE SET public_id = excluded.public_id, at = now(), cleaned_at = NULL RETURNING id, owner_id)
INSERT INTO store_erasedplace (erased_id, owner_id, folder_id, uidvalidity, uid, uidl, listed_size, head)
SELECT b.id, b.owner_id, p.folder_id, p.uidvalidity, p.uid, p.uidl, coalesce(p.listed_size, m.size), p.head
FROM buried b, store_placement p JOIN store_message m ON m.id = p.message_id
WHERE p.message_id = %s AND p.uidvalidity >= 0 AND p.gone_at IS NULL AND p.left_at IS NULL
ON CONFLICT (folder_id, uidvalidity, uid) DO NOTHING
"""

MET = """
INSERT INTO store_erasedplace (erased_id, owner_id, folder_id, uidvalidity, uid, uidl, listed_size, head)
SELECT e.id, e.owner_id, %(folder)s, %(uidvalidity)s, t.uid, t.uidl, coalesce(t.listed_size, e.size), t.head
FROM json_to_recordset(%(rows)s) AS t (sha256 bytea, size bigint, uid bigint, uidl bytea, listed_size bigint, head bytea)
JOIN store_erased e ON e.account_id = %(account)s AND e.sha256 = t.sha256 AND e.size = t.size
ON CONFLICT (folder_id, uidvalidity, uid) DO NOTHING
"""

NOT_THERE = "DELETE FROM store_erasedplace WHERE folder_id = %(folder)s AND {which}"


def bury(message_id: int) -> None:
    execute(BURY, [message_id, message_id])


def meet(account_id: int, folder_id: int, uidvalidity: int, rows: str) -> None:
    """A server gave them again, at these places. `rows`: of `arrivals.as_json`."""
    execute(MET, {"account": account_id, "folder": folder_id, "uidvalidity": uidvalidity, "rows": rows})


def ask_again(account_id: int, identities: Sequence[tuple[bytes, int]]) -> int:
    """A person wants these bytes, of such SHA-256 and length, back: the next pass fetches them. Returns how many had been erased."""
    return execute(
        "DELETE FROM store_erased e USING unnest(%s::bytea[], %s::bigint[]) AS t (sha256, size)"
        " WHERE e.account_id = %s AND e.sha256 = t.sha256 AND e.size = t.size",
        [array([digest for digest, _ in identities]), [size for _, size in identities], account_id],
    )


def not_there(folder_id: int, which: str, columns: dict[str, Any]) -> None:
    """Its server shows it there no longer. `which`: of the columns of a place."""
    execute(NOT_THERE.format(which=which), columns | {"folder": folder_id})


def forget_places(account_id: int) -> None:
    """The account lies on another server now."""
    execute(
        "DELETE FROM store_erasedplace p USING store_folder f WHERE p.folder_id = f.id AND f.account_id = %s",
        [account_id],
    )
