"""What goes by the hour, or with its account, is found by an index in every table that refers to it; and requests for a pass go, too."""

from typing import ClassVar

from django.db import migrations, models

# Everybody's, whether they were answered or not.
FORGET_REQUESTS = """
CREATE FUNCTION teczka_forget_requests(days integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH old AS (DELETE FROM store_fetchrequest WHERE asked_at < now() - days * interval '1 day' RETURNING 1) SELECT count(*) FROM old
$$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0018_provider_identities")]
    operations: ClassVar = [
        migrations.AddIndex(
            model_name='act',
            index=models.Index(condition=models.Q(('undoes__isnull', False)), fields=['undoes'], name='act_undoing'),
        ),
        migrations.AddIndex(
            model_name='operation',
            index=models.Index(condition=models.Q(('folder__isnull', False)), fields=['folder'], name='operation_in_folder'),
        ),
        migrations.AddIndex(
            model_name='operation',
            index=models.Index(condition=models.Q(('target__isnull', False)), fields=['target'], name='operation_to_folder'),
        ),
        migrations.RunSQL(FORGET_REQUESTS),
    ]
