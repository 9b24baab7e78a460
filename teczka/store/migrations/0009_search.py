"""Search asks for labels, too."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q

_FORMER = import_module("teczka.store.migrations.0006_search")

# Keywords are the viewer's own, where their mail lies.
_LABEL = f"format('{_FORMER._PLACE} p.keywords && %L::text[])', ARRAY(SELECT jsonb_array_elements_text(s->'keywords')))"
SIFTED = _FORMER.SIFTED.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
    "WHEN 'larger'", f"WHEN 'label' THEN {_LABEL}\n    WHEN 'larger'"
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0008_import")]
    operations: ClassVar = [
        migrations.RunSQL(SIFTED),
        migrations.AddIndex(
            "placement",
            models.Index(fields=["owner_id"], name="placement_labelled", condition=Q(gone_at=None) & ~Q(keywords=[])),
        ),
    ]
