"""Mail by its sender: `lower` is not leakproof, so that under row-level security no index on it would serve."""

from typing import ClassVar

from django.db import migrations

# Of what the viewer may see.
MAIL_FROM = """
CREATE FUNCTION teczka_mail_from(addresses text[]) RETURNS TABLE (message bigint, address text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT m.id, lower(m.from_address) FROM store_message m
   WHERE m.owner_id IN (SELECT u.id FROM store_user u WHERE u.office_id = teczka_office())
     AND m.from_address <> '' AND lower(m.from_address) = ANY (addresses) AND (m.owner_id = teczka_viewer()
       OR EXISTS (SELECT FROM store_grant g WHERE g.message_id = m.id AND g.user_id = teczka_viewer())) $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0004_documents_and_audit")]
    operations: ClassVar = [migrations.RunSQL(MAIL_FROM)]
