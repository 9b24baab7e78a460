"""What `-ERR` means for a person: the response codes first (RFC 2449 §8.1.1, RFC 3206), then what servers without them are known to say."""

import re

from teczka.core.errors import Problem, Trouble
from teczka.core.refusals import recognise
from teczka.remote.pop3.status import Status
from teczka.remote.types import Credential

_LATER = {"IN-USE", "LOGIN-DELAY", "SYS/TEMP", "LIMIT", "UNAVAILABLE"}
_REFUSED = {"AUTH", "SYS/PERM"}
# Said of a wrong password as well.
_AGAIN = re.compile(r"try again", re.IGNORECASE)
_WRONG = re.compile(r"password|authenticat|credential|invalid|incorrect|login failed", re.IGNORECASE)
# Locked by another session, asked too often (web.de, GMX), or over the day's volume (Gmail).
_LATER_WORDS = re.compile(
    r"too many|too often|later|temporar|unavailable|throttl|backoff|not connected|exceeded|\block(ed)?\b|in use|busy"
    r"|login delay|interval|minimum time|zu oft|zu häufig",
    re.IGNORECASE,
)
_METHOD_WORDS = re.compile(
    r"unsupported|not supported|disabled|unknown (command|authentication)|not enabled|invalid command", re.IGNORECASE
)


def at_greeting(status: Status, host: str, detail: str) -> Problem:
    return Problem(Trouble.SERVER_BUSY if is_later(status) else Trouble.SERVER_CLOSED, host=host, detail=detail)


def at_signin(status: Status, host: str, credential: Credential, detail: str) -> Problem:
    """A refused secret and a busy server must never be confused: the first stops all tries, the second is tried again."""
    known = recognise(f"[{status.code}] {status.text}")
    if known:
        return Problem(known, host=host, detail=detail)
    if is_later(status):
        return Problem(Trouble.SIGNIN_UNAVAILABLE, host=host, detail=detail)
    if status.code not in _REFUSED and _METHOD_WORDS.search(status.text):
        return Problem(Trouble.SIGNIN_METHOD, host=host, detail=detail)
    return credential.refused(host, detail)


def at_command(status: Status, host: str, detail: str) -> Problem:
    """To something that no server refuses."""
    return Problem(Trouble.SERVER_BUSY if is_later(status) else Trouble.SERVER_GARBAGE, host=host, detail=detail)


def is_later(status: Status) -> bool:
    if status.code in _LATER | _REFUSED:
        return status.code in _LATER
    if _AGAIN.search(status.text) and not _WRONG.search(status.text):
        return True
    return bool(_LATER_WORDS.search(status.text))
