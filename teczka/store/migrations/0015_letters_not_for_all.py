"""The files of a letter that some of its recipients did not get stay until its writer has taken note: it may go to them once more. And so
does a message of an account whose mail goes, as long as a file of it goes with a letter."""

from typing import ClassVar

from django.db import migrations

# As in 0002, but for `trouble`.
FORGET_DRAFTS = """
CREATE OR REPLACE FUNCTION teczka_forget_drafts(days integer, most integer) RETURNS TABLE (pack_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH old AS (
     SELECT id FROM store_outgoing WHERE state = 'draft' AND (discarded_at < now() - days * interval '1 day'
       OR (revision = 0 AND updated_at < now() - days * interval '1 day')) LIMIT most FOR UPDATE SKIP LOCKED),
   files AS (
     DELETE FROM store_enclosure e USING store_outgoing o WHERE o.id = e.outgoing_id
       AND (o.id IN (SELECT id FROM old)
         OR (o.state = 'sent' AND o.trouble = '' AND o.sent_at < now() - days * interval '1 day'))
     RETURNING e.id, e.pack_id),
   gone AS (DELETE FROM store_outgoing o USING old WHERE o.id = old.id)
   UPDATE store_pack p SET retired_at = now(), dead = p.size FROM files f WHERE p.id = f.pack_id
     AND NOT EXISTS (SELECT FROM store_enclosure e WHERE e.pack_id = p.id AND e.id NOT IN (SELECT id FROM files))
   RETURNING p.id $$;
"""

# As in 0004, but for files.
STAYS = """
CREATE OR REPLACE FUNCTION teczka_stays(of_pack uuid) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT m.id FROM store_message m WHERE m.pack_id = of_pack AND m.owner_id = teczka_viewer()
   AND (EXISTS (SELECT FROM store_grant g WHERE g.message_id = m.id)
     OR EXISTS (SELECT FROM store_filing f WHERE f.message_id = m.id AND f.undone_at IS NULL)
     OR EXISTS (SELECT FROM store_enclosure e WHERE e.message_id = m.id)) $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0014_search")]
    operations: ClassVar = [migrations.RunSQL(FORGET_DRAFTS), migrations.RunSQL(STAYS)]
