"""What NO, BAD and BYE mean for a person: the response codes of RFC 5530 first, then what servers without codes are known to say."""

import re

from teczka.core.errors import Problem, Trouble
from teczka.core.refusals import recognise
from teczka.remote.imap.responses import Status
from teczka.remote.types import Credential

_LATER = {"UNAVAILABLE", "INUSE", "LIMIT", "THROTTLED", "OVERQUOTA", "SERVERBUG"}
_REFUSED = {"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED", "CONTACTADMIN"}
# Exchange and Gmail speak of throttling in words; "authenticated but not connected" is Exchange's connection limit among other things.
_LATER_WORDS = re.compile(
    r"too many|try again|later|temporar|unavailable|throttl|backoff|not connected|session expired|exceeded",
    re.IGNORECASE,
)
# A way in that the server will not take, whatever the password.
_METHOD_WORDS = re.compile(r"unsupported|not supported|disabled|unknown command|not enabled", re.IGNORECASE)


def at_bye(status: Status, host: str, detail: str) -> Problem:
    """In the middle, or in place of a greeting."""
    return Problem(Trouble.SERVER_BUSY if _is_later(status) else Trouble.SERVER_CLOSED, host=host, detail=detail)


def at_signin(status: Status, host: str, credential: Credential, detail: str) -> Problem:
    """A refused secret and a busy server must never be confused: the first stops all tries, the second is tried again."""
    known = recognise(f"[{status.code}] {status.text}")
    if known:
        return Problem(known, host=host, detail=detail)
    if status.code not in _REFUSED and _is_later(status):
        return Problem(Trouble.SIGNIN_UNAVAILABLE, host=host, detail=detail)
    if status.code not in _REFUSED and status.kind == "BAD" and _METHOD_WORDS.search(status.text):
        return Problem(Trouble.SIGNIN_METHOD, host=host, detail=detail)
    return credential.refused(host, detail)


def at_folder(status: Status, host: str, folder: str, detail: str) -> Problem:
    if _is_later(status):
        return Problem(Trouble.SERVER_BUSY, host=host, detail=detail)
    return Problem(Trouble.FOLDER_REFUSED, host=host, folder=folder, detail=detail)


def at_command(status: Status, host: str, detail: str) -> Problem:
    """NO or BAD to something that no server refuses."""
    return Problem(Trouble.SERVER_BUSY if _is_later(status) else Trouble.SERVER_GARBAGE, host=host, detail=detail)


def _is_later(status: Status) -> bool:
    return status.code in _LATER or (not status.code and bool(_LATER_WORDS.search(status.text)))
