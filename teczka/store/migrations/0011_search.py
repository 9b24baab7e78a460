"""One function tells the rows of what was found."""

from typing import ClassVar

from django.db import migrations

# What a list shows of these messages: of those alone that the viewer owns or a grant shows them. Where they lie, its flags and its labels
# are told of the viewer's own; of cases, two whose cards they may see; and who has a grant beside them: the owner is not among these.
HITS = """
DROP FUNCTION IF EXISTS teczka_seen_by(bigint[]);
CREATE FUNCTION teczka_hits(which bigint[]) RETURNS TABLE (id bigint, internaldate timestamptz, seen boolean, flagged boolean,
  answered boolean, public_id uuid, subject text, from_name text, from_address text, to_line text, snippet text, attachments smallint,
  seen_by text[], cases text[], keywords text[], owner text, account text, colour smallint, folder uuid, path text, delimiter text,
  role text, message_id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  viewer bigint := teczka_viewer();
  office bigint := teczka_office();
BEGIN
  RETURN QUERY SELECT m.id, m.internaldate, coalesce(p.seen, true), coalesce(p.flagged, false), coalesce(p.answered, false), m.public_id,
      m.subject, m.from_name, m.from_address, m.to_line, m.snippet, m.attachments, coalesce(s.names, '{}'),
      CASE WHEN EXISTS (SELECT FROM store_filing l WHERE l.message_id = m.id) THEN
        ARRAY(SELECT coalesce(nullif(c.number, ''), (SELECT r.written FROM store_casereference r WHERE r.case_id = c.id
            AND r.position >= 0 ORDER BY r.position, r.id LIMIT 1), c.name)
          FROM store_filing l JOIN store_case c ON c.id = l.case_id
          WHERE l.message_id = m.id AND l.undone_at IS NULL AND c.office_id = office
            AND (NOT c.walled OR EXISTS (SELECT FROM store_casemember t WHERE t.case_id = c.id AND t.user_id = viewer))
          ORDER BY l.id LIMIT 2)
        ELSE '{}' END,
      coalesce(p.keywords, '{}'), CASE WHEN m.owner_id = viewer THEN '' ELSE o.name END,
      coalesce(a.provider_name, ''), coalesce(a.colour, 0::smallint), f.public_id, coalesce(f.path, ''), coalesce(f.delimiter, ''),
      coalesce(f.role, ''), m.message_id
    FROM store_message m JOIN store_user o ON o.id = m.owner_id
    LEFT JOIN (SELECT d.message_id, array_agg(u.name) AS names
      FROM (SELECT DISTINCT g.message_id, g.user_id FROM store_grant g WHERE g.message_id = ANY (which) AND g.user_id <> viewer) d
      JOIN store_user u ON u.id = d.user_id GROUP BY d.message_id) s ON s.message_id = m.id
    LEFT JOIN store_placement p ON p.id = CASE WHEN m.owner_id = viewer THEN (SELECT min(l.id) FROM store_placement l
      WHERE l.message_id = m.id AND l.gone_at IS NULL AND l.owner_id = viewer) END
    LEFT JOIN store_folder f ON f.id = p.folder_id LEFT JOIN store_account a ON a.id = f.account_id
    WHERE m.id = ANY (which) AND m.office_id = office
      AND (m.owner_id = viewer OR EXISTS (SELECT FROM store_grant g WHERE g.message_id = m.id AND g.user_id = viewer));
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0010_keys")]
    operations: ClassVar = [migrations.RunSQL(HITS)]
