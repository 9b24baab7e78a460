"""Packs that nothing lies in any more, objects that no row knows, the scrub, and what was erased."""

from typing import ClassVar

from django.db import migrations

KEYS = """
ALTER TABLE store_erased ADD FOREIGN KEY (office_id, owner_id) REFERENCES store_user (office_id, id);
ALTER TABLE store_erased ADD FOREIGN KEY (office_id, account_id) REFERENCES store_account (office_id, id) ON DELETE CASCADE;
ALTER TABLE store_erasedplace ADD FOREIGN KEY (erased_id) REFERENCES store_erased (id) ON DELETE CASCADE;
ALTER TABLE store_erasedplace ADD FOREIGN KEY (folder_id) REFERENCES store_folder (id) ON DELETE CASCADE;
"""

# Of strays nobody asks but through the functions below.
WALLS = """
ALTER TABLE store_erased ENABLE ROW LEVEL SECURITY;
ALTER TABLE store_erasedplace ENABLE ROW LEVEL SECURITY;
ALTER TABLE store_stray ENABLE ROW LEVEL SECURITY;
CREATE POLICY owner ON store_erased USING (owner_id = (SELECT teczka_viewer())) WITH CHECK (owner_id = (SELECT teczka_viewer()));
CREATE POLICY owner ON store_erasedplace USING (owner_id = (SELECT teczka_viewer())) WITH CHECK (owner_id = (SELECT teczka_viewer()));
"""

# A pack's object is written before its row, by whichever process on whichever machine, and how long one may take between the two nobody
# knows: a machine may sleep. So an object is condemned before it is removed, and a condemned pack gets no row any more. The lock (10,
# store/locks.py) is held shared from a row's insertion to its commit, and alone while packs are condemned: either is before the other.
FENCE = """
CREATE FUNCTION teczka_refuse_condemned() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(10, 0);
  IF EXISTS (SELECT FROM store_stray s WHERE s.pack = NEW.id AND s.condemned_at IS NOT NULL) THEN
    RAISE EXCEPTION 'pack % was given up', NEW.id;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refuse_condemned BEFORE INSERT ON store_pack FOR EACH ROW EXECUTE FUNCTION teczka_refuse_condemned();
"""

# Tells which of these objects are to be removed: no row speaks of them, and none did when they were first seen, so many hours ago.
CONDEMN = """
CREATE FUNCTION teczka_condemn(seen uuid[], hours integer) RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM store_stray s WHERE s.condemned_at IS NULL AND EXISTS (SELECT FROM store_pack k WHERE k.id = s.pack);
  INSERT INTO store_stray (pack, seen_at) SELECT one, now() FROM unnest(seen) AS t (one)
    WHERE NOT EXISTS (SELECT FROM store_pack k WHERE k.id = one) ON CONFLICT DO NOTHING;
  PERFORM pg_advisory_xact_lock(10, 0);
  UPDATE store_stray s SET condemned_at = now()
    WHERE s.condemned_at IS NULL AND s.pack = ANY (seen) AND s.seen_at <= now() - hours * interval '1 hour'
      AND NOT EXISTS (SELECT FROM store_pack k WHERE k.id = s.pack);
  RETURN QUERY SELECT s.pack FROM store_stray s WHERE s.pack = ANY (seen) AND s.condemned_at IS NOT NULL;
END $$;
"""

# Which of these objects no row knows.
UNKNOWN = """
CREATE FUNCTION teczka_unknown_packs(seen uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT one FROM unnest(seen) AS t (one) WHERE NOT EXISTS (SELECT FROM store_pack k WHERE k.id = one) $$;
"""

# Packs that nothing lies in any more, for so long that nobody reads them; of some packs those in which something does; and the rows, once
# the objects are gone.
RETIRED = """
CREATE FUNCTION teczka_retired_packs(seconds integer, most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT k.id FROM store_pack k WHERE k.retired_at <= now() - seconds * interval '1 second'
     AND NOT EXISTS (SELECT FROM store_message m WHERE m.pack_id = k.id)
     AND NOT EXISTS (SELECT FROM store_outgoing o WHERE o.pack_id = k.id)
     AND NOT EXISTS (SELECT FROM store_enclosure e WHERE e.pack_id = k.id)
   ORDER BY k.retired_at LIMIT most $$;
CREATE FUNCTION teczka_kept_packs(these uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT k.id FROM store_pack k WHERE k.id = ANY (these) AND (k.retired_at IS NULL
     OR EXISTS (SELECT FROM store_message m WHERE m.pack_id = k.id) OR EXISTS (SELECT FROM store_outgoing o WHERE o.pack_id = k.id)
     OR EXISTS (SELECT FROM store_enclosure e WHERE e.pack_id = k.id)) $$;
CREATE FUNCTION teczka_forget_packs(gone uuid[]) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH d AS (DELETE FROM store_pack k WHERE k.id = ANY (gone) AND k.retired_at IS NOT NULL RETURNING 1) SELECT count(*) FROM d $$;
"""

# Packs of which so large a share is dead.
WASTED = """
CREATE FUNCTION teczka_wasted_packs(share double precision, most integer) RETURNS TABLE (pack uuid, owner bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT k.id, k.owner_id FROM store_pack k WHERE k.dead > 0 AND k.retired_at IS NULL AND k.dead >= k.size * share
   ORDER BY k.dead DESC LIMIT most $$;
"""

# What the scrub looks at next: never read, then the one that was read longest ago, not within so many days. And how it stands.
SCRUB = """
CREATE FUNCTION teczka_scrub_next(days double precision, most integer) RETURNS TABLE (pack uuid, owner bigint, size bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT k.id, k.owner_id, k.size FROM store_pack k
   WHERE k.retired_at IS NULL AND (k.checked_at IS NULL OR k.checked_at < now() - days * interval '1 day')
   ORDER BY k.checked_at NULLS FIRST, k.id LIMIT most $$;
CREATE FUNCTION teczka_scrub_state() RETURNS TABLE (packs bigint, unread bigint, oldest timestamptz, newest timestamptz, damaged uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT count(*), count(*) FILTER (WHERE checked_at IS NULL), min(checked_at), max(checked_at),
     coalesce(array_agg(id ORDER BY id) FILTER (WHERE damaged <> ''), '{}')
   FROM store_pack WHERE retired_at IS NULL $$;
"""

# What others filed belongs to their case; its owner, and nobody else, need not know of the case to be told that there is one.
HELD = """
CREATE FUNCTION teczka_is_filed(which bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM store_filing f WHERE f.message_id = which AND f.owner_id = teczka_viewer() AND f.undone_at IS NULL) $$;
"""

# Who was shown a message of the viewer's, and when first: its owner asks before it is erased.
SHOWN_TO = """
CREATE FUNCTION teczka_shown_to(which uuid) RETURNS TABLE (who bigint, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT a.actor_id, min(a.at) FROM store_auditentry a WHERE a.verb = 'message.view' AND a.ids[1] = which AND a.actor_id IS NOT NULL
     AND EXISTS (SELECT FROM store_message m WHERE m.public_id = which AND m.owner_id = teczka_viewer() AND m.office_id = a.office_id)
   GROUP BY a.actor_id $$;
"""

# How many messages were erased whose last traces still lie in the database's own files.
UNCLEAN = """
CREATE FUNCTION teczka_unclean() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT count(*) FROM store_erased WHERE cleaned_at IS NULL $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0006_search")]
    operations: ClassVar = [
        migrations.RunSQL(sql)
        for sql in (KEYS, WALLS, FENCE, CONDEMN, UNKNOWN, RETIRED, WASTED, SCRUB, HELD, SHOWN_TO, UNCLEAN)
    ]
