"""The second step of signing in: what a person's app and we share."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from teczka.store.models.rows import OwnedRow


class SecondFactor(OwnedRow):
    """The secret, sealed (AES-256-GCM, associated data: the person's public id). It counts from User.second_factor_at on; until then it
    waits for its app's first code."""

    key_id = models.TextField()
    nonce = models.BinaryField()
    ciphertext = models.BinaryField()
    step = models.BigIntegerField(default=0)  # of the last code that was taken
    backup_hashes = ArrayField(
        models.TextField(), default=list
    )  # of those that are left; the salt: this row's public id
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner"], name="second_factor_once")]
