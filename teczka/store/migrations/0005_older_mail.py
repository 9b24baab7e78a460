"""Older mail, to be looked through: by its sender, by its words, and by whether it comes from a list. Neither `lower` nor `@@` is
leakproof, so that under row-level security no index on them would serve."""

from typing import ClassVar

from django.db import migrations

# Of what the viewer may see.
MAIL_FROM = """
CREATE FUNCTION teczka_mail_from(addresses text[]) RETURNS TABLE (message bigint, address text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT m.id, lower(m.from_address) FROM store_message m
   WHERE m.owner_id IN (SELECT u.id FROM store_user u WHERE u.office_id = teczka_office())
     AND m.from_address <> '' AND lower(m.from_address) = ANY (addresses) AND (m.owner_id = teczka_viewer()
       OR EXISTS (SELECT FROM store_grant g WHERE g.message_id = m.id AND g.user_id = teczka_viewer())) $$;
"""

# Of the viewer's own: what a rule of theirs would look through.
MAIL_WITH = """
CREATE FUNCTION teczka_mail_with(words tsquery) RETURNS SETOF bigint ROWS 20000
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT t.message_id FROM store_terms t
   WHERE t.owner_id = (SELECT teczka_viewer()) AND t.terms @@ (words && (SELECT ''':o' || teczka_viewer() || '''')::tsquery) $$;
"""

# Which runs of rules over old mail have something to do, and whose they are: workers look at the rest as these people.
RULE_RUNS = """
CREATE FUNCTION teczka_rule_runs() RETURNS TABLE (run_id bigint, owner_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT r.id, r.owner_id FROM store_rulerun r JOIN store_user u ON u.id = r.owner_id
   WHERE u.is_active AND r.state IN ('waiting', 'running', 'undoing') ORDER BY r.id $$;
"""

# What comes from a list is looked for by rules, among all of somebody's mail.
LISTED = """
CREATE INDEX text_listed ON store_text (owner_id, message_id) WHERE headers #> '{unsubscribe,0}' IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0004_documents_and_audit")]
    operations: ClassVar = [migrations.RunSQL(sql) for sql in (MAIL_FROM, MAIL_WITH, RULE_RUNS, LISTED)]
