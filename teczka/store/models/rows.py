"""What every table of ours shares."""

import uuid

from django.db import models


class OfficeRow(models.Model):
    """A row of one office. Ids are for inside; whatever leaves the house (a URL, an event) carries `public_id`, which tells nothing
    about how many there are (P7). Foreign keys between such rows are composite in the database, (office_id, …_id): migration 0002."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey("store.Office", models.DO_NOTHING, related_name="+", db_index=False)

    class Meta:
        abstract = True


class OwnedRow(OfficeRow):
    """A row that belongs to one person. Row-level security shows it to its owner; only messages are ever shown to others, by grant."""

    owner = models.ForeignKey("store.User", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)

    class Meta:
        abstract = True
