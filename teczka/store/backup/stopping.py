"""What was under way when the backup was made is stopped before anybody can serve from what was restored (P6): as the database's owner,
in the transaction that restores it."""

from datetime import datetime
from typing import Any

import psycopg

from teczka.core.errors import Trouble
from teczka.core.outgoing import State

# It may have left since: nobody here knows. Its owner says, or it is found among what was sent.
OUTBOX = f"""
WITH stopped AS (
  UPDATE store_outgoing SET state = '{State.UNCERTAIN}', trouble = '{Trouble.SENDING_RESTORED}', trouble_params = '{{}}',
    trouble_detail = '', next_try_at = NULL, updated_at = now()
  WHERE state IN ('{State.HELD}', '{State.QUEUED}', '{State.SENDING}') RETURNING id, owner_id)
INSERT INTO store_outgoingevent (outgoing_id, owner_id, at, what, params)
SELECT id, owner_id, now(), '{State.UNCERTAIN}', '{{"reason": "restored"}}' FROM stopped
"""  # noqa: S608  our own words


def stop(owner: psycopg.Connection[Any], at: datetime) -> int:
    """Returns how many letters were stopped. `at`: when the backup was made."""
    owner.execute("SET LOCAL search_path = public")
    stopped = owner.execute(OUTBOX.encode()).rowcount
    owner.execute("UPDATE store_office SET restored_at = %s", [at])
    owner.execute("DELETE FROM store_backuprun WHERE ended_at IS NULL")  # the very one that this was
    return stopped


def restored_at(owner: psycopg.Connection[Any]) -> datetime | None:
    """Of the backup that this database is, while its offices wait."""
    row = owner.execute("SELECT min(restored_at) FROM store_office").fetchone()
    return row[0] if row else None
