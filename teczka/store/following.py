"""What is filed by itself, at the end of transaction B: as the mail's owner, in the owner's transaction, all messages in one statement.

It shows nothing. Quoting a number, a Message-ID or a header lets nobody in: whoever wrote it must be known, too.
"""

import json
from collections.abc import Sequence
from uuid import UUID

from teczka.core.filing import How
from teczka.core.suggestions import Reason
from teczka.store.queries import walls
from teczka.store.reading import Read
from teczka.store.statements import rows_of, value_of
from teczka.store.threads import APART

FOLLOWED = """
SELECT EXISTS (SELECT FROM store_follow w JOIN store_message m ON m.thread_id = w.thread_id
  WHERE m.id = ANY(%(messages)s) AND w.owner_id = %(viewer)s AND w.ended_at IS NULL)
"""

INTO = """
INSERT INTO store_filing (public_id, office_id, message_id, owner_id, case_id, by_id, at, how, reason, reason_params, follow_id, sender,
  sender_domain)
SELECT gen_random_uuid(), m.office_id, m.id, m.owner_id, c.id, %(viewer)s, now(), %(how)s, %(reason)s, '{}', w.follow_id,
  lower(m.from_address), split_part(lower(m.from_address), '@', 2)
"""


def own(address: str) -> str:
    """SQL: it is one of the owner's own."""
    return f"""(EXISTS (SELECT FROM store_identity i WHERE {walls.mine("i")} AND lower(i.address) = {address})
  OR EXISTS (SELECT FROM store_account a WHERE {walls.mine("a")} AND lower(a.address) = {address}))"""  # noqa: S608


def takes_part(address: str) -> str:
    """SQL: it is of a party of the case, or a filed message of the conversation of message m names it."""
    return f"""(EXISTS (SELECT FROM store_partyaddress a WHERE a.case_id = w.case_id AND a.address = {address})
  OR EXISTS (
    SELECT FROM store_message x JOIN store_filing o ON o.message_id = x.id AND o.case_id = w.case_id AND o.undone_at IS NULL
    JOIN store_text s ON s.message_id = x.id CROSS JOIN LATERAL jsonb_array_elements(
      coalesce(s.headers->'from', '[]') || coalesce(s.headers->'to', '[]') || coalesce(s.headers->'cc', '[]')) person
    WHERE x.thread_id = m.thread_id AND x.id <> m.id AND lower(person->>1) = {address}))"""  # noqa: S608


# An answer is filed where its conversation is followed, it names a filed message of it, and it comes from somebody who takes part, or from
# the owner to such a one: what they pass on to an outsider, or note for themselves, is no part of it (store/conversations.py), and must
# not be the office's when they leave. Whatever has just joined may be what another answers that came before it; and what it was downloaded
# after may answer it. What was filed and taken back stays away.
REPLIES = f"""
WITH open AS MATERIALIZED (
  SELECT m.id, m.thread_id, m.message_id, w.id AS follow_id, w.case_id FROM store_follow w JOIN store_message m ON m.thread_id = w.thread_id
  WHERE {walls.mine("w")} AND {walls.mine("m")} AND w.ended_at IS NULL AND w.thread_id IN (
      SELECT n.thread_id FROM store_message n WHERE n.id = ANY(%(messages)s))
    AND NOT EXISTS (SELECT FROM store_filing f WHERE f.message_id = m.id AND f.case_id = w.case_id))
{INTO}
FROM open w JOIN store_message m ON m.id = w.id JOIN store_text t ON t.message_id = m.id JOIN store_case c ON c.id = w.case_id
WHERE {walls.card("c")} AND NOT {APART} AND EXISTS (
  SELECT FROM store_message x JOIN store_filing o ON o.message_id = x.id AND o.case_id = w.case_id AND o.undone_at IS NULL
  JOIN store_text s ON s.message_id = x.id
  WHERE x.thread_id = m.thread_id AND x.message_id <> '' AND (x.message_id = m.message_id OR t.headers->'refers' ? x.message_id
    OR (m.id = ANY(%(messages)s) AND m.message_id <> '' AND s.headers->'refers' ? m.message_id))
) AND CASE WHEN {own("lower(m.from_address)")} THEN EXISTS (
    SELECT FROM jsonb_array_elements(coalesce(t.headers->'to', '[]') || coalesce(t.headers->'cc', '[]')) reader
    WHERE NOT {own("lower(reader->>1)")} AND {takes_part("lower(reader->>1)")})
  ELSE {takes_part("lower(m.from_address)")} END
ON CONFLICT DO NOTHING RETURNING message_id
"""  # noqa: S608

# What bears the header of a letter of this office's that it is, or that it answers: from whom that letter names (`known`), a party, or
# somebody of the office.
HEADED = f"""
{INTO}
FROM json_to_recordset(%(rows)s) AS n (message bigint, "case" uuid, known boolean) JOIN store_message m ON m.id = n.message
JOIN store_case c ON c.public_id = n.case CROSS JOIN (SELECT NULL::bigint AS follow_id) w
WHERE {walls.mine("m")} AND {walls.card("c")} AND NOT {APART} AND (n.known
  OR EXISTS (SELECT FROM store_partyaddress a WHERE a.case_id = c.id AND a.address = lower(m.from_address))
  OR EXISTS (SELECT FROM store_user u WHERE u.office_id = %(office)s AND u.is_active AND lower(u.email) = lower(m.from_address)))
ON CONFLICT DO NOTHING RETURNING message_id
"""  # noqa: S608

# A letter that was written in a case, once it lies in the writer's folder of sent mail: anybody could bear its Message-ID elsewhere.
COMPOSED = f"""
SELECT m.public_id, o.public_id, c.public_id, o.case_shared FROM store_message m
JOIN store_outgoing o ON o.owner_id = m.owner_id AND o.message_id = m.message_id JOIN store_case c ON c.id = o.case_id
WHERE m.id = ANY(%(messages)s) AND m.message_id <> '' AND {walls.mine("m")} AND {walls.mine("o")} AND {walls.card("c")}
  AND EXISTS (SELECT FROM store_placement p JOIN store_folder f ON f.id = p.folder_id WHERE p.message_id = m.id AND f.role = 'sent')
"""  # noqa: S608


def composed(owner: int, office: int, read: Sequence[Read]) -> list[tuple[UUID, UUID, UUID, bool]]:
    """Those that were written in a case: public ids of message, letter and case, and whether its team shall see it."""
    return rows_of(COMPOSED, {"viewer": owner, "office": office, "messages": [one.message.id for one in read]})


def file_headed(owner: int, office: int, fresh: Sequence[Read]) -> list[int]:
    """Those that bear the header of a case. Costs nothing where none does. Returns the messages that were filed."""
    rows = [{"message": one.message.id, "case": str(one.case), "known": one.known} for one in fresh if one.case]
    if not rows:
        return []
    named = {"viewer": owner, "office": office, "how": How.REPLY, "reason": Reason.HEADER}
    return [row[0] for row in rows_of(HEADED, {**named, "rows": json.dumps(rows)})]


def file_replies(owner: int, office: int, fresh: Sequence[Read]) -> list[int]:
    """After these messages were joined to their threads. Costs one look into an index where nothing is followed. Returns the messages that
    were filed, be they of these or older ones."""
    named = {"viewer": owner, "office": office, "messages": [one.message.id for one in fresh]}
    if not value_of(FOLLOWED, named):
        return []
    filed: list[int] = []
    while more := rows_of(REPLIES, {**named, "how": How.REPLY, "reason": Reason.THREAD}):
        filed += [row[0] for row in more]  # and then what answers these
    return filed
