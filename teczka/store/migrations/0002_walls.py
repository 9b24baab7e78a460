"""The walls between people: composite foreign keys, row-level security, and the few functions that look over them.

The tables belong to the owner role, which migrates and never serves; everything else runs as the app role, which row-level security
binds. A policy reads `teczka_viewer()`, set by store/viewer.py for one transaction.
"""

from typing import ClassVar

from django.db import migrations

VIEWER = """
CREATE FUNCTION teczka_viewer() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('teczka.viewer', true), '')::bigint;
"""

# The viewer's office, and the office that they keep as an administrator (NULL: none).
OFFICES = """
CREATE FUNCTION teczka_office() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT office_id FROM store_user WHERE id = teczka_viewer() AND is_active $$;
CREATE FUNCTION teczka_administers() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT office_id FROM store_user WHERE id = teczka_viewer() AND is_active AND role = 'administrator' $$;
"""

# child table, columns, parent table, columns, what the parent's deletion does
COMPOSITE_KEYS = [
    ("store_account", "office_id, owner_id", "store_user", "office_id, id", "NO ACTION"),
    ("store_accountoffer", "office_id, for_user_id", "store_user", "office_id, id", "CASCADE"),
    ("store_accountoffer", "office_id, by_user_id", "store_user", "office_id, id", "CASCADE"),
    ("store_diagnosis", "office_id, owner_id", "store_user", "office_id, id", "CASCADE"),
    ("store_folder", "office_id, account_id", "store_account", "office_id, id", "CASCADE"),
    ("store_fetchrequest", "office_id, account_id", "store_account", "office_id, id", "CASCADE"),
    ("store_message", "office_id, account_id", "store_account", "office_id, id", "NO ACTION"),
    ("store_message", "office_id, thread_id", "store_thread", "office_id, id", "NO ACTION"),
    ("store_placement", "office_id, folder_id", "store_folder", "office_id, id", "CASCADE"),
    ("store_placement", "message_id, office_id, owner_id", "store_message", "id, office_id, owner_id", "CASCADE"),
    ("store_grant", "message_id, office_id, owner_id", "store_message", "id, office_id, owner_id", "CASCADE"),
    ("store_grant", "office_id, user_id", "store_user", "office_id, id", "CASCADE"),
    ("store_act", "office_id, owner_id", "store_user", "office_id, id", "CASCADE"),
    ("store_act", "undoes_id, office_id, owner_id", "store_act", "id, office_id, owner_id", "SET NULL (undoes_id)"),
    ("store_operation", "act_id, office_id, owner_id", "store_act", "id, office_id, owner_id", "CASCADE"),
    ("store_operation", "office_id, account_id", "store_account", "office_id, id", "CASCADE"),
    ("store_operation", "office_id, folder_id", "store_folder", "office_id, id", "CASCADE"),
    ("store_operation", "office_id, target_id", "store_folder", "office_id, id", "CASCADE"),
    ("store_operation", "message_id, office_id, owner_id", "store_message", "id, office_id, owner_id", "CASCADE"),
    ("store_identity", "office_id, account_id", "store_account", "office_id, id", "CASCADE"),
    ("store_template", "office_id, owner_id", "store_user", "office_id, id", "CASCADE"),
    ("store_savedsearch", "office_id, owner_id", "store_user", "office_id, id", "CASCADE"),
    ("store_outgoing", "office_id, account_id", "store_account", "office_id, id", "CASCADE"),
    ("store_outgoing", "office_id, identity_id", "store_identity", "office_id, id", "SET NULL (identity_id)"),
    ("store_outgoing", "answers_id, office_id, owner_id", "store_message", "id, office_id, owner_id", "SET NULL (answers_id)"),
    ("store_outgoing", "office_id, case_id", "store_case", "office_id, id", "SET NULL (case_id)"),
    ("store_enclosure", "outgoing_id, office_id, owner_id", "store_outgoing", "id, office_id, owner_id", "CASCADE"),
    ("store_enclosure", "message_id, office_id, owner_id", "store_message", "id, office_id, owner_id", "SET NULL (message_id)"),
    ("store_correspondent", "office_id, account_id", "store_account", "office_id, id", "CASCADE"),
    ("store_correspondent", "office_id, owner_id", "store_user", "office_id, id", "CASCADE"),
    ("store_user", "office_id, remind_from_id", "store_account", "office_id, id", "SET NULL (remind_from_id)"),
    ("store_case", "office_id, created_by_id", "store_user", "office_id, id", "NO ACTION"),
    ("store_party", "office_id, case_id", "store_case", "office_id, id", "CASCADE"),
    ("store_partyaddress", "office_id, case_id", "store_case", "office_id, id", "CASCADE"),
    ("store_partyaddress", "office_id, party_id", "store_party", "office_id, id", "CASCADE"),
    ("store_casereference", "office_id, case_id", "store_case", "office_id, id", "CASCADE"),
    ("store_casemember", "office_id, case_id", "store_case", "office_id, id", "CASCADE"),
    ("store_casemember", "office_id, user_id", "store_user", "office_id, id", "CASCADE"),
    ("store_casenote", "office_id, case_id", "store_case", "office_id, id", "CASCADE"),
    ("store_casenote", "office_id, author_id", "store_user", "office_id, id", "NO ACTION"),
    ("store_document", "office_id, case_id", "store_case", "office_id, id", "CASCADE"),
    ("store_document", "office_id, created_by_id", "store_user", "office_id, id", "NO ACTION"),
    ("store_document", "message_id, office_id, owner_id", "store_message", "id, office_id, owner_id", "CASCADE"),
    ("store_casepin", "office_id, case_id", "store_case", "office_id, id", "CASCADE"),
    ("store_casepin", "office_id, user_id", "store_user", "office_id, id", "CASCADE"),
    ("store_task", "office_id, case_id", "store_case", "office_id, id", "CASCADE"),
    ("store_task", "office_id, assignee_id", "store_user", "office_id, id", "NO ACTION"),
    ("store_task", "office_id, created_by_id", "store_user", "office_id, id", "NO ACTION"),
    ("store_task", "office_id, done_by_id", "store_user", "office_id, id", "NO ACTION"),
    ("store_task", "message_id, office_id, message_owner_id", "store_message", "id, office_id, owner_id",
     "SET NULL (message_id, message_owner_id)"),
    ("store_messagereference", "message_id, office_id, owner_id", "store_message", "id, office_id, owner_id", "CASCADE"),
    ("store_attachmenttext", "message_id, office_id, owner_id", "store_message", "id, office_id, owner_id", "CASCADE"),
    ("store_share", "office_id, owner_id", "store_user", "office_id, id", "CASCADE"),
    ("store_share", "message_id, office_id, owner_id", "store_message", "id, office_id, owner_id", "CASCADE"),
    ("store_share", "office_id, thread_id", "store_thread", "office_id, id", "CASCADE"),
    ("store_share", "office_id, standing_id", "store_share", "office_id, id", "SET NULL (standing_id)"),
    ("store_share", "office_id, with_user_id", "store_user", "office_id, id", "CASCADE"),
    ("store_share", "office_id, with_case_id", "store_case", "office_id, id", "CASCADE"),
    ("store_share", "act_id, office_id, owner_id", "store_act", "id, office_id, owner_id", "SET NULL (act_id)"),
    ("store_share", "revoking_id, office_id, owner_id", "store_act", "id, office_id, owner_id", "SET NULL (revoking_id)"),
    ("store_follow", "office_id, owner_id", "store_user", "office_id, id", "CASCADE"),
    ("store_follow", "office_id, by_id", "store_user", "office_id, id", "NO ACTION"),
    ("store_follow", "office_id, thread_id", "store_thread", "office_id, id", "CASCADE"),
    ("store_follow", "office_id, case_id", "store_case", "office_id, id", "CASCADE"),
    ("store_follow", "office_id, share_id", "store_share", "office_id, id", "SET NULL (share_id)"),
    ("store_filing", "message_id, office_id, owner_id", "store_message", "id, office_id, owner_id", "CASCADE"),
    ("store_filing", "office_id, case_id", "store_case", "office_id, id", "CASCADE"),
    ("store_filing", "office_id, task_id", "store_task", "office_id, id", "CASCADE"),
    ("store_filing", "office_id, by_id", "store_user", "office_id, id", "NO ACTION"),
    ("store_filing", "office_id, undone_by_id", "store_user", "office_id, id", "NO ACTION"),
    ("store_filing", "office_id, follow_id", "store_follow", "office_id, id", "SET NULL (follow_id)"),
    ("store_filing", "act_id, office_id, by_id", "store_act", "id, office_id, owner_id", "SET NULL (act_id)"),
    ("store_neversuggest", "office_id, owner_id", "store_user", "office_id, id", "CASCADE"),
    ("store_neversuggest", "office_id, case_id", "store_case", "office_id, id", "CASCADE"),
    ("store_comment", "message_id, office_id, owner_id", "store_message", "id, office_id, owner_id", "CASCADE"),
    ("store_comment", "office_id, author_id", "store_user", "office_id, id", "NO ACTION"),
    ("store_mention", "office_id, user_id", "store_user", "office_id, id", "CASCADE"),
    ("store_auditentry", "office_id, case_id", "store_case", "office_id, id", "NO ACTION"),
    ("store_ruletemplate", "office_id, by_id", "store_user", "office_id, id", "NO ACTION"),
    ("store_rule", "office_id, owner_id", "store_user", "office_id, id", "CASCADE"),
    ("store_rule", "office_id, template_id", "store_ruletemplate", "office_id, id", "SET NULL (template_id)"),
    *(
        (table, "rule_id, office_id, owner_id", "store_rule", "id, office_id, owner_id", "CASCADE")
        for table in ("store_ruleexception", "store_rulerun", "store_rulehit")
    ),
    ("store_ruleexception", "message_id, office_id, owner_id", "store_message", "id, office_id, owner_id", "CASCADE"),
    ("store_rulehit", "message_id, office_id, owner_id", "store_message", "id, office_id, owner_id", "CASCADE"),
    ("store_rulehit", "run_id, office_id, owner_id", "store_rulerun", "id, office_id, owner_id", "SET NULL (run_id)"),
    ("store_rulehit", "act_id, office_id, owner_id", "store_act", "id, office_id, owner_id", "SET NULL (act_id)"),
    ("store_import", "office_id, account_id", "store_account", "office_id, id", "CASCADE"),
    ("store_importfile", "of_id, office_id, owner_id", "store_import", "id, office_id, owner_id", "CASCADE"),
]
PLAIN_KEYS = [
    ("store_secret", "account_id", "store_account", "id", "CASCADE"),
    ("store_lease", "account_id", "store_account", "id", "CASCADE"),
    ("store_fetchtrouble", "folder_id", "store_folder", "id", "CASCADE"),
    ("store_message", "pack_id", "store_pack", "id", "NO ACTION"),
    ("store_threadlink", "thread_id", "store_thread", "id", "CASCADE"),
    ("store_part", "message_id", "store_message", "id", "CASCADE"),
    ("store_text", "message_id", "store_message", "id", "CASCADE"),
    ("store_terms", "message_id", "store_message", "id", "CASCADE"),
    ("store_passage", "message_id", "store_message", "id", "CASCADE"),
    ("store_setaside", "message_id", "store_message", "id", "CASCADE"),
    ("store_setaside", "act_id", "store_act", "id", "SET NULL"),
    ("store_outgoing", "pack_id", "store_pack", "id", "NO ACTION"),
    ("store_enclosure", "pack_id", "store_pack", "id", "NO ACTION"),
    ("store_importfile", "pack_id", "store_pack", "id", "NO ACTION"),
    ("store_recipient", "outgoing_id", "store_outgoing", "id", "CASCADE"),
    ("store_outgoingevent", "outgoing_id", "store_outgoing", "id", "CASCADE"),
    ("store_mention", "comment_id", "store_comment", "id", "CASCADE"),
]

OWNERS_ALONE = [
    "store_account",
    "store_secret",
    "store_fetchrequest",
    "store_folder",
    "store_fetchtrouble",
    "store_pack",
    "store_thread",
    "store_threadlink",
    "store_placement",
    "store_act",
    "store_operation",
    "store_identity",
    "store_template",
    "store_savedsearch",
    "store_outgoing",
    "store_enclosure",
    "store_recipient",
    "store_outgoingevent",
    "store_correspondent",
    "store_follow",
    "store_neversuggest",
    "store_setaside",
    "store_rule",
    "store_ruleexception",
    "store_rulerun",
    "store_rulehit",
    "store_import",
    "store_importfile",
]
BY_GRANT = {
    "store_message": "id",
    "store_part": "message_id",
    "store_text": "message_id",
    "store_terms": "message_id",
    "store_passage": "message_id",
    "store_messagereference": "message_id",
    "store_attachmenttext": "message_id",
}

# Tables of an office: who reads a row, and who may write it.
KEEPER = "office_id = (SELECT teczka_administers())"
OF_OFFICES = [
    ("store_officepolicy", "SELECT", "office_id = (SELECT teczka_office())"),
    ("store_officepolicy", "ALL", KEEPER),
    ("store_oauthclient", "SELECT", "office_id = (SELECT teczka_office())"),
    ("store_oauthclient", "ALL", KEEPER),
    ("store_ruletemplate", "SELECT", "office_id = (SELECT teczka_office())"),
    ("store_ruletemplate", "ALL", KEEPER),
    ("store_accountoffer", "SELECT", "for_user_id = (SELECT teczka_viewer())"),
    ("store_accountoffer", "DELETE", "for_user_id = (SELECT teczka_viewer())"),
    ("store_accountoffer", "ALL", KEEPER),
    ("store_diagnosis", "ALL", "owner_id = (SELECT teczka_viewer()) AND office_id = (SELECT teczka_office())"),
    ("store_diagnosis", "SELECT", KEEPER),
    ("store_diagnosis", "UPDATE", KEEPER),
]


def foreign_keys() -> str:
    return "".join(
        f"ALTER TABLE {child} ADD FOREIGN KEY ({columns}) REFERENCES {parent} ({keys}) ON DELETE {then};\n"
        for child, columns, parent, keys, then in COMPOSITE_KEYS + PLAIN_KEYS
    )


def policies() -> str:
    """`(SELECT …)` makes the viewer a constant of the statement, so that indexes on owner_id still serve."""
    mine = "owner_id = (SELECT teczka_viewer())"
    sql = ["ALTER TABLE store_grant ENABLE ROW LEVEL SECURITY;"]
    sql.append(f"CREATE POLICY writes ON store_grant USING ({mine}) WITH CHECK ({mine});")
    sql.append("CREATE POLICY reads ON store_grant FOR SELECT USING (user_id = (SELECT teczka_viewer()));")
    for table in OWNERS_ALONE:
        sql.append(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;")
        sql.append(f"CREATE POLICY owner ON {table} USING ({mine}) WITH CHECK ({mine});")
    for table, key in BY_GRANT.items():
        granted = f"EXISTS (SELECT FROM store_grant g WHERE g.message_id = {table}.{key} AND g.user_id = (SELECT teczka_viewer()))"
        sql.append(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;")
        sql.append(f"CREATE POLICY owner ON {table} USING ({mine}) WITH CHECK ({mine});")
        sql.append(f"CREATE POLICY granted ON {table} FOR SELECT USING ({granted});")
    for table in dict.fromkeys(table for table, _, _ in OF_OFFICES):
        sql.append(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;")
    for number, (table, verb, which) in enumerate(OF_OFFICES):
        sql.append(f"CREATE POLICY office_{number} ON {table} FOR {verb} USING ({which});")
    return "\n".join(sql)


# What workers must know across owners, and nothing more. SECURITY DEFINER: they run as the owner role.
ACCOUNTS = """
CREATE FUNCTION teczka_accounts()
RETURNS TABLE (account_id bigint, owner_id bigint, state text, at_work boolean, removed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT a.id, a.owner_id, a.state, a.paused_at IS NULL AND a.deleted_at IS NULL AND a.protocol <> 'archive' AND u.is_active
       AND o.restored_at IS NULL, CASE WHEN a.farewell = 'remove' THEN a.deleted_at END
   FROM store_account a JOIN store_user u ON u.id = a.owner_id JOIN store_office o ON o.id = a.office_id ORDER BY a.id $$;
"""

# Restored from a backup, and its keeper has not yet said that it may connect.
WAITS = """
CREATE FUNCTION teczka_waits(account bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM store_account a JOIN store_office o ON o.id = a.office_id
                  WHERE a.id = account AND o.restored_at IS NOT NULL) $$;
"""

# How an office's accounts are doing, for its administrators and nobody else: nothing of what lies in them, not even how much (P7), nor
# what their owners call them, nor what their servers said.
OFFICE_ACCOUNTS = """
CREATE FUNCTION teczka_office_accounts() RETURNS TABLE (owner_id bigint, address text, protocol text, state text, troubled boolean,
  trouble_since timestamptz, last_contact_at timestamptz, paused boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT owner_id, address, protocol, state, trouble <> '', trouble_since, last_contact_at, paused_at IS NOT NULL
   FROM store_account WHERE office_id = teczka_administers() AND deleted_at IS NULL AND protocol <> 'archive' ORDER BY id $$;
"""

# Who gets a letter about their tasks now: it is past seven in their office, they got none today, something there is to tell that was not
# told, and they have an account that can send. What it tells, they read as themselves.
PEOPLE_TO_REMIND = """
CREATE FUNCTION teczka_people_to_remind(moment timestamptz, hour integer) RETURNS TABLE (user_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT u.id FROM store_user u JOIN store_office o ON o.id = u.office_id
   CROSS JOIN LATERAL (SELECT moment AT TIME ZONE o.timezone AS at) here
   WHERE u.is_active AND o.restored_at IS NULL AND u.remind_by_mail AND extract(hour FROM here.at) >= hour AND coalesce(u.reminded_on < here.at::date, true)
     AND EXISTS (SELECT FROM store_task t WHERE t.assignee_id = u.id AND t.done_at IS NULL AND t.removed_at IS NULL
       AND t.remind_on <= here.at::date AND (t.reminded_at IS NULL
         OR (t.due_on <= here.at::date AND (t.reminded_at AT TIME ZONE o.timezone)::date < t.due_on)))
     AND EXISTS (SELECT FROM store_account a WHERE a.owner_id = u.id AND a.deleted_at IS NULL AND a.paused_at IS NULL AND a.smtp_host <> '')
   ORDER BY u.id $$;
"""

# Hands out the newest unread messages and counts the reading as begun; what another reader has in hand is passed over. They are in the
# session's hand from here on, past the commit: PostgreSQL lets go of them with a reader that is killed (actions/reading.py).
# The row is held only once the message is in hand: whoever reads it would find it held, take it for read by another, and a try that never
# was would be left counted; after four such the message would pass for one that kills its reader.
CLAIM_UNREAD = """
CREATE FUNCTION teczka_claim_unread(most integer) RETURNS TABLE (message_id bigint, owner_id bigint, tries smallint, again boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  one record;
  taken bigint[] := '{}';
BEGIN
  FOR one IN SELECT m.id FROM store_message m WHERE m.indexed_with IS NULL ORDER BY m.internaldate DESC LOOP
    IF pg_try_advisory_lock(one.id) THEN
      IF EXISTS (SELECT FROM store_message m WHERE m.id = one.id AND m.indexed_with IS NULL FOR UPDATE SKIP LOCKED) THEN
        taken := taken || one.id;
      ELSE
        PERFORM pg_advisory_unlock(one.id);
      END IF;
    END IF;
    EXIT WHEN cardinality(taken) >= most;
  END LOOP;
  RETURN QUERY UPDATE store_message m SET reading_tries = m.reading_tries + 1 WHERE m.id = ANY (taken)
    RETURNING m.id, m.owner_id, m.reading_tries, m.thread_id IS NOT NULL;
END $$;
"""

COUNT_UNREAD = """
CREATE FUNCTION teczka_count_unread() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT count(*) FROM store_message WHERE indexed_with IS NULL $$;
"""

# A newer parser or analyser: everything read with an older one goes back to the queue, a bounded number at a time.
REREAD = """
CREATE FUNCTION teczka_reread(version integer, most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH old AS (SELECT id FROM store_message WHERE indexed_with < version LIMIT most FOR UPDATE SKIP LOCKED),
        again AS (UPDATE store_message m SET indexed_with = NULL, reading_tries = 0 FROM old WHERE m.id = old.id RETURNING 1)
   SELECT count(*) FROM again $$;
"""

# Hands out the newest message with attachments that wait for their text; in the session's hand as above, by the negative id. New mail
# goes first: nothing, as long as a message waits that was never read.
CLAIM_ATTACHMENTS = """
CREATE FUNCTION teczka_claim_attachments() RETURNS TABLE (message_id bigint, owner_id bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  one record;
BEGIN
  IF EXISTS (SELECT FROM store_message m WHERE m.indexed_with IS NULL AND m.thread_id IS NULL) THEN RETURN; END IF;
  FOR one IN SELECT a.message_id, a.owner_id FROM store_attachmenttext a WHERE a.extracted_with IS NULL
             ORDER BY a.internaldate DESC LIMIT 1000 LOOP
    IF pg_try_advisory_lock(-one.message_id) THEN
      IF EXISTS (SELECT FROM store_attachmenttext a WHERE a.message_id = one.message_id AND a.extracted_with IS NULL) THEN
        RETURN QUERY SELECT one.message_id, one.owner_id;
        RETURN;
      END IF;
      PERFORM pg_advisory_unlock(-one.message_id);
    END IF;
  END LOOP;
END $$;
"""

COUNT_UNEXTRACTED = """
CREATE FUNCTION teczka_count_unextracted() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT count(*) FROM store_attachmenttext WHERE extracted_with IS NULL $$;
"""

# A newer extractor: as REREAD, and the messages' own reading stays as it is.
EXTRACT_AGAIN = """
CREATE FUNCTION teczka_extract_again(version integer, most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH old AS (SELECT id FROM store_attachmenttext WHERE extracted_with < version LIMIT most FOR UPDATE SKIP LOCKED),
        again AS (UPDATE store_attachmenttext a SET extracted_with = NULL, tries = 0 FROM old WHERE a.id = old.id RETURNING 1)
   SELECT count(*) FROM again $$;
"""

# Which keys open what is sealed here: no key that is still wanted may go.
KEYS = """
CREATE FUNCTION teczka_keys() RETURNS TABLE (key_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT key_id FROM store_secret UNION SELECT key_id FROM store_oauthclient WHERE key_id <> '' $$;
"""

# Whose token cannot be renewed has met what only an administrator can mend. They may say so to their office, and no more than that.
OAUTH_TROUBLE = """
CREATE FUNCTION teczka_oauth_trouble(which text, said text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ UPDATE store_oauthclient SET trouble = said, trouble_since = CASE WHEN said = '' THEN NULL ELSE now() END
   WHERE office_id = teczka_office() AND provider = which AND trouble <> said $$;
"""

# An administrator mended it: whichever accounts of the office wait for that are tried again. Tells nothing of them.
OAUTH_MENDED = """
CREATE FUNCTION teczka_oauth_mended(which text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT pg_notify('teczka_requests', id::text) FROM store_account
   WHERE office_id = teczka_administers() AND auth = which AND trouble LIKE 'oauth.%' $$;
"""

# What was done long ago is forgotten, an act after its operations; what our own appended drafts and copies are known by is not.
FORGET_ACTS = """
CREATE FUNCTION teczka_forget_acts(days integer, most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH old AS (
     DELETE FROM store_operation WHERE id IN (
       SELECT id FROM store_operation WHERE kind <> 'append' AND done_at < now() - days * interval '1 day'
         AND (state IN ('done', 'undone') OR (state = 'refused' AND dismissed_at IS NOT NULL)) LIMIT most FOR UPDATE SKIP LOCKED)
     RETURNING act_id),
   acts AS (
     DELETE FROM store_act a WHERE a.created_at < now() - days * interval '1 day'
       AND NOT EXISTS (SELECT FROM store_operation o WHERE o.act_id = a.id))
   SELECT count(*) FROM old $$;
"""


# Drafts that were thrown away, or begun and never written in; and files of letters that went, which their copies in Sent have, too.
# Tells the packs that nothing refers to any longer.
FORGET_DRAFTS = """
CREATE FUNCTION teczka_forget_drafts(days integer, most integer) RETURNS TABLE (pack_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH old AS (
     SELECT id FROM store_outgoing WHERE state = 'draft' AND (discarded_at < now() - days * interval '1 day'
       OR (revision = 0 AND updated_at < now() - days * interval '1 day')) LIMIT most FOR UPDATE SKIP LOCKED),
   files AS (
     DELETE FROM store_enclosure e USING store_outgoing o WHERE o.id = e.outgoing_id
       AND (o.id IN (SELECT id FROM old) OR (o.state = 'sent' AND o.sent_at < now() - days * interval '1 day'))
     RETURNING e.id, e.pack_id),
   gone AS (DELETE FROM store_outgoing o USING old WHERE o.id = old.id)
   UPDATE store_pack p SET retired_at = now(), dead = p.size FROM files f WHERE p.id = f.pack_id
     AND NOT EXISTS (SELECT FROM store_enclosure e WHERE e.pack_id = p.id AND e.id NOT IN (SELECT id FROM files))
   RETURNING p.id $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0001_initial")]
    operations: ClassVar = [
        migrations.RunSQL(sql)
        for sql in (
            VIEWER,
            OFFICES,
            foreign_keys(),
            policies(),
            ACCOUNTS,
            WAITS,
            OFFICE_ACCOUNTS,
            PEOPLE_TO_REMIND,
            CLAIM_UNREAD,
            COUNT_UNREAD,
            REREAD,
            CLAIM_ATTACHMENTS,
            COUNT_UNEXTRACTED,
            EXTRACT_AGAIN,
            KEYS,
            OAUTH_TROUBLE,
            OAUTH_MENDED,
            FORGET_ACTS,
            FORGET_DRAFTS,
        )
    ]
