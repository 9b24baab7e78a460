"""Messages: the bytes' identity and list headers, where each lies on its server, and what reading it (transaction B) yielded."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from teczka.core.folders import AWAITED
from teczka.store.models.accounts import Account
from teczka.store.models.folders import Folder
from teczka.store.models.rows import OwnedRow


class Pack(models.Model):
    """One immutable object of raw mail of one account: a batch's messages one after another (store/packs/format.py). Or a document of a
    case, its uploader's and of no account."""

    id = models.UUIDField(primary_key=True)  # also its key among the blobs
    office_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()
    account = models.ForeignKey(Account, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    size = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    dead = models.BigIntegerField(db_default=0)  # bytes of entries that no row speaks of any more
    retired_at = models.DateTimeField(null=True)  # no row speaks of any: the object goes, then this row
    checked_at = models.DateTimeField(null=True)  # read from end to end by the scrub
    damaged = models.TextField(blank=True, db_default="")  # what that found, and where

    class Meta:
        indexes: ClassVar = [
            models.Index(F("checked_at").asc(nulls_first=True), "id", name="pack_unchecked"),
            models.Index(fields=["retired_at"], name="pack_retired", condition=Q(retired_at__isnull=False)),
            models.Index(fields=["id"], name="pack_wasted", condition=Q(dead__gt=0, retired_at=None)),
        ]


class Thread(OwnedRow):
    """Messages of one owner that answer one another. Threads are one viewer's: what is shared joins the other's own threads there."""

    subject = models.TextField()
    newest_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["office", "id"], name="thread_of_office")]


class ThreadLink(models.Model):
    """A Message-ID that was seen in one of the owner's threads, as a message's own or as one it refers to."""

    owner_id = models.BigIntegerField()
    message_id = models.TextField()
    thread = models.ForeignKey(Thread, models.DO_NOTHING, related_name="+", db_constraint=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner_id", "message_id"], name="thread_link_once")]


class Message(OwnedRow):
    """One owner's message: (account, SHA-256, length) of the raw bytes. Message-ID is never an identity."""

    account = models.ForeignKey(Account, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    sha256 = models.BinaryField()
    size = models.BigIntegerField()
    pack = models.ForeignKey(Pack, models.DO_NOTHING, related_name="+", db_constraint=False)
    pack_offset = models.BigIntegerField()
    pack_length = models.BigIntegerField()
    pack_codec = models.SmallIntegerField()
    internaldate = models.DateTimeField()
    # For the list. NULL until known: from the server's ENVELOPE for the newest, else from transaction B.
    subject = models.TextField(null=True)  # noqa: DJ001  NULL is "not read yet", "" is a message without a subject
    from_name = models.TextField(blank=True, default="")
    from_address = models.TextField(blank=True, default="")
    to_line = models.TextField(blank=True, default="")
    sent_at = models.DateTimeField(null=True)
    message_id = models.TextField(blank=True, default="")
    snippet = models.TextField(blank=True, default="")
    attachments = models.SmallIntegerField(default=0)
    thread = models.ForeignKey(
        Thread, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    defects = ArrayField(models.TextField(), default=list)
    # The durable queue of transaction B: NULL until read; a newer parser or analyser sets it back.
    indexed_with = models.IntegerField(null=True)
    # Begun; only a reader that was killed by a message leaves it above 0.
    reading_tries = models.SmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "office", "owner"], name="message_of_owner"),
            models.UniqueConstraint(fields=["account", "sha256", "size"], name="message_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-internaldate"], name="message_unread_queue", condition=Q(indexed_with=None)),
            # All of one's mail, whatever folder it lies in: what rules look through.
            models.Index(fields=["owner", "-internaldate", "-id"], name="message_newest"),
            models.Index(fields=["thread"], name="message_thread", condition=Q(thread__isnull=False)),
            models.Index("owner", Lower("from_address"), name="message_sender", condition=~Q(from_address="")),
        ]


class Placement(models.Model):
    """Where a message lies on its server: (folder, UIDVALIDITY, UID). A message in three folders has three."""

    id = models.BigAutoField(primary_key=True)
    office_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()
    folder = models.ForeignKey(Folder, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    message = models.ForeignKey(Message, models.DO_NOTHING, related_name="placements", db_constraint=False)
    uidvalidity = models.BigIntegerField()
    uid = models.BigIntegerField()
    internaldate = models.DateTimeField()
    seen = models.BooleanField()
    flagged = models.BooleanField()
    answered = models.BooleanField()
    draft = models.BooleanField()
    keywords = ArrayField(models.TextField(), default=list)  # every other flag, in the server's spelling
    gone_at = models.DateTimeField(null=True)  # no longer there on the server; only a mark (P2)
    # POP3 only (UIDVALIDITY 0, UIDs of our own). The hints by which a listing's entry is known again: never an identity.
    uidl = models.BinaryField(null=True)
    listed_size = models.BigIntegerField(null=True)  # as LIST told it
    head = models.BinaryField(null=True)  # SHA-256 of the headers, as TOP would give them
    # A POP3 server lists it no longer. It stays in the list: such servers hide, or are made to remove, what was fetched.
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["folder", "uidvalidity", "uid"], name="placement_once")
        ]
        indexes: ClassVar = [
            # owner_id is there for the row's policy, id for finding the row: then a far jump in the list walks the index alone.
            models.Index(
                fields=["folder", "-internaldate", "-uid"],
                include=["owner_id", "id"],
                name="placement_list",
                condition=Q(gone_at=None),
            ),
            models.Index(fields=["folder"], name="placement_left", condition=Q(gone_at=None, left_at__isnull=False)),
            models.Index(fields=["folder"], name="placement_awaited", condition=Q(gone_at=None, uidvalidity=AWAITED)),
            # What bears keywords: of all labels that somebody's mail bears, these are asked.
            models.Index(fields=["owner_id"], name="placement_labelled", condition=Q(gone_at=None) & ~Q(keywords=[])),
        ]


class Part(models.Model):
    """A leaf of a message's MIME tree: where its bytes lie in the raw message, so that it is sent without reading the rest."""

    message = models.ForeignKey(Message, models.DO_NOTHING, related_name="parts", db_index=False, db_constraint=False)
    owner_id = models.BigIntegerField()
    path = models.TextField()  # "1.2", RFC 3501 §6.4.5
    kind = models.TextField()  # body | inline | attachment
    content_type = models.TextField()
    charset = models.TextField(blank=True)
    encoding = models.TextField(blank=True)
    name = models.TextField(blank=True)
    content_id = models.TextField(blank=True)
    offset = models.BigIntegerField()
    length = models.BigIntegerField()
    size = models.BigIntegerField()  # decoded, bytes; an estimate until it is decoded

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["message", "path"], name="part_once")]


class Text(models.Model):
    """What a person reads: decoded text, and the sanitised HTML of the reading frame where the message has HTML."""

    message = models.OneToOneField(Message, models.DO_NOTHING, primary_key=True, db_constraint=False)
    owner_id = models.BigIntegerField()
    # from, to, cc, bcc, reply_to: [[name, address]]; unsubscribe: [[kind, address]]; whatever the pane shows and the list does not.
    headers = models.JSONField()
    text = models.TextField()
    html = models.TextField(blank=True)
    blocked_images = models.IntegerField(default=0)
    blocked_hosts = ArrayField(models.TextField(), default=list)


class Terms(models.Model):
    """Every word of a message, folded and lemmatised (language/vectors.py), in one vector: all that is asked of words is one look into one
    index. The rest of the row is what hits are sorted and sifted by, so that this costs no second table."""

    message = models.OneToOneField(Message, models.DO_NOTHING, primary_key=True, db_constraint=False)
    owner_id = models.BigIntegerField()
    office_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    internaldate = models.DateTimeField()  # the message's
    terms = SearchVectorField()

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["terms"], name="terms_gin")]


class Passage(models.Model):
    """A stretch of a long text with the places of its words: a vector counts to 16,383. For phrases alone, in what the index has found."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    owner_id = models.BigIntegerField()
    number = models.SmallIntegerField()  # from 1
    terms = SearchVectorField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["message", "number"], name="passage_once")]
