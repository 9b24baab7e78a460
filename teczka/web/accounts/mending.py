"""Where the owner of an account mends what keeps us out of its servers."""

from teczka.core.errors import Trouble

_SIGNIN = ("signin", "secret", "oauth")
_SERVER = ("address", "connect", "tls", "greeting")


def mended_on(trouble: Trouble) -> str:
    """The name of the page; "": none would help."""
    if trouble.step in _SIGNIN:
        return "account_signin"
    return "account_edit" if trouble.step in _SERVER or trouble is Trouble.SENDING_NO_SERVER else ""
