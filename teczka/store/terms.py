"""What a message is found by: one vector of all its words, and the passages of long texts. As its owner, in the caller's transaction."""

from collections.abc import Mapping, Sequence

from teczka.store.columns import arrays, unnested
from teczka.store.connections import put
from teczka.store.statements import execute

# What is asked of the row rather than of its text stands among the words, so that one look into the index answers both: whose it is,
# its month, and whether files are attached.
VECTOR = {"message": "bigint", "terms": "text"}
TERMS = """
INSERT INTO store_terms (message_id, owner_id, office_id, account_id, internaldate, terms)
SELECT m.id, m.owner_id, m.office_id, m.account_id, m.internaldate, (r.terms || ' '':o' || m.owner_id || ''' '':m'
  || to_char(m.internaldate AT TIME ZONE 'UTC', 'YYYYMM') || '''' || CASE WHEN m.attachments > 0 THEN ' '':hfile''' ELSE '' END)::tsvector
FROM {rows} CROSS JOIN LATERAL (SELECT * FROM store_message WHERE id = r.message AND owner_id = %(owner)s OFFSET 0) m
ON CONFLICT (message_id) DO UPDATE SET terms = excluded.terms
"""
PASSAGE = {**VECTOR, "number": "smallint"}
PASSAGES = """
INSERT INTO store_passage (message_id, owner_id, number, terms)
SELECT message, %(owner)s, number, terms::tsvector FROM {rows}
"""


def save_terms(owner_id: int, vectors: Mapping[int, Sequence[str]]) -> None:
    """Message → what `language.vectors.vectors` made of it; instead of all that was there. After the message's own row is written."""
    whole = [{"message": message, "terms": each[0]} for message, each in vectors.items()]
    passages = [
        {"message": message, "number": number, "terms": terms}
        for message, each in vectors.items()
        for number, terms in enumerate(each[1:], 1)
    ]
    execute("DELETE FROM store_passage WHERE message_id = ANY(%s)", [list(vectors)])
    for statement, types, rows in ((TERMS, VECTOR, whole), (PASSAGES, PASSAGE, passages)):
        if rows:
            put(statement.format(rows=unnested(types)), {"owner": owner_id, **arrays(types, rows)})


def sort_in() -> None:
    """What has gathered beside the index since the last time: every search looks through it."""
    execute("SELECT teczka_sort_in_terms()")
