"""Passkeys: what a person signs in by instead of password and code."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from teczka.store.models.rows import OwnedRow


class Passkey(OwnedRow):
    """One of a person's: its public key, which is no secret. The private one never leaves the person's devices."""

    credential_id = models.BinaryField()
    key = models.BinaryField()  # actions.webauthn.Made.key
    count = models.BigIntegerField(default=0)  # as its device told it last
    transports = ArrayField(models.TextField(), default=list)  # how a browser reaches its device
    name = models.TextField()  # given by the person
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["credential_id"], name="passkey_once")]
        indexes: ClassVar = [models.Index(fields=["owner"], name="passkey_of_owner")]
