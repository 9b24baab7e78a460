"""Where the owner of an account mends what keeps us out of its servers."""

from teczka.core.errors import Trouble

_SIGNIN = ("signin", "secret", "oauth")
_SENDING = (Trouble.SIGNIN_TOKEN_SENDING, Trouble.SIGNIN_SENDING_OFF)  # signing in once more changes nothing
_SERVER = ("address", "connect", "tls", "greeting")


def mended_on(trouble: Trouble) -> str:
    """The name of the page; "": none would help."""
    if trouble.step in _SIGNIN and trouble not in _SENDING:
        return "account_signin"
    return "account_edit" if trouble.step in _SERVER or trouble in {*_SENDING, Trouble.SENDING_NO_SERVER} else ""
