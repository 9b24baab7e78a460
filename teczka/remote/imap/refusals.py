"""What NO, BAD and BYE mean for a person: the response codes of RFC 5530 first, then what servers without codes are known to say."""

import re

from teczka.core.errors import Problem, Trouble
from teczka.core.refusals import recognise
from teczka.remote.imap.responses import Status
from teczka.remote.types import Credential

_LATER = {"UNAVAILABLE", "INUSE", "LIMIT", "THROTTLED", "OVERQUOTA", "SERVERBUG"}
# Of these, what is said of one folder that is locked or broken, perhaps for ever: it shall hold up no other.
_OF_FOLDER = {"INUSE", "SERVERBUG"}
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
    if status.code in _OF_FOLDER:
        return Problem(Trouble.FOLDER_BUSY, host=host, folder=folder, detail=detail)
    if _is_later(status):
        return Problem(Trouble.SERVER_BUSY, host=host, detail=detail)
    return Problem(Trouble.FOLDER_REFUSED, host=host, folder=folder, detail=detail)


# RFC 5530 §3 and RFC 7889 §3; Dovecot, Cyrus and Exchange say the same in these codes, others in words alone.
_CHANGES = {
    "OVERQUOTA": Trouble.FOLDER_QUOTA,
    "TOOBIG": Trouble.FOLDER_TOO_LARGE,
    "READ-ONLY": Trouble.FOLDER_READ_ONLY,
    "NOPERM": Trouble.FOLDER_READ_ONLY,
    "ALREADYEXISTS": Trouble.FOLDER_EXISTS,
    "TRYCREATE": Trouble.FOLDER_REFUSED,  # it was there when it was asked for: somebody renames or removes it just now
    "EXPUNGEISSUED": Trouble.FOLDER_BUSY,  # another client removes some of them just now
}
_QUOTA_WORDS = re.compile(r"quota|mailbox (is )?full|no space", re.IGNORECASE)
_SIZE_WORDS = re.compile(r"too (large|big)|message size|size limit|maximum size", re.IGNORECASE)


def at_change(status: Status, host: str, folder: str, detail: str) -> Problem:
    """NO or BAD to something that would have changed a folder. The connection is as good as before, also where the server says "later"."""
    known = _CHANGES.get(status.code)
    if known is None and not status.code and _QUOTA_WORDS.search(status.text):
        known = Trouble.FOLDER_QUOTA
    if known is None and not status.code and _SIZE_WORDS.search(status.text):
        known = Trouble.FOLDER_TOO_LARGE
    if known is None and status.code != "LIMIT" and _is_later(status):
        known = Trouble.FOLDER_BUSY
    return Problem(known or Trouble.FOLDER_DENIED, host=host, folder=folder, detail=detail)


def at_command(status: Status, host: str, detail: str) -> Problem:
    """NO or BAD to something that no server refuses."""
    return Problem(Trouble.SERVER_BUSY if _is_later(status) else Trouble.SERVER_GARBAGE, host=host, detail=detail)


def _is_later(status: Status) -> bool:
    return status.code in _LATER or (not status.code and bool(_LATER_WORDS.search(status.text)))
