"""What joins messages to a conversation: the ids that they name, and the subject without its reply marks."""

import re
from typing import Final

from teczka.mime.parse import Headers

# Re, Fwd and what Polish, German, French, Italian, Spanish, Nordic and Czech programs write for them, with counters: "Odp[2]:".
_MARK: Final = re.compile(
    r"\s*(?:(?:re|odp|odpowiedź|fwd?|pd|przekazana|aw|wg|antw|sv|vs|vb|tr|rif|rv|res|enc)\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s*[:：]\s*"
    r"|\[(?:fwd?|ext|external|zewn\w{0,10})\]\s*:?\s*)",
    re.IGNORECASE,
)
_SPACES: Final = re.compile(r"\s+")


def base_subject(subject: str) -> str:
    """The subject that a reply and its original share, in one case and with single spaces. May be empty: then it joins nothing."""
    place = 0
    while mark := _MARK.match(subject, place):
        place = mark.end()
    return _SPACES.sub(" ", subject[place:]).strip().casefold()


def is_reply(subject: str) -> bool:
    return _MARK.match(subject) is not None


def links(headers: Headers) -> list[str]:
    """Ids of the messages before this one, root first, nearest last, without its own (RFC 5322 §3.6.4, RFC 5256)."""
    named = dict.fromkeys([*headers.references, *headers.in_reply_to[:1]])
    named.pop(headers.message_id, None)
    return list(named)
