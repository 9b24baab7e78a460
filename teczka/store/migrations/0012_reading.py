"""What reading writes, with less work for the database.

Each message is written three times, when it comes, when it is claimed and when it was read: with room on its page the second time touches
no index. New words gather beside their index and are sorted in together: the more at once, the less for each, as long as PostgreSQL holds
them in memory (work_mem). Every search looks through what has gathered, so a reader that has nothing left to read has it sorted in.
"""

from typing import ClassVar

from django.db import migrations

ROOM = "ALTER TABLE store_message SET (fillfactor = 45)"
GATHERED = "ALTER INDEX terms_gin SET (gin_pending_list_limit = 16384)"  # KB
# Only the index's owner may.
SORT_IN = """
CREATE FUNCTION teczka_sort_in_terms() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT gin_clean_pending_list('terms_gin') $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0011_search")]
    operations: ClassVar = [migrations.RunSQL(sql) for sql in (ROOM, GATHERED, SORT_IN)]
