"""Foreign keys to messages are checked by the key that they name.

A connection plans such a check once, and in a new database it does so while the tables are empty. Then all ways cost the same, and of these
PostgreSQL takes the youngest index: message_newest, through all of the owner's mail for each row. In a first sync of 10,000 messages that
was half of the database's work, and it grows by the square until autovacuum has come by. Made anew the key is the youngest.
"""

from typing import ClassVar

from django.db import migrations

# A kill in the middle of it leaves one of these behind.
LEFT = "DROP INDEX IF EXISTS message_of_owner_ccnew, message_of_owner_ccold"


class Migration(migrations.Migration):
    atomic = False  # REINDEX without CONCURRENTLY would leave it as old as it is
    dependencies: ClassVar = [("store", "0009_search")]
    operations: ClassVar = [
        migrations.RunSQL(LEFT),
        migrations.RunSQL("REINDEX INDEX CONCURRENTLY message_of_owner"),
    ]
