"""What did not come is said where people look: an account keeps the folders that its last whole pass left out, a notice of missing messages
can be closed until more are missing, and administrators learn that not all mail of an account came. No more than that: neither of which
folder nor how much (P7)."""

from typing import ClassVar

from django.db import migrations, models

# As queries/unfetched.py counts them.
OFFICE_ACCOUNTS = """
DROP FUNCTION teczka_office_accounts();
CREATE FUNCTION teczka_office_accounts() RETURNS TABLE (owner_id bigint, address text, protocol text, state text, troubled boolean,
  incomplete boolean, trouble_since timestamptz, last_contact_at timestamptz, paused boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT a.owner_id, a.address, a.protocol, a.state, a.trouble <> '', a.left_out <> '[]' OR EXISTS (
     SELECT FROM store_folder f JOIN store_fetchtrouble t ON t.folder_id = f.id AND t.uidvalidity = f.uidvalidity
     WHERE f.account_id = a.id AND f.gone_at IS NULL AND (t.trouble <> 'server.busy' OR t.tries >= 3)),
     a.trouble_since, a.last_contact_at, a.paused_at IS NOT NULL
   FROM store_account a WHERE a.office_id = teczka_administers() AND a.deleted_at IS NULL AND a.protocol <> 'archive' ORDER BY a.id $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0012_reading")]
    operations: ClassVar = [
        migrations.AddField("account", "left_out", models.JSONField(default=list)),
        migrations.AddField("fetchtrouble", "heard_at", models.DateTimeField(null=True)),
        migrations.RunSQL(OFFICE_ACCOUNTS),
    ]
