"""What NO, BAD and BYE mean for a person: the response codes of RFC 5530 first, then what servers without codes are known to say."""

import re

from teczka.remote.imap.responses import Status

_LATER = {"UNAVAILABLE", "INUSE", "LIMIT", "THROTTLED", "OVERQUOTA", "SERVERBUG"}
_REFUSED = {"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED", "CONTACTADMIN"}
# Exchange and Gmail speak of throttling in words; "authenticated but not connected" is Exchange's connection limit among other things.
_LATER_WORDS = re.compile(
    r"too many|try again|later|temporar|unavailable|throttl|backoff|not connected|session expired|exceeded",
    re.IGNORECASE,
)
# A way in that the server will not take, whatever the password.
_METHOD_WORDS = re.compile(r"unsupported|not supported|disabled|unknown command|not enabled", re.IGNORECASE)


def _is_later(status: Status) -> bool:
    return status.code in _LATER or (not status.code and bool(_LATER_WORDS.search(status.text)))
