"""What is to be done about an office's registration with Microsoft or Google, by functions over the wall (migration 0002)."""

from teczka.core.accounts import Auth
from teczka.store.statements import execute


def mended(auth: Auth) -> None:
    """As an administrator: the office's accounts that waited for it are tried again."""
    execute("SELECT teczka_oauth_mended(%s)", [auth])


def troubled(auth: Auth, trouble: str) -> None:
    """As anybody of the office. Empty: no longer."""
    execute("SELECT teczka_oauth_trouble(%s, %s)", [auth, trouble])
