"""Cases: the card that the office sees, and what lies inside for the team."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from teczka.core.cases import CaseState, Side
from teczka.core.references import Reference
from teczka.store.models.messages import Message
from teczka.store.models.people import User
from teczka.store.models.rows import OfficeRow


class Case(OfficeRow):
    """A case is made open to the office, with its first member, and walled after that: a policy shows a walled one to its team alone.

    Two cases that the office sees never have one number. A walled one may have any: a refused number would tell that it is there."""

    number = models.TextField(blank=True)  # the office's own
    name = models.TextField()
    client = models.TextField(blank=True)
    state = models.TextField(default=CaseState.OPEN)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    walled = models.BooleanField(default=False)  # closed to all but its team
    created_by = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)  # the card
    active_at = models.DateTimeField(auto_now_add=True)  # the card, or something inside: for its team alone to know
    sort_key = models.TextField(db_collation="C")  # of the name, in Polish order
    haystack = models.TextField()  # folded: number, name, client, parties, references

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["office", "id"], name="case_of_office"),
            models.UniqueConstraint(
                fields=["office", "number"], name="case_number", condition=~Q(number="") & Q(walled=False)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["office", "state", "sort_key", "id"], name="case_list"),
            models.Index(fields=["office"], name="case_walled", condition=Q(walled=True)),
        ]


class Party(OfficeRow):
    """Somebody in a case."""

    case = models.ForeignKey(Case, models.DO_NOTHING, related_name="parties", db_constraint=False)
    position = models.SmallIntegerField(default=0)
    side = models.TextField(default=Side.OTHER)
    name = models.TextField()
    role = models.TextField(blank=True)  # "pełnomocnik powoda"
    note = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["office", "id"], name="party_of_office")]


class PartyAddress(models.Model):
    party = models.ForeignKey(Party, models.DO_NOTHING, related_name="addresses", db_index=False, db_constraint=False)
    case = models.ForeignKey(Case, models.DO_NOTHING, related_name="+", db_constraint=False)
    office_id = models.BigIntegerField()
    address = models.TextField()  # lower case

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["party", "address"], name="party_address_once")]
        indexes: ClassVar = [models.Index(fields=["office_id", "address"], name="party_address")]


class CaseReference(OfficeRow):
    """core.references.Reference as a row, and how it was written: those of the card, and the case's own number where it is one."""

    OWN_NUMBER: ClassVar[int] = -1  # its position; those of the card count from 0

    case = models.ForeignKey(Case, models.DO_NOTHING, related_name="references", db_constraint=False)
    position = models.SmallIntegerField(default=0)
    written = models.TextField()
    repertory = models.TextField()
    number = models.TextField()
    year = models.SmallIntegerField(default=0)
    division = models.TextField(blank=True)
    court = models.TextField(blank=True)
    suffix = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["office", "repertory", "number", "year"], name="case_reference"),
        ]

    @property
    def reference(self) -> Reference:
        return Reference(self.repertory, self.number, self.year, self.division, self.court, self.suffix)


class CaseMember(models.Model):
    """The team. It is what walls and grants are made of."""

    pk = models.CompositePrimaryKey("case_id", "user_id")
    case = models.ForeignKey(Case, models.DO_NOTHING, related_name="members", db_index=False, db_constraint=False)
    user = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_constraint=False)
    office_id = models.BigIntegerField()
    lead = models.BooleanField(default=False)


class CaseNote(OfficeRow):
    case = models.ForeignKey(Case, models.DO_NOTHING, related_name="notes", db_constraint=False)
    author = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)


class Document(OfficeRow):
    """A file of a case: uploaded (its bytes are a pack of its own, the uploader's), or a part of a message, which whoever may not see
    the message does not see either."""

    case = models.ForeignKey(Case, models.DO_NOTHING, related_name="documents", db_constraint=False)
    name = models.TextField()
    created_by = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)
    content_type = models.TextField()
    size = models.BigIntegerField()
    sha256 = models.BinaryField(null=True)
    pack = models.UUIDField(null=True)
    pack_offset = models.BigIntegerField(null=True)
    pack_length = models.BigIntegerField(null=True)
    pack_codec = models.SmallIntegerField(null=True)
    message = models.ForeignKey(
        Message, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    owner_id = models.BigIntegerField(null=True)  # of the message
    path = models.TextField(blank=True)  # of the part

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(pack__isnull=False, message=None, owner_id=None)
                | Q(pack=None, message__isnull=False, owner_id__isnull=False),
                name="document_is_one",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["message"], name="document_message", condition=Q(message__isnull=False)),
        ]


class CasePin(models.Model):
    """A case that its viewer pinned, or used of late: what the picker offers first."""

    pk = models.CompositePrimaryKey("user_id", "case_id")
    user = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    case = models.ForeignKey(Case, models.DO_NOTHING, related_name="pins", db_constraint=False)
    office_id = models.BigIntegerField()
    pinned_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField()
