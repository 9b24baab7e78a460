"""What an office's administrators keep: its rules for external accounts, accounts prepared for people, reports of what does not work."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from teczka.core.accounts import Protocol
from teczka.core.policy import ACCOUNT_LIMIT
from teczka.store.models.people import Office, User
from teczka.store.models.rows import OfficeRow, OwnedRow


class OfficePolicy(models.Model):
    """core.policy.Policy as a row; an office without one has its defaults."""

    office = models.OneToOneField(Office, models.DO_NOTHING, primary_key=True, related_name="+")
    account_limit = models.IntegerField(default=ACCOUNT_LIMIT)
    allowed_domains = ArrayField(models.TextField(), default=list)
    forbidden_domains = ArrayField(models.TextField(), default=list)
    ask_ispdb = models.BooleanField(default=False)
    hosted = models.JSONField(default=list)
    plain_hosts = ArrayField(models.TextField(), default=list)
    public_providers = ArrayField(models.TextField(), default=list)


class OAuthClient(OfficeRow):
    """What Microsoft or Google know this installation as. The secret is sealed (associated data: the public id)."""

    provider = models.TextField()  # core.accounts.Auth: microsoft | google
    client_id = models.TextField()
    tenant = models.TextField(blank=True)  # of Microsoft's alone; empty: any
    key_id = models.TextField(blank=True)  # empty: no secret yet
    nonce = models.BinaryField(default=b"")
    ciphertext = models.BinaryField(default=b"")
    secret_ends_on = models.DateField(null=True)
    trouble = models.TextField(blank=True)  # core.errors.Trouble: what its administrators have to mend there
    trouble_since = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["office", "provider"], name="oauth_client_once")]


class AccountOffer(OfficeRow):
    """An account that an administrator prepared for somebody, who alone enters the password. It goes when it is taken."""

    for_user = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_constraint=False)
    by_user = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    address = models.TextField()
    provider_name = models.TextField(blank=True)
    provider = models.TextField(blank=True)
    protocol = models.TextField(default=Protocol.IMAP)
    host = models.TextField()
    port = models.IntegerField()
    security = models.TextField()
    username = models.TextField()
    smtp_host = models.TextField(blank=True)
    smtp_port = models.IntegerField(null=True)
    smtp_security = models.TextField(blank=True)
    smtp_username = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["for_user", "address"], name="account_offer_once")]


class Diagnosis(OwnedRow):
    """A report that its owner sent to the office's administrators, redacted before it is kept."""

    address = models.TextField()
    report = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["office", "-created_at"], name="diagnosis_of_office")]
