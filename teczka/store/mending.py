"""What only repeats other rows, made anew from them. As the owner of the account, within a transaction."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.db import transaction

from teczka.store import events
from teczka.store.packs.format import HEADER_BYTES
from teczka.store.queries.holdings import COUNTERS, DEAD, UNREAD
from teczka.store.statements import execute, rows_of

# A message that was read goes back to the readers' queue.
READ_AGAIN = """
UPDATE store_message SET indexed_with = NULL, reading_tries = 0 WHERE account_id = %s AND public_id = ANY(%s)
"""
COUNT = """
UPDATE store_folder f SET (stored, unread) =
  (SELECT count(*), count(*) FILTER (WHERE NOT p.seen) FROM store_placement p WHERE p.folder_id = f.id AND p.gone_at IS NULL)
WHERE f.account_id = %s AND f.public_id = ANY(%s)
"""
COUNT_DEAD = """
UPDATE store_pack k SET dead =
  greatest(0, k.size - (SELECT coalesce(sum(m.pack_length + {header}), 0) FROM store_message m WHERE m.pack_id = k.id))
WHERE k.account_id = %s AND k.id = ANY(%s)
"""
SHARED = """
SELECT message_id FROM (SELECT message_id FROM store_share WHERE owner_id = %(owner)s AND message_id IS NOT NULL
  UNION SELECT message_id FROM store_grant WHERE owner_id = %(owner)s) AS shared
WHERE message_id > %(after)s ORDER BY message_id LIMIT %(most)s
"""
WRONG = "SELECT public_id FROM store_message WHERE id IN (SELECT message FROM teczka_regrant(%s)) ORDER BY id"


class _Undo(Exception):
    pass


def _execute(statement: str) -> Callable[[int, list[UUID]], None]:
    def mend(account_id: int, broken: list[UUID]) -> None:
        execute(statement, [account_id, broken])

    return mend


def _read_again(account_id: int, broken: list[UUID]) -> None:
    _execute(READ_AGAIN)(account_id, broken)
    events.wake_readers()


# By the rule that is broken (queries/holdings.py): what is done for those that break it, named as the rule names them.
MENDS: Mapping[str, Callable[[int, list[UUID]], None]] = {
    UNREAD: _read_again,
    COUNTERS: _execute(COUNT),
    DEAD: _execute(COUNT_DEAD.format(header=HEADER_BYTES)),
}


def wrong_grants(owner_id: int, after: int, most: int, *, mend: bool) -> tuple[list[UUID], int]:
    """Of the owner's messages with ids above `after`: those that `teczka_regrant` would grant otherwise than they are, and how far it
    looked; 0 at the end. Holds up the office's register meanwhile."""
    looked = [message for (message,) in rows_of(SHARED, {"owner": owner_id, "after": after, "most": most})]
    if not looked:
        return [], 0
    found: list[UUID] = []
    try:
        with transaction.atomic():
            found = [message for (message,) in rows_of(WRONG, [looked])]
            if not mend:
                raise _Undo
    except _Undo:
        pass
    return found, looked[-1]
