"""Passwords of external accounts: sealed on the way in, opened only to sign in (store/secrets.py says how)."""

from teczka.core.settings import settings
from teczka.store.models import Account, Secret
from teczka.store.secrets import Keys, Sealed


def seal_password(account: Account, password: str) -> None:
    """Within `as_user(owner)`. Replaces the one that was there."""
    sealed = Keys(settings().keys).seal(password.encode(), account.public_id.bytes)
    Secret.objects.update_or_create(
        account=account,
        defaults={
            "office_id": account.office_id,
            "owner_id": account.owner_id,
            "key_id": sealed.key_id,
            "nonce": sealed.nonce,
            "ciphertext": sealed.ciphertext,
        },
    )


def open_password(account: Account) -> str:
    """Within `as_user(owner)`. Raises store.secrets.SecretBroken."""
    kept = Secret.objects.get(account=account)
    sealed = Sealed(kept.key_id, bytes(kept.nonce), bytes(kept.ciphertext))
    return Keys(settings().keys).unseal(sealed, account.public_id.bytes).decode()
