"""Each account's letters by when they were tried last: the accounts' list reads one of each, not those of a quarter of a year."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0020_sessions_ended")]
    operations: ClassVar = [
        migrations.AddIndex(
            model_name='outgoing',
            index=models.Index(condition=models.Q(('attempt_at__isnull', False)), fields=['account', '-attempt_at'], name='outgoing_tried'),
        ),
    ]
