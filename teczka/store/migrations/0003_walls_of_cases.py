"""The walls around cases, tasks and what is filed and shared (ADR 0023): policies, and the functions that these and grants are made of.

Whose team one is in, and what one may not know of, are sets that a statement makes once: `IN (SELECT f())` is hashed. No policy looks at
a table whose policy looks back.
"""

from typing import ClassVar

from django.db import migrations

# The cases whose team the viewer is in; and those of their office of which they may not even know. `(SELECT …)` asks who is looking once,
# and not for each row.
TEAMS = """
CREATE FUNCTION teczka_my_cases() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT m.case_id FROM store_casemember m WHERE m.user_id = (SELECT teczka_viewer()) AND m.office_id = (SELECT teczka_office()) $$;
CREATE FUNCTION teczka_walled_off() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT c.id FROM store_case c WHERE c.office_id = (SELECT teczka_office()) AND c.walled
   AND NOT EXISTS (SELECT FROM store_casemember m WHERE m.case_id = c.id AND m.user_id = (SELECT teczka_viewer())) $$;
"""

# Its card, parties, references and team: the team itself, administrators where it is not walled, and whoever makes it, until it has a team.
MAY_CHANGE = """
CREATE FUNCTION teczka_may_change_case(which bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM store_casemember m WHERE m.case_id = which AND m.user_id = teczka_viewer() AND m.office_id = teczka_office())
   OR EXISTS (SELECT FROM store_case c WHERE c.id = which AND NOT c.walled AND (c.office_id = teczka_administers()
     OR (c.office_id = teczka_office() AND c.created_by_id = teczka_viewer()
       AND NOT EXISTS (SELECT FROM store_casemember m WHERE m.case_id = which)))) $$;
"""

VIEWER = "(SELECT teczka_viewer())"
OFFICE = "office_id = (SELECT teczka_office())"
CARD = f"{OFFICE} AND case_id NOT IN (SELECT teczka_walled_off())"
CHANGE = "teczka_may_change_case(case_id)"
INSIDE = "case_id IN (SELECT teczka_my_cases())"
TASK = f"""{OFFICE} AND (case_id IS NULL OR case_id NOT IN (SELECT teczka_walled_off()))
  AND (created_by_id = {VIEWER} OR assignee_id = {VIEWER} OR (case_id IS NULL AND for_office) OR {INSIDE})"""
WRITES = ("INSERT", "UPDATE", "DELETE")


def message_of(table: str) -> str:
    return f"""(owner_id = {VIEWER}
  OR EXISTS (SELECT FROM store_grant g WHERE g.message_id = {table}.message_id AND g.user_id = {VIEWER}))"""


DOCUMENT = f"{INSIDE} AND (message_id IS NULL OR {message_of('store_document')})"
FILING = f"""{message_of("store_filing")} AND {OFFICE} AND (case_id NOT IN (SELECT teczka_walled_off())
  OR (task_id IS NOT NULL AND EXISTS (SELECT FROM store_task t WHERE t.id = store_filing.task_id)))"""
COMMENT = message_of("store_comment")
# Of a comment that the viewer may see; and that is theirs.
HEARD = "EXISTS (SELECT FROM store_comment c WHERE c.id = comment_id)"
SAID = f"EXISTS (SELECT FROM store_comment c WHERE c.id = comment_id AND c.author_id = {VIEWER})"
# Of mail, and of what lies in cases, administrators are told nothing; a team, what concerns messages that the reader may see.
AUDIT = f"""actor_id = {VIEWER} OR (office_id = (SELECT teczka_administers()) AND verb NOT LIKE ALL ('{{message.%,document.%}}')
  AND (case_id IS NULL OR case_id NOT IN (SELECT teczka_walled_off())))
  OR ({INSIDE} AND (verb NOT LIKE 'message.%' OR EXISTS (SELECT FROM store_message m WHERE m.public_id = ANY (ids))))"""

# table, what for, which rows. An INSERT is checked for what it brings; an UPDATE for what it finds and for what it leaves.
POLICIES = [
    ("store_case", "SELECT", f"{OFFICE} AND (NOT walled OR id IN (SELECT teczka_my_cases()))"),
    ("store_case", "INSERT", f"{OFFICE} AND created_by_id = {VIEWER} AND NOT walled"),
    ("store_case", "UPDATE", f"{OFFICE} AND teczka_may_change_case(id)"),
    *(
        (table, verb, CARD if verb == "SELECT" else CHANGE)
        for table in ("store_party", "store_partyaddress", "store_casereference", "store_casemember")
        for verb in ("SELECT", *WRITES)
    ),
    ("store_casenote", "SELECT", INSIDE),
    ("store_casenote", "INSERT", f"{INSIDE} AND author_id = {VIEWER}"),
    ("store_casenote", "UPDATE", f"{INSIDE} AND author_id = {VIEWER}"),
    ("store_document", "ALL", DOCUMENT),
    ("store_casepin", "ALL", f"user_id = {VIEWER}"),
    ("store_task", "SELECT", TASK),
    ("store_task", "INSERT", f"{TASK} AND created_by_id = {VIEWER}"),
    ("store_task", "UPDATE", TASK),
    ("store_share", "ALL", f"owner_id = {VIEWER}"),
    ("store_share", "SELECT", f"with_user_id = {VIEWER} OR with_case_id IN (SELECT teczka_my_cases())"),
    ("store_filing", "SELECT", FILING),
    ("store_filing", "INSERT", f"{FILING} AND by_id = {VIEWER}"),
    ("store_filing", "UPDATE", f"{FILING} AND (by_id = {VIEWER} OR owner_id = {VIEWER} OR {INSIDE})"),
    ("store_comment", "SELECT", COMMENT),
    ("store_comment", "INSERT", f"{COMMENT} AND author_id = {VIEWER}"),
    ("store_comment", "UPDATE", f"{COMMENT} AND author_id = {VIEWER}"),
    ("store_mention", "SELECT", HEARD),
    ("store_mention", "INSERT", SAID),
    ("store_mention", "UPDATE", f"user_id = {VIEWER}"),
    ("store_mention", "DELETE", SAID),
    ("store_auditentry", "SELECT", AUDIT),
]


def policies() -> str:
    sql = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;" for table in dict.fromkeys(row[0] for row in POLICIES)]
    for number, (table, verb, which) in enumerate(POLICIES):
        clause = "WITH CHECK" if verb == "INSERT" else "USING"
        sql.append(f"CREATE POLICY case_{number} ON {table} FOR {verb} {clause} ({which});")
    return "\n".join(sql)


# Grants as the shares of these messages say, through teams as they are now; nobody who was disabled keeps one. Tells whose view changed, and
# of which message.
# Whoever calls it: it writes what the tables say, and nothing else. One at a time in an office, until its transaction ends (the lock is the
# register's, which comes next anyway): of two at once each would miss what the other changes, and give again what that has just taken. It
# is PL/pgSQL because only there what was committed while it waited is seen.
REGRANT = """
CREATE FUNCTION teczka_regrant(messages bigint[]) RETURNS TABLE (changed bigint, message bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7, (SELECT m.office_id::int FROM store_message m WHERE m.id = ANY (messages) LIMIT 1));
  RETURN QUERY WITH shared AS (
     SELECT s.message_id, s.office_id, s.owner_id, s.with_user_id AS user_id, 'share' AS reason
     FROM store_share s WHERE s.message_id = ANY (messages) AND s.revoked_at IS NULL AND s.with_user_id IS NOT NULL
     UNION SELECT s.message_id, s.office_id, s.owner_id, m.user_id, 'team'
     FROM store_share s JOIN store_casemember m ON m.case_id = s.with_case_id
     WHERE s.message_id = ANY (messages) AND s.revoked_at IS NULL),
   due AS (
     SELECT shared.*, m.internaldate FROM shared JOIN store_user u ON u.id = user_id AND u.is_active
     JOIN store_message m ON m.id = shared.message_id WHERE user_id <> shared.owner_id),
   gone AS (
     DELETE FROM store_grant g WHERE g.message_id = ANY (messages)
       AND NOT EXISTS (SELECT FROM due d WHERE (d.message_id, d.user_id, d.reason) = (g.message_id, g.user_id, g.reason))
     RETURNING g.user_id, g.message_id),
   come AS (
     INSERT INTO store_grant (message_id, office_id, owner_id, user_id, reason, internaldate) SELECT * FROM due
     ON CONFLICT DO NOTHING RETURNING user_id, message_id)
   SELECT user_id, message_id FROM gone UNION SELECT user_id, message_id FROM come;
END $$;
"""

# After a team changed; after a person was disabled or enabled, by the office's administrators. What is shared meanwhile counts.
REGRANT_OTHERS = """
CREATE FUNCTION teczka_regrant_team(of_case bigint) RETURNS TABLE (changed bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7, (SELECT office_id::int FROM store_case WHERE id = of_case));
  RETURN QUERY SELECT DISTINCT r.changed FROM teczka_regrant(ARRAY(
    SELECT message_id FROM store_share WHERE with_case_id = of_case AND message_id IS NOT NULL AND revoked_at IS NULL)) r;
END $$;
CREATE FUNCTION teczka_regrant_person(whom bigint) RETURNS TABLE (changed bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7, (SELECT office_id::int FROM store_user WHERE id = whom));
  RETURN QUERY SELECT DISTINCT r.changed FROM teczka_regrant(ARRAY(
    SELECT message_id FROM store_grant WHERE user_id = whom
    UNION SELECT s.message_id FROM store_share s WHERE s.message_id IS NOT NULL AND s.revoked_at IS NULL AND (s.with_user_id = whom
      OR s.with_case_id IN (SELECT m.case_id FROM store_casemember m WHERE m.user_id = whom)))) r;
END $$;
"""

# Who sees these messages, as far as the viewer does: a comment is written to all of them.
AUDIENCE = """
CREATE FUNCTION teczka_audience(which bigint[]) RETURNS TABLE (message_id bigint, user_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH seen AS MATERIALIZED (
     SELECT m.id, m.owner_id FROM store_message m WHERE m.id = ANY (which) AND (m.owner_id = (SELECT teczka_viewer())
       OR EXISTS (SELECT FROM store_grant own WHERE own.message_id = m.id AND own.user_id = (SELECT teczka_viewer()))))
   SELECT g.message_id, g.user_id FROM seen JOIN store_grant g ON g.message_id = seen.id
   UNION SELECT seen.id, seen.owner_id FROM seen WHERE seen.owner_id <> (SELECT teczka_viewer()) $$;
"""

# Attachments of filed messages are documents of their cases, as links; of what is filed no longer they are none. What somebody took out of
# a case stays out. Whoever calls it: it writes what filings and parts say, and nothing else.
LINK_DOCUMENTS = """
CREATE FUNCTION teczka_link_documents(messages bigint[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DELETE FROM store_document d WHERE d.message_id = ANY (messages)
     AND EXISTS (SELECT FROM store_filing f WHERE f.message_id = d.message_id AND f.case_id = d.case_id)
     AND NOT EXISTS (SELECT FROM store_filing f WHERE f.message_id = d.message_id AND f.case_id = d.case_id AND f.undone_at IS NULL);
   INSERT INTO store_document (public_id, office_id, case_id, name, created_by_id, created_at, content_type, size, message_id, owner_id, path)
   SELECT gen_random_uuid(), f.office_id, f.case_id, p.name, f.by_id, f.at, p.content_type, p.size, f.message_id, f.owner_id, p.path
   FROM store_filing f JOIN store_part p ON p.message_id = f.message_id AND p.kind = 'attachment'
   WHERE f.message_id = ANY (messages) AND f.case_id IS NOT NULL AND f.undone_at IS NULL AND NOT EXISTS (
     SELECT FROM store_document d WHERE d.message_id = f.message_id AND d.case_id = f.case_id AND d.path = p.path) $$;
"""

# The only writer of the audit: one link more in the chain of an office, which is the writer's alone until the transaction ends. Who serves
# may call the second alone (store/migrate.py): nobody writes in another's name.
AUDIT_CHAIN = r"""
CREATE FUNCTION teczka_audit_hash(office bigint, seq bigint, at timestamptz, actor bigint, verb text, ids uuid[], in_case bigint,
  previous bytea) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT sha256(convert_to(concat_ws(E'\n', 'teczka-audit-1', (SELECT public_id FROM store_office WHERE id = office), seq,
     to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
     coalesce((SELECT public_id::text FROM store_user WHERE id = actor), ''), verb,
     coalesce((SELECT public_id::text FROM store_case WHERE id = in_case), ''),
     array_to_string(ids, ','), encode(previous, 'hex')), 'UTF8')) $$;
CREATE FUNCTION teczka_audit_entry(here bigint, actor bigint, verb text, ids uuid[], in_case bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
  last record;
  since timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(7, here::int);
  SELECT a.seq, a.hash INTO last FROM store_auditentry a WHERE a.office_id = here ORDER BY a.seq DESC LIMIT 1;
  since := clock_timestamp();
  INSERT INTO store_auditentry (office_id, seq, at, actor_id, verb, ids, case_id, previous, hash)
  SELECT here, n, since, actor, verb, ids, in_case, p, teczka_audit_hash(here, n, since, actor, verb, ids, in_case, p)
  FROM (SELECT coalesce(last.seq, 0) + 1 AS n, coalesce(last.hash, decode(repeat('00', 32), 'hex')) AS p) link;
END $$;
CREATE FUNCTION teczka_audit(verb text, ids uuid[], in_case bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  here bigint := (SELECT office_id FROM store_user WHERE id = teczka_viewer());
BEGIN
  IF here IS NULL THEN RAISE EXCEPTION 'nobody is looking'; END IF;
  PERFORM teczka_audit_entry(here, teczka_viewer(), verb, ids, in_case);
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0002_walls")]
    operations: ClassVar = [
        migrations.RunSQL(sql)
        for sql in (TEAMS, MAY_CHANGE, policies(), REGRANT, REGRANT_OTHERS, AUDIENCE, LINK_DOCUMENTS, AUDIT_CHAIN)
    ]
