"""What is deleted is looked for in every table that refers to it: without an index there, all of that table is read for each row."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

# Nothing deletes a row of these.
STAY = ["store_office", "store_user", "store_case"]
# Read whole: once for an account, a sender's identity or a template that goes, which is seldom, and not once for each of thousands.
READ_WHOLE = {
    ("store_operation", "account_id"),  # the largest of them: its deletion by the account reads it whole anyway
    ("store_outgoing", "account_id"),
    ("store_outgoing", "identity_id"),
    ("store_user", "remind_from_id"),
    ("store_rule", "template_id"),
}

# The first column that tells, of a key that begins with the office or ends with the owner; an index for some of the rows alone is none.
UNLED = """
SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
JOIN LATERAL (SELECT a.attnum, a.attname FROM unnest(c.conkey) WITH ORDINALITY k (attnum, nth) JOIN pg_attribute a
  ON a.attrelid = c.conrelid AND a.attnum = k.attnum WHERE a.attname <> 'office_id' ORDER BY k.nth LIMIT 1) a ON true
WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND c.confrelid::regclass::text <> ALL (%s)
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = a.attnum
    AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = format('(%%I IS NOT NULL)', a.attname)))
"""


def test_every_reference_to_what_goes_is_found_by_an_index() -> None:
    """Whoever adds a foreign key gives it an index, or says here why nobody waits for its table to be read."""
    with connection.cursor() as cursor:
        cursor.execute(UNLED, [STAY])
        assert set(cursor.fetchall()) == READ_WHOLE
