"""The files of a letter that some of its recipients did not get stay until its writer has taken note: it may go to them once more. And so
does a message of an account whose mail goes, as long as a file of it goes with a letter. Who takes over a leaver's
tasks is reminded of them as if nobody had been."""

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

# As in 0004, but for `reminded_at`.
HAND_OVER = """
CREATE OR REPLACE FUNCTION teczka_hand_over(whom bigint, to_whom bigint, said_farewell text) RETURNS SETOF uuid
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
  UPDATE store_task SET assignee_id = to_whom, reminded_at = NULL, updated_at = now()
    WHERE assignee_id = whom AND done_at IS NULL AND removed_at IS NULL AND (case_id IS NOT NULL OR for_office OR created_by_id <> whom);
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
    dependencies: ClassVar = [("store", "0014_search")]
    operations: ClassVar = [migrations.RunSQL(FORGET_DRAFTS), migrations.RunSQL(STAYS), migrations.RunSQL(HAND_OVER)]
