"""Signing in with Microsoft or Google: who a person is there is that person's alone to see. Before anybody has signed in, two functions
tell who that would be, and no more than their number. By a third an administrator ends it."""

import uuid
from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEY = """
ALTER TABLE store_provideridentity ADD FOREIGN KEY (office_id, owner_id) REFERENCES store_user (office_id, id) ON DELETE CASCADE;
"""

WALL = """
ALTER TABLE store_provideridentity ENABLE ROW LEVEL SECURITY;
CREATE POLICY owner ON store_provideridentity USING (owner_id = (SELECT teczka_viewer()))
  WITH CHECK (owner_id = (SELECT teczka_viewer()));
"""

# Somebody of the office who may come in by this provider, as whom the office's registration is read at the door; NULL: it cannot work
# there. An office that was restored connects to nobody until its keeper says so.
SOMEBODY = """
CREATE FUNCTION teczka_comes_by(office bigint, which text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT u.id FROM store_provideridentity i JOIN store_user u ON u.id = i.owner_id JOIN store_office o ON o.id = i.office_id
   WHERE i.office_id = office AND i.provider = which AND u.is_active AND o.restored_at IS NULL AND teczka_viewer() IS NULL
     AND EXISTS (SELECT FROM store_oauthclient c WHERE c.office_id = office AND c.provider = which)
   ORDER BY u.id LIMIT 1 $$;
"""

# Who of the office this is, and may come in; NULL: nobody.
WHO = """
CREATE FUNCTION teczka_known_as(office bigint, which text, named_by text, named text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT u.id FROM store_provideridentity i JOIN store_user u ON u.id = i.owner_id
   WHERE i.office_id = office AND i.provider = which AND i.issuer = named_by AND i.subject = named
     AND u.is_active AND teczka_viewer() IS NULL $$;
"""

# By an administrator of the office. How many there were.
DROP = """
CREATE FUNCTION teczka_drop_provider_identities(whom bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH gone AS (DELETE FROM store_provideridentity WHERE owner_id = whom AND office_id = teczka_administers() RETURNING 1)
  SELECT count(*) FROM gone
$$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0017_passkeys")]
    operations: ClassVar = [
        migrations.AddField(
            model_name='user',
            name='sign_in_changed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name='ProviderIdentity',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('provider', models.TextField()),
                ('issuer', models.TextField()),
                ('subject', models.TextField()),
                ('address', models.TextField()),
                ('connected_at', models.DateTimeField(auto_now_add=True)),
                ('office', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='store.office')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('owner', 'provider'), name='provider_identity_once'),
                    models.UniqueConstraint(fields=('office', 'provider', 'issuer', 'subject'), name='provider_identity_of_one'),
                ],
            },
        ),
        *(migrations.RunSQL(sql) for sql in (KEY, WALL, SOMEBODY, WHO, DROP)),
    ]
