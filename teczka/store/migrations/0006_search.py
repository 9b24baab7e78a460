"""Search: `@@` is not leakproof, so that under row-level security no index on words would serve. One function looks past the walls and asks
the viewer's ownership and grants itself; nothing it tells comes from what they may not see."""

from typing import ClassVar

from django.db import migrations

# A message that the viewer may find, of a row `t`: theirs where it lies somewhere, was filed or is shared; another's by a grant.
FINDABLE = """t.office_id = {office} AND CASE WHEN t.owner_id = {viewer}
  THEN (t.account_id <> ALL ({going}) AND EXISTS (SELECT FROM store_placement p WHERE p.message_id = t.message_id AND p.gone_at IS NULL))
    OR EXISTS (SELECT FROM store_filing f WHERE f.message_id = t.message_id AND f.undone_at IS NULL)
    OR EXISTS (SELECT FROM store_grant g WHERE g.message_id = t.message_id)
  ELSE (SELECT true FROM store_grant g WHERE g.message_id = t.message_id AND g.user_id = {viewer} LIMIT 1) END"""
_NAMES = {"viewer": "viewer", "office": "office", "going": "going"}
_NUMBERS = {"viewer": "$1", "office": "$2", "going": "$3"}
PLACED = "(t.internaldate, t.message_id) < (before_at, before_id) AND t.internaldate >= since"
MONTHS = "t.internaldate >= lower_end AND t.internaldate < upper_end"

# Phrases: the index has found their words; whether these stand together, the places tell, of a long text those of its passages.
PHRASED = """
CREATE FUNCTION teczka_phrased(which bigint, places tsvector, phrases tsquery[], forbidden tsquery[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS
$$ SELECT NOT EXISTS (SELECT FROM unnest(phrases) f (phrase) WHERE NOT (places @@ phrase OR EXISTS (
       SELECT FROM store_passage p WHERE p.message_id = which AND p.terms @@ phrase)))
     AND NOT EXISTS (SELECT FROM unnest(forbidden) f (phrase) WHERE places @@ phrase OR EXISTS (
       SELECT FROM store_passage p WHERE p.message_id = which AND p.terms @@ phrase)) $$;
"""

# What is asked besides words and time, as SQL over `t`: each {"kind", "ids" | "size", "no"}. Folders, flags and accounts are the viewer's
# own; a case behind a wall is nobody's answer.
_PLACE = "EXISTS (SELECT FROM store_placement p WHERE p.message_id = t.message_id AND p.owner_id = $1 AND p.gone_at IS NULL AND "
_FILED = """EXISTS (SELECT FROM store_filing f WHERE f.message_id = t.message_id AND f.undone_at IS NULL
  AND (f.by_id = $1 OR (f.case_id IS NOT NULL AND f.case_id NOT IN (SELECT teczka_walled_off())))"""
SIFTED = f"""
CREATE FUNCTION teczka_sifted(sifts jsonb) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS
$sql$ SELECT coalesce(string_agg(CASE WHEN (s->>'no')::boolean THEN ' AND NOT (' ELSE ' AND (' END || CASE s->>'kind'
    WHEN 'account' THEN format('t.owner_id = $1 AND t.account_id = ANY (%L::bigint[])', translate(s->>'ids', '[]', '{{}}'))
    WHEN 'folder' THEN format('{_PLACE} p.folder_id = ANY (%L::bigint[]))', translate(s->>'ids', '[]', '{{}}'))
    WHEN 'unread' THEN '{_PLACE} NOT p.seen)'
    WHEN 'starred' THEN '{_PLACE} p.flagged)'
    WHEN 'answered' THEN '{_PLACE} p.answered)'
    WHEN 'shared' THEN 't.owner_id <> $1 OR EXISTS (SELECT FROM store_grant g WHERE g.message_id = t.message_id)'
    WHEN 'filed' THEN '{_FILED})'
    WHEN 'case' THEN format('{_FILED} AND f.case_id = ANY (%L::bigint[]))', translate(s->>'ids', '[]', '{{}}'))
    WHEN 'larger' THEN format('EXISTS (SELECT FROM store_message m WHERE m.id = t.message_id AND m.size > %L::bigint)', s->>'size')
    ELSE 'false' END || ')', ''), '') FROM jsonb_array_elements(sifts) a (s) $sql$;
"""

# The newest that fit, before a place: (internaldate, id) of the last that is known. It looks through two months; where these hold a good
# part of what is wanted, through eight more; then through the rest. So most hits of a common word are never looked at, and those of a rare
# one are gathered in one stroke. Whoever sees little of others' mail has that looked at letter by letter, and of the index their own alone.
# What is asked besides words and time is answered at once, by whichever index is best.
SEARCH = f"""
CREATE FUNCTION teczka_search(words tsquery, phrases tsquery[], forbidden tsquery[], sifts jsonb, since timestamptz, before_at timestamptz,
  before_id bigint, most integer) RETURNS TABLE (message bigint, at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  viewer bigint := teczka_viewer();
  office bigint := teczka_office();
  going bigint[] := ARRAY(SELECT a.id FROM store_account a WHERE a.owner_id = viewer AND a.farewell = 'remove');
  few boolean := (SELECT count(*) FROM (SELECT FROM store_grant g WHERE g.user_id = viewer LIMIT 501) g) <= 500;
  phrased boolean := cardinality(phrases) + cardinality(forbidden) > 0;
  asked tsquery := CASE WHEN numnode(words) = 0 THEN '!'':none'''::tsquery ELSE words END;
  looked tsquery := asked;
  month timestamp;
  months integer := 2;
  lower_end timestamptz;
  upper_end timestamptz := 'infinity';
  step tsquery;
  found integer := 0;
  more integer;
BEGIN
  IF few THEN looked := asked && (''':o' || viewer || '''')::tsquery; END IF;
  IF jsonb_array_length(sifts) > 0 THEN
    RETURN QUERY EXECUTE format('SELECT t.message_id, t.internaldate FROM store_terms t
      WHERE (t.terms @@ %L::tsquery OR (t.message_id = ANY ($4) AND t.terms @@ %L::tsquery)) AND {FINDABLE.format(**_NUMBERS)}
        AND (t.internaldate, t.message_id) < ($5, $6) AND t.internaldate >= $7
        AND ($8 = 0 OR teczka_phrased(t.message_id, t.terms, $9, $10)) %s
      ORDER BY t.internaldate DESC, t.message_id DESC LIMIT $11', looked, asked, teczka_sifted(sifts))
      USING viewer, office, going, CASE WHEN few THEN ARRAY(SELECT g.message_id FROM store_grant g WHERE g.user_id = viewer) END,
        before_at, before_id, since, cardinality(phrases) + cardinality(forbidden), phrases, forbidden, most;
    RETURN;
  END IF;
  month := date_trunc('month', least(before_at, greatest(
    (SELECT m.internaldate FROM store_message m WHERE m.owner_id = viewer ORDER BY m.internaldate DESC, m.id DESC LIMIT 1),
    (SELECT g.internaldate FROM store_grant g WHERE g.user_id = viewer ORDER BY g.internaldate DESC, g.message_id DESC LIMIT 1))
    ) AT TIME ZONE 'UTC');
  WHILE found < most AND month IS NOT NULL LOOP
    IF months = 2 OR (months = 8 AND found * 4 > most) THEN
      step := looked && (SELECT string_agg(''':m' || to_char(month - n * interval '1 month', 'YYYYMM') || '''', ' | ')::tsquery
        FROM generate_series(0, months - 1) g (n));
      month := month - (months - 1) * interval '1 month';
      lower_end := month AT TIME ZONE 'UTC';
    ELSE
      step := looked;
      lower_end := '-infinity';
    END IF;
    RETURN QUERY SELECT t.message_id, t.internaldate FROM (
        SELECT * FROM (
          SELECT t.message_id, t.internaldate, t.owner_id, t.office_id, t.account_id, true AS sure FROM store_terms t
          WHERE t.terms @@ step AND {PLACED} AND {MONTHS}
          UNION ALL
          SELECT DISTINCT t.message_id, t.internaldate, 0::bigint, office, 0::bigint, false FROM store_grant t
          WHERE few AND t.user_id = viewer AND {PLACED} AND {MONTHS}) u
        ORDER BY u.internaldate DESC, u.message_id DESC OFFSET 0) t
      WHERE {FINDABLE.format(**_NAMES)}
        AND (t.sure OR (SELECT w.terms @@ asked FROM store_terms w WHERE w.message_id = t.message_id))
        AND (NOT phrased OR (SELECT teczka_phrased(w.message_id, w.terms, phrases, forbidden) FROM store_terms w
          WHERE w.message_id = t.message_id))
      LIMIT most - found;
    GET DIAGNOSTICS more = ROW_COUNT;
    found := found + more;
    EXIT WHEN lower_end <= since;
    upper_end := lower_end;
    month := month - interval '1 month';
    months := months * 4;
  END LOOP;
END $$;
"""

# Vectors hardly shrink by being compressed, and each that is written would be tried.
STORAGE = """
ALTER TABLE store_terms ALTER COLUMN terms SET STORAGE EXTERNAL;
ALTER TABLE store_passage ALTER COLUMN terms SET STORAGE EXTERNAL;
"""

# For `doctor`: of all the mail here, how much can be found.
COVERAGE = """
CREATE FUNCTION teczka_coverage() RETURNS TABLE (searchable bigint, stored bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT count(indexed_with), count(*) FROM store_message $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0005_older_mail")]
    operations: ClassVar = [migrations.RunSQL(sql) for sql in (STORAGE, PHRASED, SIFTED, SEARCH, COVERAGE)]
