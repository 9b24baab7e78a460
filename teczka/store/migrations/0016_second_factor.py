"""The second step of signing in: what it is checked by is its owner's alone. An administrator takes it away and sees nothing of it."""

import uuid
from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEY = """
ALTER TABLE store_secondfactor ADD FOREIGN KEY (office_id, owner_id) REFERENCES store_user (office_id, id) ON DELETE CASCADE;
"""

WALL = """
ALTER TABLE store_secondfactor ENABLE ROW LEVEL SECURITY;
CREATE POLICY owner ON store_secondfactor USING (owner_id = (SELECT teczka_viewer())) WITH CHECK (owner_id = (SELECT teczka_viewer()));
"""

# By an administrator of the office; by the machine's keeper, as whom nobody looks.
DROP = """
CREATE FUNCTION teczka_drop_second_factor(whom bigint) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DELETE FROM store_secondfactor WHERE owner_id = whom AND (teczka_viewer() IS NULL OR office_id = teczka_administers()) $$;
"""

# What the keeper does by a command stands in an office's register as nobody's. Where somebody looks, nobody's name is not theirs to write in.
KEEPER = """
CREATE FUNCTION teczka_audit_keeper(office bigint, verb text, ids uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF teczka_viewer() IS NOT NULL THEN RAISE EXCEPTION 'somebody is looking'; END IF;
  PERFORM teczka_audit_entry(office, NULL, verb, ids, NULL);
END $$;
"""

# As in 0002, and of these secrets as well.
KEYS = """
CREATE OR REPLACE FUNCTION teczka_keys() RETURNS TABLE (key_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT key_id FROM store_secret UNION SELECT key_id FROM store_oauthclient WHERE key_id <> ''
   UNION SELECT key_id FROM store_secondfactor $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0015_letters_not_for_all")]
    operations: ClassVar = [
        migrations.AddField(
            model_name='office',
            name='requires_second_factor',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='user',
            name='second_factor_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='second_factor_lifted_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name='SecondFactor',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('key_id', models.TextField()),
                ('nonce', models.BinaryField()),
                ('ciphertext', models.BinaryField()),
                ('step', models.BigIntegerField(default=0)),
                ('backup_hashes', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('office', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='store.office')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner',), name='second_factor_once')],
            },
        ),
        *(migrations.RunSQL(sql) for sql in (KEY, WALL, DROP, KEEPER, KEYS)),
    ]
