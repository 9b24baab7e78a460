"""INBOX is one name however it is written (RFC 3501 §5.1), and is kept in these letters."""

from typing import ClassVar

from django.db import migrations

LETTERS = """
UPDATE store_folder f SET wire_name = 'INBOX' WHERE wire_name <> 'INBOX' AND upper(encode(wire_name, 'escape')) = 'INBOX'
  AND gone_at IS NULL AND NOT EXISTS (SELECT FROM store_folder i WHERE i.account_id = f.account_id AND i.wire_name = 'INBOX')
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0021_last_tries")]
    operations: ClassVar = [migrations.RunSQL(LETTERS)]
