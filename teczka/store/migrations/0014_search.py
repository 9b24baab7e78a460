"""Search judges by letters how far back it looks: by months, one letter with a date to come, or the first day of a month, had it look
through all mail at once."""

from typing import ClassVar

from django.db import migrations

# A message that the viewer may find, of a row `t`: theirs where it lies somewhere, was filed or is shared; another's by a grant.
FINDABLE = """t.office_id = {office} AND CASE WHEN t.owner_id = {viewer}
  THEN (t.account_id <> ALL ({going}) AND EXISTS (SELECT FROM store_placement p WHERE p.message_id = t.message_id AND p.gone_at IS NULL))
    OR EXISTS (SELECT FROM store_filing f WHERE f.message_id = t.message_id AND f.undone_at IS NULL)
    OR EXISTS (SELECT FROM store_grant g WHERE g.message_id = t.message_id)
  ELSE (SELECT true FROM store_grant g WHERE g.message_id = t.message_id AND g.user_id = {viewer} LIMIT 1) END"""
WITHIN = "(t.internaldate, t.message_id) < (before_at, before_id) AND t.internaldate >= lower_end"
STEP = f"""
      RETURN QUERY SELECT t.message_id, t.internaldate FROM (
          SELECT * FROM (
            SELECT t.message_id, t.internaldate, t.owner_id, t.office_id, t.account_id, true AS sure FROM store_terms t
            WHERE {{indexed}} AND {WITHIN}
            UNION ALL
            SELECT DISTINCT t.message_id, t.internaldate, 0::bigint, office, 0::bigint, false FROM store_grant t
            WHERE few AND t.user_id = viewer AND {WITHIN}) u
          ORDER BY u.internaldate DESC, u.message_id DESC OFFSET 0) t
        WHERE {FINDABLE.format(viewer="viewer", office="office", going="going")}
          AND (t.sure OR (SELECT w.terms @@ asked FROM store_terms w WHERE w.message_id = t.message_id))
          AND (NOT phrased OR (SELECT teczka_phrased(w.message_id, w.terms, phrases, forbidden) FROM store_terms w
            WHERE w.message_id = t.message_id))
        LIMIT most - found;
"""
# Letters that the viewer has, or was granted, before the place that is reached.
OWN = """store_message m WHERE m.owner_id = viewer AND m.internaldate >= since AND (m.internaldate, m.id) < (before_at, before_id)"""
GRANTED = """store_grant g WHERE g.user_id = viewer AND g.internaldate >= since
            AND (g.internaldate, g.message_id) < (before_at, before_id)"""

# The newest that fit, before a place, (internaldate, id) of the last that is known, which each step moves on. A step looks through the
# months of the next fifty letters, at most three of these (what is between them and has no mail costs nothing), and `further` ones:
# half as many again as would hold what is still wanted. That is judged by what was found before, in months as full as the fullest, and
# only once fifty letters were passed, or little is left: what bears dates to come, or is all that came in years, says nothing of the rest.
# Where nothing was found, or it would be more than a year, the rest is looked through in one stroke. What asks for several words begins
# with a month more: what is found in one is often too little to judge by. More than three months at once of few letters would be as many
# of everybody's: the index is asked for months, and whose it is, beside the words. As one tsquery with them, which is judged as a whole
# for each letter that has one of its rarer terms, they cost three times as much.
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
  unjudged integer := CASE WHEN words::text LIKE '% & %' THEN 1 ELSE 0 END;
  months text;
  oldest timestamp;
  letters float8;
  fullest float8 := 0;
  further integer;
  passed float8 := 0;
  beyond integer := 0;
  lower_end timestamptz;
  span tsquery;
  found integer := 0;
  more integer;
BEGIN
  IF jsonb_array_length(sifts) > 0 THEN
    RETURN QUERY EXECUTE format('SELECT t.message_id, t.internaldate FROM store_terms t
      WHERE (t.terms @@ %L::tsquery OR (t.message_id = ANY ($4) AND t.terms @@ %L::tsquery))
        AND {FINDABLE.format(viewer="$1", office="$2", going="$3")}
        AND (t.internaldate, t.message_id) < ($5, $6) AND t.internaldate >= $7
        AND ($8 = 0 OR teczka_phrased(t.message_id, t.terms, $9, $10)) %s
      ORDER BY t.internaldate DESC, t.message_id DESC LIMIT $11', coalesce(asked && whose, asked), asked, teczka_sifted(sifts))
      USING viewer, office, going, CASE WHEN few THEN ARRAY(SELECT g.message_id FROM store_grant g WHERE g.user_id = viewer) END,
        before_at, before_id, since, cardinality(phrases) + cardinality(forbidden), phrases, forbidden, most;
    RETURN;
  END IF;
  WHILE found < most LOOP
    further := 13;
    IF found > 0 OR passed < 50 THEN
      SELECT string_agg(''':m' || to_char(s.month, 'YYYYMM') || '''', ' | '), min(s.month), sum(s.n), greatest(fullest, max(s.n))
        INTO months, oldest, letters, fullest
        FROM (SELECT date_trunc('month', l.internaldate AT TIME ZONE 'UTC') AS month, count(*) AS n FROM (
            (SELECT m.internaldate FROM {OWN} ORDER BY m.internaldate DESC, m.id DESC LIMIT 50)
            UNION ALL
            (SELECT g.internaldate FROM {GRANTED} ORDER BY g.internaldate DESC, g.message_id DESC LIMIT 50)
            ORDER BY 1 DESC LIMIT 50) l
          GROUP BY 1 ORDER BY 1 DESC LIMIT 3) s;
      EXIT WHEN oldest IS NULL;
      IF passed = 0 OR (passed < 50 AND (EXISTS (SELECT FROM {OWN} OFFSET 2000) OR EXISTS (SELECT FROM {GRANTED} OFFSET 2000))) THEN
        further := unjudged;
        beyond := 0;
      ELSIF found > 0 THEN
        further := greatest(0, ceil(1.5 * (passed / fullest + beyond) * (most - found) / found - letters / fullest));
      END IF;
    END IF;
    IF further <= 12 THEN
      span := concat_ws(' | ', months, (SELECT string_agg(''':m' || to_char(oldest - n * interval '1 month', 'YYYYMM') || '''', ' | ')
        FROM generate_series(1, further) g (n)))::tsquery;
      span := coalesce(span && whose, span);
      lower_end := greatest(since, (oldest - further * interval '1 month') AT TIME ZONE 'UTC');
    ELSE
      span := whose;
      lower_end := since;
    END IF;
    IF span IS NULL THEN{STEP.format(indexed="t.terms @@ asked")}
    ELSE{STEP.format(indexed="t.terms @@ span AND t.terms @@ asked")}
    END IF;
    GET DIAGNOSTICS more = ROW_COUNT;
    found := found + more;
    EXIT WHEN lower_end <= since;
    before_at := lower_end;
    before_id := 0;
    passed := passed + letters;
    beyond := beyond + further;
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0013_left_out")]
    operations: ClassVar = [migrations.RunSQL(SEARCH)]
