"""Search anew: the index is asked for words and time apart, and one function tells the rows of what was found."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

_FORMER = import_module("teczka.store.migrations.0006_search")

_STEP = f"""
      RETURN QUERY SELECT t.message_id, t.internaldate FROM (
          SELECT * FROM (
            SELECT t.message_id, t.internaldate, t.owner_id, t.office_id, t.account_id, true AS sure FROM store_terms t
            WHERE {{indexed}} AND {_FORMER.PLACED} AND {_FORMER.MONTHS}
            UNION ALL
            SELECT DISTINCT t.message_id, t.internaldate, 0::bigint, office, 0::bigint, false FROM store_grant t
            WHERE few AND t.user_id = viewer AND {_FORMER.PLACED} AND {_FORMER.MONTHS}) u
          ORDER BY u.internaldate DESC, u.message_id DESC OFFSET 0) t
        WHERE {_FORMER.FINDABLE.format(**_FORMER._NAMES)}
          AND (t.sure OR (SELECT w.terms @@ asked FROM store_terms w WHERE w.message_id = t.message_id))
          AND (NOT phrased OR (SELECT teczka_phrased(w.message_id, w.terms, phrases, forbidden) FROM store_terms w
            WHERE w.message_id = t.message_id))
        LIMIT most - found;
"""

# As migration 0009's, and the index is asked for months, and whose it is, beside the words: as one tsquery with them, which is judged as a
# whole for each letter that has one of its rarer terms, they cost three times as much. What asks for several words begins with two months:
# those of one are often too few to judge by.
SEARCH = f"""
CREATE OR REPLACE FUNCTION teczka_search(words tsquery, phrases tsquery[], forbidden tsquery[], sifts jsonb, since timestamptz,
  before_at timestamptz, before_id bigint, most integer) RETURNS TABLE (message bigint, at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = public, pg_temp SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  viewer bigint := teczka_viewer();
  office bigint := teczka_office();
  going bigint[] := ARRAY(SELECT a.id FROM store_account a WHERE a.owner_id = viewer AND a.farewell = 'remove');
  few boolean := NOT EXISTS (SELECT FROM store_grant g WHERE g.user_id = viewer OFFSET 500);
  phrased boolean := cardinality(phrases) + cardinality(forbidden) > 0;
  asked tsquery := CASE WHEN numnode(words) = 0 THEN '!'':none'''::tsquery ELSE words END;
  whose tsquery := CASE WHEN few THEN (''':o' || viewer || '''')::tsquery END;
  month timestamp;
  months integer := CASE WHEN words::text LIKE '% & %' THEN 2 ELSE 1 END;
  passed integer := 0;
  lower_end timestamptz;
  upper_end timestamptz := 'infinity';
  span tsquery;
  found integer := 0;
  more integer;
BEGIN
  IF jsonb_array_length(sifts) > 0 THEN
    RETURN QUERY EXECUTE format('SELECT t.message_id, t.internaldate FROM store_terms t
      WHERE (t.terms @@ %L::tsquery OR (t.message_id = ANY ($4) AND t.terms @@ %L::tsquery)) AND {_FORMER.FINDABLE.format(**_FORMER._NUMBERS)}
        AND (t.internaldate, t.message_id) < ($5, $6) AND t.internaldate >= $7
        AND ($8 = 0 OR teczka_phrased(t.message_id, t.terms, $9, $10)) %s
      ORDER BY t.internaldate DESC, t.message_id DESC LIMIT $11', coalesce(asked && whose, asked), asked, teczka_sifted(sifts))
      USING viewer, office, going, CASE WHEN few THEN ARRAY(SELECT g.message_id FROM store_grant g WHERE g.user_id = viewer) END,
        before_at, before_id, since, cardinality(phrases) + cardinality(forbidden), phrases, forbidden, most;
    RETURN;
  END IF;
  month := date_trunc('month', least(before_at, greatest(
    (SELECT m.internaldate FROM store_message m WHERE m.owner_id = viewer ORDER BY m.internaldate DESC, m.id DESC LIMIT 1),
    (SELECT g.internaldate FROM store_grant g WHERE g.user_id = viewer ORDER BY g.internaldate DESC, g.message_id DESC LIMIT 1))
    ) AT TIME ZONE 'UTC');
  WHILE found < most AND month IS NOT NULL LOOP
    IF months <= 12 THEN
      span := (SELECT string_agg(''':m' || to_char(month - n * interval '1 month', 'YYYYMM') || '''', ' | ')::tsquery
        FROM generate_series(0, months - 1) g (n));
      span := coalesce(span && whose, span);
      month := month - (months - 1) * interval '1 month';
      lower_end := month AT TIME ZONE 'UTC';
    ELSE
      span := whose;
      lower_end := '-infinity';
    END IF;
    IF span IS NULL THEN{_STEP.format(indexed="t.terms @@ asked")}
    ELSE{_STEP.format(indexed="t.terms @@ span AND t.terms @@ asked")}
    END IF;
    GET DIAGNOSTICS more = ROW_COUNT;
    found := found + more;
    EXIT WHEN lower_end <= since;
    upper_end := lower_end;
    month := month - interval '1 month';
    passed := passed + months;
    months := CASE WHEN found = 0 THEN 13 ELSE ceil(1.5 * passed * (most - found) / found) END;
  END LOOP;
END $$;
"""

# What a list shows of these messages: of those alone that the viewer owns or a grant shows them. Where they lie, its flags and its labels
# are told of the viewer's own; of cases, two whose cards they may see; and who has a grant beside them: the owner is not among these.
HITS = """
DROP FUNCTION teczka_seen_by(bigint[]);
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
    operations: ClassVar = [migrations.RunSQL(sql) for sql in (SEARCH, HITS)]
