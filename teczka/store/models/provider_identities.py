"""Signing in to Teczka with Microsoft or Google: who a person is there."""

from typing import ClassVar

from django.db import models

from teczka.store.models.rows import OwnedRow


class ProviderIdentity(OwnedRow):
    """What the provider calls its owner for good: whoever comes back from there as that is signed in. No secret, and nothing of tokens."""

    provider = models.TextField()  # core.accounts.Auth: microsoft | google
    issuer = models.TextField()
    subject = models.TextField()
    address = models.TextField()  # as it was told when it was connected: to be shown, never to be looked for
    connected_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "provider"], name="provider_identity_once"),
            # In one office: none is to learn, by being refused, whom another knows.
            models.UniqueConstraint(
                fields=["office", "provider", "issuer", "subject"], name="provider_identity_of_one"
            ),
        ]
