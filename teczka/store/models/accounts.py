"""External accounts, their sealed secrets, and who may speak to their servers just now."""

from typing import ClassVar

from django.db import connection, models

from teczka.core.accounts import Mode, Protocol, State
from teczka.store.models.rows import OwnedRow


class Account(OwnedRow):
    """One mailbox at one provider. The public id is what secrets are bound to, so a row copied elsewhere opens nothing."""

    provider_name = models.TextField()  # dostawca: what its owner calls it
    sender_name = models.TextField(blank=True)  # twoja nazwa: the display name of From
    address = models.TextField()
    protocol = models.TextField(default=Protocol.IMAP)
    mode = models.TextField(default=Mode.READ_ONLY)
    host = models.TextField()
    port = models.IntegerField()
    security = models.TextField()
    smtp_host = models.TextField(blank=True)
    smtp_port = models.IntegerField(null=True)
    smtp_security = models.TextField(blank=True)
    username = models.TextField()
    ca_pem = models.TextField(blank=True)
    state = models.TextField(default=State.NEW)
    trouble = models.TextField(blank=True)  # core.errors.Trouble, while there is one
    trouble_params = models.JSONField(default=dict)
    trouble_detail = models.TextField(blank=True)
    trouble_since = models.DateTimeField(null=True)
    last_contact_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["office", "id"], name="account_of_office"),
            models.UniqueConstraint(fields=["owner", "address", "protocol", "host", "username"], name="account_once"),
        ]


class Secret(models.Model):
    """A password or token, sealed (AES-256-GCM, associated data: the account's public id). The key lies outside the database."""

    account = models.OneToOneField(Account, models.DO_NOTHING, primary_key=True, db_constraint=False)
    office_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()
    key_id = models.TextField()
    nonce = models.BinaryField()
    ciphertext = models.BinaryField()


class Lease(models.Model):
    """Who speaks to an account's servers. The session advisory lock (space 1, account id) decides; the epoch fences: each commit of the
    holder checks it, so a worker that was believed dead can write nothing."""

    account = models.OneToOneField(Account, models.DO_NOTHING, primary_key=True, db_constraint=False)
    epoch = models.BigIntegerField(default=0)
    holder = models.TextField(blank=True)
    taken_at = models.DateTimeField(null=True)


class FetchRequest(OwnedRow):
    """Somebody asks the account's keeper for a pass now. The keeper answers in the same row."""

    account = models.ForeignKey(Account, models.DO_NOTHING, related_name="+", db_constraint=False)
    asked_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)
    report = models.JSONField(null=True)


def everyones_accounts() -> list[tuple[int, int]]:
    """(account, owner) of all, for the workers: over the wall by a function that tells no more than that (migration 0002)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id, owner_id FROM teczka_accounts()")
        return [(account, owner) for account, owner in cursor]
