"""What people write: identities, templates, messages from the first letter to the server's last word."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from teczka.core.outgoing import UNSETTLED, Delivery, Origin, State
from teczka.store.models.accounts import Account
from teczka.store.models.messages import Message, Pack
from teczka.store.models.people import User
from teczka.store.models.rows import OwnedRow


class Identity(OwnedRow):
    """As whom one writes from an account. Position 0 is the account's default and comes with the account."""

    account = models.ForeignKey(Account, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    name = models.TextField(blank=True)
    address = models.TextField()
    reply_to = models.TextField(blank=True)
    signature_html = models.TextField(blank=True)
    signature_text = models.TextField(blank=True)
    position = models.SmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["office", "id"], name="identity_of_office"),
            models.UniqueConstraint(
                fields=["account", "position"], name="identity_place", deferrable=models.Deferrable.DEFERRED
            ),
        ]


class Template(OwnedRow):
    name = models.TextField()
    subject = models.TextField(blank=True)
    html = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "name"], name="template_once")]


class Outgoing(OwnedRow):
    """One message of ours: a draft, then what is on its way, then what became of it."""

    account = models.ForeignKey(Account, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    identity = models.ForeignKey(
        Identity, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    from_name = models.TextField(blank=True)
    from_address = models.TextField()
    reply_to = models.TextField(blank=True)
    recipients = models.JSONField(default=dict)  # {"to": [[name, address], …], "cc": …, "bcc": …}
    subject = models.TextField(blank=True)
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)
    plain = models.BooleanField(default=False)
    kind = models.TextField(default=Origin.NEW)
    answers = models.ForeignKey(
        Message, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    references = ArrayField(models.TextField(), default=list)
    message_id = models.TextField()  # without its angle brackets; fixed at birth
    revision = models.IntegerField(default=0)  # compare-and-set of autosave
    state = models.TextField(default=State.DRAFT)
    send_at = models.DateTimeField(null=True)
    attempt = models.UUIDField(null=True)
    attempt_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    # The bytes as they were built; none while it is a draft.
    pack = models.ForeignKey(Pack, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    pack_offset = models.BigIntegerField(null=True)
    pack_length = models.BigIntegerField(null=True)
    pack_codec = models.SmallIntegerField(null=True)
    sha256 = models.BinaryField(null=True)
    size = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True)  # core.errors.Trouble
    trouble_params = models.JSONField(default=dict)
    trouble_detail = models.TextField(blank=True)
    wants_receipt = models.BooleanField(default=False)  # DSN, RFC 3461
    # To which the letter belongs: what was sent is filed there (actions/filing.py), and shown to its team where its writer says so.
    case = models.ForeignKey(
        "store.Case", models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    case_shared = models.BooleanField(default=False)
    draft_sha256 = models.BinaryField(null=True)  # of the version that we appended to the account's drafts last
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    discarded_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "office", "owner"], name="outgoing_of_owner"),
            models.UniqueConstraint(fields=["owner", "message_id"], name="outgoing_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["account", "send_at"],
                name="outgoing_due",
                condition=Q(state__in=UNSETTLED),
            ),
            models.Index(fields=["owner", "-updated_at"], name="outgoing_list"),
            models.Index(fields=["answers"], name="outgoing_answers", condition=Q(answers__isnull=False)),
            models.Index(
                fields=["account", "-attempt_at"], name="outgoing_tried", condition=Q(attempt_at__isnull=False)
            ),
        ]


class Enclosure(OwnedRow):
    """A file that goes with a message: uploaded (its bytes are a pack of their own), or a part of another message."""

    outgoing = models.ForeignKey(Outgoing, models.DO_NOTHING, related_name="enclosures", db_constraint=False)
    position = models.SmallIntegerField(default=0)
    name = models.TextField()
    content_type = models.TextField()
    size = models.BigIntegerField()
    sha256 = models.BinaryField(null=True)
    content_id = models.TextField(blank=True)
    inline = models.BooleanField(default=False)
    pack = models.ForeignKey(Pack, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    pack_offset = models.BigIntegerField(null=True)
    pack_length = models.BigIntegerField(null=True)
    pack_codec = models.SmallIntegerField(null=True)
    message = models.ForeignKey(
        Message, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    path = models.TextField(blank=True)  # of the part; empty: the whole message

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["message"], name="enclosure_message", condition=Q(message__isnull=False)),
        ]


class Recipient(models.Model):
    """One address of a message that is being sent, and what the server said of it."""

    outgoing = models.ForeignKey(Outgoing, models.DO_NOTHING, related_name="rows", db_constraint=False)
    owner_id = models.BigIntegerField()
    kind = models.TextField()  # core.outgoing.Line
    name = models.TextField(blank=True)
    address = models.TextField()
    state = models.TextField(default=Delivery.PENDING)
    code = models.SmallIntegerField(null=True)
    said = models.TextField(blank=True)


class OutgoingEvent(models.Model):
    """A line of a message's own log."""

    outgoing = models.ForeignKey(Outgoing, models.DO_NOTHING, related_name="events", db_constraint=False)
    owner_id = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    what = models.TextField()
    params = models.JSONField(default=dict)


class Correspondent(models.Model):
    """Somebody who wrote to an account, or was written to from it: what completion offers. Each account's own, so that they go with it."""

    office_id = models.BigIntegerField()
    owner = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_constraint=False)
    account = models.ForeignKey(Account, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    address = models.TextField()  # lower case
    name = models.TextField(blank=True)
    sent_count = models.IntegerField(default=0)
    received_count = models.IntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "address"], name="correspondent_once")]
