"""What is looked after across people: bytes of documents, what outlives its account, the chain of the audit, and who takes whose place."""

from typing import ClassVar

from django.db import migrations

# For `verify`: where each document's bytes lie, and what they should be. Neither names nor cases.
DOCUMENTS = """
CREATE FUNCTION teczka_documents(after bigint, most integer) RETURNS TABLE (id bigint, public_id uuid, pack uuid, pack_size bigint,
  pack_offset bigint, pack_length bigint, pack_codec smallint, size bigint, sha256 bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT d.id, d.public_id, d.pack, p.size, d.pack_offset, d.pack_length, d.pack_codec, d.size, d.sha256
   FROM store_document d LEFT JOIN store_pack p ON p.id = d.pack WHERE d.id > after AND d.pack IS NOT NULL ORDER BY d.id LIMIT most $$;
"""

# Files that were removed long ago; of a part of a message the mark stays, or it would be linked again. Tells the packs that nothing refers to any longer.
FORGET_DOCUMENTS = """
CREATE FUNCTION teczka_forget_documents(days integer, most integer) RETURNS TABLE (pack_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH old AS (
     SELECT id FROM store_document WHERE removed_at < now() - days * interval '1 day' AND pack IS NOT NULL
     LIMIT most FOR UPDATE SKIP LOCKED),
   gone AS (DELETE FROM store_document d USING old WHERE d.id = old.id RETURNING d.pack)
   UPDATE store_pack p SET retired_at = now(), dead = p.size FROM gone g WHERE p.id = g.pack RETURNING p.id $$;
"""

# What of a pack of the viewer's outlives its account: what others see, and what is filed, be it to a case that its owner has left.
STAYS = """
CREATE FUNCTION teczka_stays(of_pack uuid) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT m.id FROM store_message m WHERE m.pack_id = of_pack AND m.owner_id = teczka_viewer()
   AND (EXISTS (SELECT FROM store_grant g WHERE g.message_id = m.id)
     OR EXISTS (SELECT FROM store_filing f WHERE f.message_id = m.id AND f.undone_at IS NULL)) $$;
"""

# For `verify`: every office's chain as it is written.
CHAIN = """
CREATE FUNCTION teczka_audit_chain(of_office bigint, after bigint, most integer) RETURNS TABLE (seq bigint, at timestamptz, actor uuid,
  verb text, in_case uuid, ids uuid[], previous bytea, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT a.seq, a.at, u.public_id, a.verb, c.public_id, a.ids, a.previous, a.hash
   FROM store_auditentry a LEFT JOIN store_user u ON u.id = a.actor_id LEFT JOIN store_case c ON c.id = a.case_id
   WHERE a.office_id = of_office AND a.seq > after ORDER BY a.seq LIMIT most $$;
"""

# For an administrator's export: what holds the chain together, also where an entry tells of somebody's mail and they may not read it.
LINKS = """
CREATE FUNCTION teczka_audit_links(after bigint, most integer) RETURNS TABLE (seq bigint, previous bytea, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT a.seq, a.previous, a.hash FROM store_auditentry a
   WHERE a.office_id = teczka_administers() AND a.seq > after ORDER BY a.seq LIMIT most $$;
"""

# Who was shown a message is not noted again for an hour: its pages are fetched several times. Told to the case that it is filed to, where
# the viewer may know of it: they read the entry, too.
VIEWED = """
CREATE FUNCTION teczka_audit_view(message uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM store_auditentry a WHERE a.actor_id = teczka_viewer() AND a.verb = 'message.view'
      AND a.at > now() - interval '1 hour' AND a.ids[1] = message) THEN
    PERFORM teczka_audit('message.view', ARRAY[message],
      (SELECT f.case_id FROM store_filing f JOIN store_message m ON m.id = f.message_id
       WHERE m.public_id = message AND f.case_id IS NOT NULL AND f.undone_at IS NULL AND f.office_id = teczka_office()
         AND f.case_id NOT IN (SELECT teczka_walled_off())
       ORDER BY f.id LIMIT 1));
  END IF;
END $$;
"""


# For the office's administrators, who learn nothing by it of cases or of mail, not even how much there is (P7): somebody else takes the
# place of one who can no longer sign in, in every team; mail of theirs that they had filed to a case is its team's from now on; and so
# are their open tasks the other's, but for those that nobody else ever saw. Their accounts end, each told by its public id. What is
# noted of cases and mail bears no name: of it their teams shall read, and not the administrator as the doer.
HAND_OVER = """
CREATE FUNCTION teczka_hand_over(whom bigint, to_whom bigint, said_farewell text) RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  here bigint := teczka_administers();
  shares bigint[];
  cases bigint[];
  one record;
BEGIN
  IF NOT EXISTS (SELECT FROM store_user WHERE id = whom AND office_id = here AND NOT is_active)
    OR NOT EXISTS (SELECT FROM store_user WHERE id = to_whom AND office_id = here AND is_active)
    OR said_farewell NOT IN ('archive', 'remove') THEN
    RAISE EXCEPTION 'nothing to be handed over';
  END IF;
  -- Before the register: whoever changes one of these teams has its case's row, and then waits for that.
  PERFORM FROM store_case WHERE id IN (SELECT case_id FROM store_casemember WHERE user_id = whom) ORDER BY id FOR NO KEY UPDATE;
  UPDATE store_lease SET epoch = epoch + 1 WHERE account_id IN (SELECT id FROM store_account WHERE owner_id = whom AND deleted_at IS NULL);
  DELETE FROM store_secret WHERE owner_id = whom;
  RETURN QUERY UPDATE store_account SET deleted_at = now(), farewell = said_farewell, paused_at = NULL
    WHERE owner_id = whom AND deleted_at IS NULL RETURNING public_id;
  UPDATE store_task SET assignee_id = to_whom, updated_at = now() WHERE assignee_id = whom AND done_at IS NULL AND removed_at IS NULL
    AND (case_id IS NOT NULL OR for_office OR created_by_id <> whom);
  WITH given AS (
    INSERT INTO store_share (public_id, office_id, owner_id, message_id, with_case_id, at)
    SELECT gen_random_uuid(), here, whom, f.message_id, f.case_id, now() FROM store_filing f
    WHERE f.owner_id = whom AND f.by_id = whom AND f.case_id IS NOT NULL AND f.undone_at IS NULL
    ON CONFLICT DO NOTHING RETURNING id)
  SELECT array_agg(id) INTO shares FROM given;
  cases := ARRAY(SELECT m.case_id FROM store_casemember m WHERE m.user_id = whom ORDER BY m.case_id);
  INSERT INTO store_casemember AS m (case_id, user_id, office_id, lead)
    SELECT gone.case_id, to_whom, here, gone.lead FROM store_casemember gone WHERE gone.user_id = whom ORDER BY gone.case_id
    ON CONFLICT (case_id, user_id) DO UPDATE SET lead = m.lead OR excluded.lead;
  DELETE FROM store_casemember WHERE user_id = whom;
  PERFORM teczka_regrant_team(one_case) FROM unnest(cases) AS t (one_case);
  PERFORM teczka_regrant(ARRAY(SELECT message_id FROM store_share WHERE id = ANY (shares)));
  -- All that is noted comes last: the office's register is locked from there on.
  FOR one IN SELECT c.id, c.public_id FROM store_case c WHERE c.id = ANY (cases) ORDER BY c.id LOOP
    PERFORM teczka_audit_entry(here, NULL, 'case.team', one.public_id || ARRAY(SELECT u.public_id FROM store_casemember m
      JOIN store_user u ON u.id = m.user_id WHERE m.case_id = one.id ORDER BY u.public_id), one.id);
  END LOOP;
  FOR one IN SELECT m.public_id AS message, c.public_id AS of_case, s.with_case_id FROM store_share s
      JOIN store_message m ON m.id = s.message_id JOIN store_case c ON c.id = s.with_case_id WHERE s.id = ANY (shares) ORDER BY s.id LOOP
    PERFORM teczka_audit_entry(here, NULL, 'message.share', ARRAY[one.message, one.of_case], one.with_case_id);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0003_walls_of_cases")]
    operations: ClassVar = [
        migrations.RunSQL(sql) for sql in (DOCUMENTS, FORGET_DOCUMENTS, STAYS, CHAIN, LINKS, VIEWED, HAND_OVER)
    ]
