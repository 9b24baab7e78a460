"""Search anew: it walks back as far as it has to, asks for labels, and tells of a block of messages who else sees them."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q

_FORMER = import_module("teczka.store.migrations.0006_search")

# Keywords are the viewer's own, where their mail lies.
_LABEL = f"format('{_FORMER._PLACE} p.keywords && %L::text[])', ARRAY(SELECT jsonb_array_elements_text(s->'keywords')))"
SIFTED = _FORMER.SIFTED.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
    "WHEN 'larger'", f"WHEN 'label' THEN {_LABEL}\n    WHEN 'larger'"
)

# The newest that fit, before a place: (internaldate, id) of the last that is known. It looks through one month, then through as many as
# hold what is still wanted, to judge by those before; where nothing was in them, or it would be more than a year, through the rest. So most
# hits of a common word are never looked at, and those of a rare one are gathered in one stroke. Whoever sees little of others' mail has
# that looked at letter by letter, and of the index their own alone. What is asked besides words and time is answered at once, by whichever
# index is best.
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
  looked tsquery := asked;
  month timestamp;
  months integer := 1;
  passed integer := 0;
  lower_end timestamptz;
  upper_end timestamptz := 'infinity';
  step tsquery;
  found integer := 0;
  more integer;
BEGIN
  IF few THEN looked := asked && (''':o' || viewer || '''')::tsquery; END IF;
  IF jsonb_array_length(sifts) > 0 THEN
    RETURN QUERY EXECUTE format('SELECT t.message_id, t.internaldate FROM store_terms t
      WHERE (t.terms @@ %L::tsquery OR (t.message_id = ANY ($4) AND t.terms @@ %L::tsquery)) AND {_FORMER.FINDABLE.format(**_FORMER._NUMBERS)}
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
    IF months <= 12 THEN
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
          WHERE t.terms @@ step AND {_FORMER.PLACED} AND {_FORMER.MONTHS}
          UNION ALL
          SELECT DISTINCT t.message_id, t.internaldate, 0::bigint, office, 0::bigint, false FROM store_grant t
          WHERE few AND t.user_id = viewer AND {_FORMER.PLACED} AND {_FORMER.MONTHS}) u
        ORDER BY u.internaldate DESC, u.message_id DESC OFFSET 0) t
      WHERE {_FORMER.FINDABLE.format(**_FORMER._NAMES)}
        AND (t.sure OR (SELECT w.terms @@ asked FROM store_terms w WHERE w.message_id = t.message_id))
        AND (NOT phrased OR (SELECT teczka_phrased(w.message_id, w.terms, phrases, forbidden) FROM store_terms w
          WHERE w.message_id = t.message_id))
      LIMIT most - found;
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

# Of these messages those that the viewer sees, and who has a grant of each beside them: the owner is not among these.
SEEN_BY = """
CREATE FUNCTION teczka_seen_by(which bigint[]) RETURNS TABLE (message bigint, names text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  viewer bigint := teczka_viewer();
BEGIN
  RETURN QUERY SELECT m.id, ARRAY(SELECT u.name FROM store_grant g JOIN store_user u ON u.id = g.user_id
      WHERE g.message_id = m.id AND g.user_id <> viewer)
    FROM store_message m WHERE m.id = ANY (which)
      AND (m.owner_id = viewer OR EXISTS (SELECT FROM store_grant own WHERE own.message_id = m.id AND own.user_id = viewer));
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0008_import")]
    operations: ClassVar = [
        *(migrations.RunSQL(sql) for sql in (SIFTED, SEARCH, SEEN_BY)),
        migrations.AddIndex(
            "placement",
            models.Index(fields=["owner_id"], name="placement_labelled", condition=Q(gone_at=None) & ~Q(keywords=[])),
        ),
    ]
