"""What opens external accounts, and what codes at sign-in are checked by: sealed on the way in (store/secrets.py says how)."""

from uuid import UUID

from teczka.core.accounts import SecretKind, Tokens
from teczka.core.settings import settings
from teczka.store import locks
from teczka.store.models import Account, OAuthClient, SecondFactor, Secret
from teczka.store.secrets import Keys, Sealed


def seal_password(account: Account, password: str) -> None:
    """Within `as_user(owner)`, as all here. Replaces whatever secret was there."""
    _seal(account, SecretKind.PASSWORD, password)


def open_password(account: Account) -> str:
    """Raises store.secrets.SecretBroken, or Secret.DoesNotExist where no password is kept."""
    return _open(account, SecretKind.PASSWORD)


def seal_tokens(account: Account, tokens: Tokens) -> None:
    """Replaces whatever secret was there."""
    _seal(account, SecretKind.TOKENS, tokens.as_json())


def open_tokens(account: Account) -> Tokens:
    """Raises store.secrets.SecretBroken, or Secret.DoesNotExist where no tokens are kept."""
    return Tokens.from_json(_open(account, SecretKind.TOKENS))


def reseal(account: Account, kept: Secret) -> None:
    """With the newest key. Raises store.secrets.SecretBroken."""
    kind = SecretKind(kept.kind)
    _seal(account, kind, _open(account, kind))


def forget_secret(account: Account) -> None:
    Secret.objects.filter(account=account).delete()


def seal_client_secret(client: OAuthClient, secret: str) -> None:
    """Into the row's fields; the caller saves it. Within `as_user(administrator)`."""
    sealed = _sealed(secret, client.public_id)
    client.key_id, client.nonce, client.ciphertext = sealed.key_id, sealed.nonce, sealed.ciphertext


def open_client_secret(client: OAuthClient) -> str:
    """Within `as_user(anybody of the office)`. Raises store.secrets.SecretBroken; empty where none was entered."""
    if not client.key_id:
        return ""
    locks.hold_keys()
    client.refresh_from_db(fields=["key_id", "nonce", "ciphertext"])
    sealed = Sealed(client.key_id, bytes(client.nonce), bytes(client.ciphertext))
    return _keys().unseal(sealed, client.public_id.bytes).decode()


def seal_second_factor(row: SecondFactor, secret: str) -> None:
    """Into the row's fields; the caller saves it. Within `as_user(its owner)`."""
    sealed = _sealed(secret, row.owner.public_id)
    row.key_id, row.nonce, row.ciphertext = sealed.key_id, sealed.nonce, sealed.ciphertext


def open_second_factor(row: SecondFactor) -> str:
    """Within `as_user(its owner)`. Raises store.secrets.SecretBroken."""
    locks.hold_keys()
    row.refresh_from_db(fields=["key_id", "nonce", "ciphertext"])
    sealed = Sealed(row.key_id, bytes(row.nonce), bytes(row.ciphertext))
    return _keys().unseal(sealed, row.owner.public_id.bytes).decode()


def _seal(account: Account, kind: SecretKind, secret: str) -> None:
    sealed = _sealed(secret, account.public_id)
    Secret.objects.update_or_create(
        account=account,
        defaults={
            "office_id": account.office_id,
            "owner_id": account.owner_id,
            "kind": kind,
            "key_id": sealed.key_id,
            "nonce": sealed.nonce,
            "ciphertext": sealed.ciphertext,
        },
    )


def _open(account: Account, kind: SecretKind) -> str:
    locks.hold_keys()
    kept = Secret.objects.get(account=account, kind=kind)
    sealed = Sealed(kept.key_id, bytes(kept.nonce), bytes(kept.ciphertext))
    return _keys().unseal(sealed, account.public_id.bytes).decode()


def _keys() -> Keys:
    return Keys(settings().keys)


def _sealed(secret: str, whose: UUID) -> Sealed:
    locks.hold_keys()
    return _keys().seal(secret.encode(), whose.bytes)
