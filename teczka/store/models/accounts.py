"""External accounts, their sealed secrets, and who may speak to their servers just now."""

from typing import ClassVar

from django.db import models

from teczka.core.accounts import MANAGEABLE, UNDO_DAYS, Auth, Mode, Protocol, SecretKind, State
from teczka.store.models.rows import OwnedRow
from teczka.store.statements import rows_of


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
    smtp_username = models.TextField(blank=True)  # empty: as incoming
    smtp_size = models.BigIntegerField(null=True)  # bytes of a message that it takes, as it told last; 0: any
    username = models.TextField()
    auth = models.TextField(default=Auth.PASSWORD)
    provider = models.TextField(blank=True)  # its id in core/providers.toml
    ca_pem = models.TextField(blank=True)
    colour = models.SmallIntegerField(default=0)
    in_unified = models.BooleanField(default=True)
    state = models.TextField(default=State.NEW)
    trouble = models.TextField(blank=True)  # core.errors.Trouble, while there is one
    trouble_params = models.JSONField(default=dict)
    trouble_detail = models.TextField(blank=True)
    trouble_since = models.DateTimeField(null=True)
    # Folders that the last whole pass did not fetch: {"folder": path, "trouble": core.errors.Trouble}.
    left_out = models.JSONField(default=list)
    last_contact_at = models.DateTimeField(null=True)
    # Since when the first download has been running, and how much was there then: what its speed is reckoned from.
    fetching_since = models.DateTimeField(null=True)
    fetching_from = models.IntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    check_report = models.JSONField(default=list)  # core.ladder.Rung, one after another
    paused_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    farewell = models.TextField(blank=True)  # core.accounts.Farewell
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["office", "id"], name="account_of_office"),
            models.UniqueConstraint(
                fields=["owner", "address", "protocol", "host", "username"],
                name="account_once",
                condition=models.Q(deleted_at=None),
            ),
        ]

    @property
    def managed(self) -> bool:
        """What is done here is done on its server, too; in an archive, which has none, it is done."""
        return self.protocol in MANAGEABLE and self.mode == Mode.MANAGED and not self.deleted_at

    @property
    def is_archive(self) -> bool:
        """It has no servers: what lies in it came out of files."""
        return self.protocol == Protocol.ARCHIVE

    @property
    def rests(self) -> bool:
        """Its servers are not spoken to."""
        return bool(self.paused_at or self.deleted_at or self.is_archive)


class Secret(models.Model):
    """A password or token, sealed (AES-256-GCM, associated data: the account's public id). The key lies outside the database."""

    account = models.OneToOneField(Account, models.DO_NOTHING, primary_key=True, db_constraint=False)
    office_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()
    kind = models.TextField(default=SecretKind.PASSWORD)
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


# All of them, by a function over the wall that tells no more than this (migration 0002).
ACCOUNTS = "SELECT account_id, owner_id FROM teczka_accounts()"


def everyones_accounts() -> list[tuple[int, int]]:
    """(account, owner) of all, the deleted ones too."""
    return _pairs(ACCOUNTS)


def accounts_at_work() -> list[tuple[int, int]]:
    """Those whose servers may be spoken to: neither paused nor deleted."""
    return _pairs(f"{ACCOUNTS} WHERE at_work")


def accounts_to_remove() -> list[tuple[int, int]]:
    """Those whose mail shall go with them, and whose time for being taken back is over."""
    return _pairs(f"{ACCOUNTS} WHERE removed_at < now() - interval '{UNDO_DAYS} days'")


def _pairs(statement: str) -> list[tuple[int, int]]:
    return [(account, owner) for account, owner in rows_of(statement)]
