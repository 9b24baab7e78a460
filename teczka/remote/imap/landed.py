"""Where messages came to lie: COPYUID and APPENDUID of UIDPLUS (RFC 4315 §3)."""

import re
from collections.abc import Iterable, Sequence

from teczka.remote.imap.responses import Status
from teczka.remote.imap.tokens import LARGEST
from teczka.remote.types import NOWHERE, Landed

_COPYUID = re.compile(rb"(\d{1,10}) ([0-9:,]{1,1000000}) ([0-9:,]{1,1000000})")
_APPENDUID = re.compile(rb"(\d{1,10}) (\d{1,10})")
_RANGE = re.compile(rb"(\d{1,10})(?::(\d{1,10}))?")


def copied(told: Iterable[Status], asked: Sequence[int]) -> Landed:
    """From the tagged answer to COPY, or from what came before it (RFC 6851 §4.3); a server may tell it in several pieces. Only of
    messages that were asked for. What does not add up is not believed: whoever asked then looks for them himself."""
    validity, uids = 0, dict[int, int]()
    for status in told:
        found = _COPYUID.fullmatch(status.arguments) if status.code == "COPYUID" else None
        if found is None:
            continue
        sources, targets = _expanded(found[2], len(asked)), _expanded(found[3], len(asked))
        if not sources or len(sources) != len(targets) or validity not in (0, int(found[1])):
            return NOWHERE
        validity = int(found[1])
        uids.update(zip(sources, targets, strict=True))
    landed = set(uids.values())
    if not uids.keys() <= set(asked) or len(landed) != len(uids) or not all(map(_is_number, (validity, *landed))):
        return NOWHERE
    return Landed(validity, uids)


def appended(status: Status) -> tuple[int, int] | None:
    """(UIDVALIDITY, UID)."""
    found = _APPENDUID.fullmatch(status.arguments) if status.code == "APPENDUID" else None
    told = (int(found[1]), int(found[2])) if found else (0, 0)
    return told if all(map(_is_number, told)) else None


def _is_number(told: int) -> bool:
    """RFC 3501 §9 nz-number."""
    return 0 < told < LARGEST


def _expanded(told: bytes, most: int) -> list[int]:
    """In the order in which they stand, a range upwards (RFC 4315 §4). Nothing where they are more than there can be."""
    found: list[int] = []
    for part in told.split(b","):
        ends = _RANGE.fullmatch(part)
        if ends is None:
            return []
        low, high = sorted((int(ends[1]), int(ends[2] or ends[1])))
        if len(found) + high - low >= most:
            return []
        found += range(low, high + 1)
    return found
