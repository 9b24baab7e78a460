"""How PostgreSQL checks foreign keys: by plans that it makes once a connection, often while the tables are still empty."""

import psycopg

from tests.database import TEMPLATE, TestDatabase

# As RI_FKey_check asks of the table that a key points at.
CHECK = """
PREPARE checked (bigint, bigint, bigint) AS
SELECT 1 FROM ONLY store_message x WHERE id = $1 AND office_id = $2 AND owner_id = $3 FOR KEY SHARE OF x
"""


def test_in_an_empty_database_keys_to_messages_are_checked_by_the_key_and_no_walk_through_all_mail(
    test_database: TestDatabase,
) -> None:
    """Whoever adds an index to messages makes message_of_owner the youngest again (migration 0010)."""
    with psycopg.connect(test_database.owner_dsn(TEMPLATE), autocommit=True) as owner:
        owner.execute("SET plan_cache_mode = force_generic_plan")
        owner.execute(CHECK)
        plan = "\n".join(line for (line,) in owner.execute("EXPLAIN EXECUTE checked (1, 1, 1)"))
    assert "using message_of_owner" in plan, plan
