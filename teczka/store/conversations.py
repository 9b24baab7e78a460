"""What of a conversation is filed and shared when one of its messages is: the letters that those who take part wrote one another."""

from teczka.store.threads import APART

# Steps of a walk: from a message to the people whom it names, and to what answers it; from a person to what they wrote, and to what the
# owner wrote to them. To what the owner passed on to somebody outside, or noted for themselves, no step leads, nor to answers to that.
STEPS = """
  SELECT 'm' || id, thread_id || ' ' || address FROM named
  UNION SELECT 'm' || id, thread_id || ' <' || message_id FROM part WHERE message_id <> ''
  UNION SELECT n.thread_id || ' ' || n.address, 'm' || n.id FROM named n JOIN part p ON p.id = n.id AND p.own WHERE n.line IN ('to', 'cc')
  UNION SELECT thread_id || ' ' || sender, 'm' || id FROM part WHERE NOT own AND sender <> ''
  UNION SELECT thread_id || ' <' || nearest, 'm' || id FROM part WHERE NOT own AND nearest <> ''
"""

# It begins with those that were named, with what others wrote and is no answer to any of these letters, and with the letter by which the
# owner began it.
BEGINNING = """
  SELECT 'm' || p.id FROM part p WHERE p.id = ANY({of})
    OR (NOT p.own AND NOT EXISTS (SELECT FROM part x WHERE x.thread_id = p.thread_id AND x.message_id = p.nearest))
    OR (p.own AND p.nearest IS NULL AND EXISTS (SELECT FROM named n WHERE n.id = p.id AND n.line IN ('to', 'cc'))
      AND NOT EXISTS (SELECT FROM part x WHERE x.thread_id = p.thread_id AND (x.internaldate, x.id) < (p.internaldate, p.id)))
"""


def conversation(seen: str, of: str = "%(messages)s::bigint[]") -> str:
    """SQL: ids of what belongs to the conversations of these messages, they themselves included. `seen`: which messages m the viewer sees;
    `of`: an array of inner ids. Costs one walk over the conversations' letters."""
    return f"""
WITH RECURSIVE ours AS MATERIALIZED (
  SELECT owner_id, lower(address) AS address FROM store_identity UNION SELECT owner_id, lower(address) FROM store_account),
part AS MATERIALIZED (
  SELECT m.id, m.owner_id, m.thread_id, m.message_id, m.internaldate, lower(m.from_address) AS sender, t.headers,
    t.headers->'refers'->>-1 AS nearest, (m.owner_id, lower(m.from_address)) IN (SELECT owner_id, address FROM ours) AS own
  FROM store_message m LEFT JOIN store_text t ON t.message_id = m.id
  WHERE {seen} AND m.thread_id IN (SELECT n.thread_id FROM store_message n WHERE n.id = ANY({of}))
    AND (m.id = ANY({of}) OR NOT {APART})),
named AS MATERIALIZED (
  SELECT p.id, p.thread_id, line, lower(person->>1) AS address
  FROM part p CROSS JOIN unnest(ARRAY['from', 'reply_to', 'to', 'cc']) AS line
  CROSS JOIN LATERAL jsonb_array_elements(coalesce(p.headers->line, '[]')) AS person
  WHERE person->>1 <> '' AND (p.owner_id, lower(person->>1)) NOT IN (SELECT owner_id, address FROM ours)),
step (source, target) AS MATERIALIZED ({STEPS}),
reached (node) AS ({BEGINNING.format(of=of)} UNION SELECT s.target FROM reached r JOIN step s ON s.source = r.node)
SELECT p.id FROM part p JOIN reached r ON r.node = 'm' || p.id
"""  # noqa: S608
