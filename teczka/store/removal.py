"""Taking an account's mail away for good, a pack at a time. As the owner, each function in a transaction of the caller's.

Whatever somebody else was granted stays, and whatever was filed (P7 says who may see it; no case loses it because an account ends): such
messages move to a pack of their own, and their account's row stays for them, empty of everything else.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from teczka.core.accounts import UNDO_DAYS, Farewell
from teczka.store.packs.format import Codec, Entry
from teczka.store.packs.writer import Pack
from teczka.store.statements import execute, row_of, rows_of, value_of

NEVER = 2_147_483_647  # in `indexed_with`: read with whatever is still to come, so that no reader takes it up again

STAYS = """
SELECT m.id, m.pack_offset, m.pack_length, m.pack_codec, m.size, m.sha256 FROM store_message m
WHERE m.pack_id = %s AND m.id IN (SELECT teczka_stays(m.pack_id)) ORDER BY m.id
"""

DOOMED = f"""
SELECT FROM store_account WHERE id = %s AND farewell = '{Farewell.REMOVE}' AND deleted_at < now() - interval '{UNDO_DAYS} days' FOR UPDATE
"""

NEXT = """
SELECT k.id FROM store_pack k WHERE k.account_id = %s AND k.retired_at IS NULL
  AND NOT EXISTS (SELECT FROM store_outgoing o WHERE o.pack_id = k.id) AND NOT EXISTS (SELECT FROM store_enclosure e WHERE e.pack_id = k.id)
  AND (NOT EXISTS (SELECT FROM store_message m WHERE m.pack_id = k.id)
  OR EXISTS (SELECT FROM store_message m WHERE m.pack_id = k.id AND m.id NOT IN (SELECT teczka_stays(k.id)))) LIMIT 1
"""

MOVE = """
WITH made AS (
  INSERT INTO store_pack (id, office_id, owner_id, account_id, size, created_at)
  SELECT %(made)s, office_id, owner_id, account_id, %(size)s, now() FROM store_pack WHERE id = %(old)s)
UPDATE store_message m SET pack_id = %(made)s, pack_offset = t.pack_offset, pack_length = t.pack_length, pack_codec = t.codec
FROM unnest(%(ids)s::bigint[], %(offsets)s::bigint[], %(lengths)s::bigint[], %(codecs)s::smallint[])
  AS t (id, pack_offset, pack_length, codec) WHERE m.id = t.id
"""

UNPLACE = """
WITH gone AS (
  DELETE FROM store_placement p USING store_message m WHERE m.id = p.message_id AND m.pack_id = %s
  RETURNING p.folder_id, p.seen, p.gone_at),
counted AS (SELECT folder_id, count(*) AS held, count(*) FILTER (WHERE NOT seen) AS unread FROM gone WHERE gone_at IS NULL GROUP BY 1)
UPDATE store_folder f SET stored = stored - c.held, unread = f.unread - c.unread FROM counted c WHERE f.id = c.folder_id
"""

THREADS = (
    """DELETE FROM store_thread t WHERE id = ANY(%s) AND NOT EXISTS (SELECT FROM store_message m WHERE m.thread_id = t.id)""",
    """UPDATE store_thread t SET newest_at = (SELECT max(internaldate) FROM store_message m WHERE m.thread_id = t.id) WHERE id = ANY(%s)""",
)

# What was sent from the account goes first: its bytes lie in packs of the account. What was not is no mail that came: drafts, and letters
# of which their writer is still to decide, stay, with the account's row, unless the writer is shut out; those that were sent lose their
# bytes, which are our copy's. A file that goes with another account's letter now stays with that. Of what was done to its mail nothing
# stays, not even how much.
ACTED = (
    """UPDATE store_pack k SET account_id = o.account_id FROM store_enclosure e JOIN store_outgoing o ON o.id = e.outgoing_id
       WHERE e.pack_id = k.id AND k.account_id = %(account)s AND o.account_id <> %(account)s""",
    "DELETE FROM store_import WHERE account_id = %(account)s",
    """DELETE FROM store_outgoing o WHERE account_id = %(account)s AND (state = 'cancelled' OR (state = 'sent' AND trouble = '')
       OR NOT (SELECT is_active FROM store_user u WHERE u.id = o.owner_id))""",
    """UPDATE store_outgoing SET pack_id = NULL, pack_offset = NULL, pack_length = NULL, pack_codec = NULL, sha256 = NULL, size = NULL
       WHERE account_id = %(account)s AND state = 'sent' AND pack_id IS NOT NULL""",
    "DELETE FROM store_identity WHERE account_id = %(account)s",
    "DELETE FROM store_correspondent WHERE account_id = %(account)s",
    """WITH gone AS (DELETE FROM store_operation WHERE account_id = %(account)s RETURNING act_id)
       DELETE FROM store_act a USING gone WHERE a.id = gone.act_id AND NOT EXISTS (
         SELECT FROM store_operation o WHERE o.act_id = a.id AND o.account_id <> %(account)s)""",
)

REST = (
    "DELETE FROM store_folder WHERE account_id = %(account)s",
    "DELETE FROM store_fetchrequest WHERE account_id = %(account)s",
    """DELETE FROM store_account a WHERE id = %(account)s AND NOT EXISTS (SELECT FROM store_message m WHERE m.account_id = a.id)
       AND NOT EXISTS (SELECT FROM store_outgoing o WHERE o.account_id = a.id)""",
)


@dataclass(frozen=True, slots=True)
class Stays:
    """A message of the pack that somebody else was granted, or that was filed."""

    id: int
    entry: Entry


def is_doomed(account_id: int) -> bool:
    """Whether its mail shall still go; if so, nobody takes it back before the transaction ends."""
    return row_of(DOOMED, [account_id]) is not None


def forget_acts(account_id: int) -> None:
    """What was written from the account and what was done in it."""
    for statement in ACTED:
        execute(statement, {"account": account_id})


def next_pack(account_id: int) -> UUID | None:
    """One that holds what has to go, or nothing any more."""
    found: UUID | None = value_of(NEXT, [account_id])
    return found


def withdraw(pack: UUID) -> None:
    """From the readers' queue, for good. Waits for one that has them in hand: whoever holds the threads' lock need not."""
    execute("UPDATE store_message SET indexed_with = %s WHERE pack_id = %s", [NEVER, pack])


def stays(pack: UUID) -> list[Stays]:
    return [
        Stays(id_, Entry(offset, length, Codec(codec), size, bytes(digest)))
        for id_, offset, length, codec, size, digest in rows_of(STAYS, [pack])
    ]


def move(old: UUID, made: Pack, kept: list[Stays]) -> None:
    columns: dict[str, Any] = {
        "made": made.id,
        "size": made.size,
        "old": old,
        "ids": [one.id for one in kept],
        "offsets": [entry.offset for entry in made.entries],
        "lengths": [entry.length for entry in made.entries],
        "codecs": [int(entry.codec) for entry in made.entries],
    }
    execute(MOVE, columns)


def empty(pack: UUID) -> None:
    """Every message that still lies in the pack, with all that was read out of it. Under `reading.lock_threads`."""
    execute(UNPLACE, [pack])
    gone = rows_of("DELETE FROM store_message WHERE pack_id = %s RETURNING thread_id", [pack])
    threads = list({thread for (thread,) in gone if thread})
    for statement in THREADS:
        execute(statement, [threads])


def remove_rest(account_id: int) -> bool:
    """Once no pack is left to empty. The account's own row goes where nothing of it stays. False where all was done before."""
    gone = 0
    for statement in REST:
        gone += execute(statement, {"account": account_id})
    return gone > 0
