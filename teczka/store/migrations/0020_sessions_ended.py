"""How often a person's sessions were ended: each is held to the number that it began with."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0019_what_goes")]
    operations: ClassVar = [
        migrations.AddField(
            model_name='user',
            name='sessions_ended',
            field=models.IntegerField(default=0),
        ),
    ]
