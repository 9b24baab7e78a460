"""Mail out of files: what workers must know across owners."""

from typing import ClassVar

from django.db import migrations

# Which imports have a file that was sent up and is still to be read, and whose they are: workers do the rest as these people. What a
# command imports lies on its own machine.
IMPORTS = """
CREATE FUNCTION teczka_imports() RETURNS TABLE (import_id bigint, owner_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT i.id, i.owner_id FROM store_import i JOIN store_user u ON u.id = i.owner_id JOIN store_account a ON a.id = i.account_id
   WHERE u.is_active AND a.deleted_at IS NULL AND i.state = 'open'
     AND EXISTS (SELECT FROM store_importfile f WHERE f.of_id = i.id AND f.pack_id IS NOT NULL AND f.ended_at IS NULL)
   ORDER BY i.id $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0007_erasure")]
    operations: ClassVar = [migrations.RunSQL(IMPORTS)]
