"""Who sees which message."""

from django.db import models

from teczka.store.models.messages import Message
from teczka.store.models.people import User


class Grant(models.Model):
    """The one table that lists, counters, search, events and export join, and that row-level security reads. Written by actions alone;
    the owner has a row too, so that "everything I may see" is one join."""

    pk = models.CompositePrimaryKey("message_id", "user_id", "reason")
    message = models.ForeignKey(Message, models.DO_NOTHING, related_name="grants", db_index=False, db_constraint=False)
    user = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    office_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()  # of the message; a composite foreign key holds it true
    reason = models.TextField()  # owner | share
