"""Passkeys: their owner's alone, as the second step is. An administrator takes them away and sees nothing of them."""

import uuid
from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEY = """
ALTER TABLE store_passkey ADD FOREIGN KEY (office_id, owner_id) REFERENCES store_user (office_id, id) ON DELETE CASCADE;
"""

WALL = """
ALTER TABLE store_passkey ENABLE ROW LEVEL SECURITY;
CREATE POLICY owner ON store_passkey USING (owner_id = (SELECT teczka_viewer())) WITH CHECK (owner_id = (SELECT teczka_viewer()));
"""

# By an administrator of the office; by the machine's keeper, as whom nobody looks. How many there were.
DROP = """
CREATE FUNCTION teczka_drop_passkeys(whom bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH gone AS (
    DELETE FROM store_passkey WHERE owner_id = whom AND (teczka_viewer() IS NULL OR office_id = teczka_administers()) RETURNING 1
  ) SELECT count(*) FROM gone
$$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0016_second_factor")]
    operations: ClassVar = [
        migrations.CreateModel(
            name='Passkey',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('credential_id', models.BinaryField()),
                ('key', models.BinaryField()),
                ('count', models.BigIntegerField(default=0)),
                ('transports', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('name', models.TextField()),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('office', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='store.office')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['owner'], name='passkey_of_owner')],
                'constraints': [models.UniqueConstraint(fields=('credential_id',), name='passkey_once')],
            },
        ),
        *(migrations.RunSQL(sql) for sql in (KEY, WALL, DROP)),
    ]
