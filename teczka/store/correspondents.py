"""Whom an account wrote to and who wrote to it: what completion offers. Within the owner's transaction, under `reading.lock_threads`.

Counted when a message is read for the first time, our own copies of what was sent among them; nobody comes to be known by what lies in
Spam, or by a draft. What came to the inbox in one's own name may be anybody's: nobody was written to by it, or the warning of a strange
domain could be switched off from outside.
"""

import json
from collections.abc import Sequence

from teczka.store.reading import Read
from teczka.store.statements import execute

MOST = 100  # people of one message

MET = """
WITH said AS MATERIALIZED (
  SELECT t.*, a.office_id, t.line = 'from' AND (lower(t.address) = lower(a.address) OR EXISTS (
    SELECT FROM store_identity i WHERE i.account_id = a.id AND lower(i.address) = lower(t.address))) AS own
  FROM json_to_recordset(%(rows)s) AS t (message bigint, account bigint, line text, name text, address text, at timestamptz)
  JOIN store_account a ON a.id = t.account
  WHERE NOT EXISTS (SELECT FROM store_placement p JOIN store_folder f ON f.id = p.folder_id
    WHERE p.message_id = t.message AND f.role IN ('junk', 'drafts'))),
met AS (
  SELECT account, office_id, lower(address) AS address, (array_agg(name ORDER BY name = '', at DESC))[1] AS name,
    count(*) FILTER (WHERE line <> 'from') AS sent, count(*) FILTER (WHERE line = 'from') AS received, max(at) AS last_at
  FROM said WHERE NOT own AND (line = 'from') <> (message IN (SELECT message FROM said WHERE own))
    AND (line = 'from' OR NOT EXISTS (SELECT FROM store_placement p JOIN store_folder f ON f.id = p.folder_id
      WHERE p.message_id = said.message AND f.role = 'inbox')) GROUP BY 1, 2, 3)
INSERT INTO store_correspondent AS c (office_id, owner_id, account_id, address, name, sent_count, received_count, last_at)
SELECT office_id, %(owner)s, account, address, name, sent, received, last_at FROM met ORDER BY account, address
ON CONFLICT (account_id, address) DO UPDATE SET sent_count = c.sent_count + excluded.sent_count,
  received_count = c.received_count + excluded.received_count, last_at = greatest(c.last_at, excluded.last_at),
  name = CASE WHEN excluded.name = '' OR (c.name <> '' AND excluded.last_at < c.last_at) THEN c.name ELSE excluded.name END
"""


def meet(owner_id: int, read: Sequence[Read]) -> None:
    rows = [
        {
            "message": one.message.id,
            "account": one.message.account_id,
            "line": line,
            "name": name,
            "address": address,
            "at": one.message.internaldate.isoformat(),
        }
        for one in read
        if one.message.thread_id is None  # else an older version has counted it
        for line, name, address in _people(one)
    ]
    if rows:
        execute(MET, {"owner": owner_id, "rows": json.dumps(rows)})


def _people(one: Read) -> list[tuple[str, str, str]]:
    headers = one.text["headers"]
    people = [(line, name, address) for line in ("from", "to", "cc", "bcc") for name, address in headers[line]]
    return [person for person in people if "@" in person[2]][:MOST]
