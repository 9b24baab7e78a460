"""References in a text: file numbers of courts, bailiffs, prosecutors and the office, and numbers of registers, as tuples.

One scan in C finds the signs that a reference cannot be without (a slash before digits, a dot before a year, a register's name); only
around them is anything read, in a window of bounded length. So a text costs its length, whoever wrote it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from teczka.core.dockets import dotted, joined, slashed
from teczka.core.glyphs import plain
from teczka.core.identifiers import MOST_SIGNS, Found, Kind, Place, Reference, same
from teczka.core.numbering import Pattern
from teczka.core.registers import land, named

__all__ = ["Found", "Kind", "Place", "Reference", "parse", "same", "spans"]

_BACK, _AHEAD = 96, 32
_SLASHES = tuple((sign, re.compile(sign + r"[\s>.]{0,4}[\dO]")) for sign in "/⁄∕／")
_DOT = re.compile(r"\.\s?(?:19|20)\d\d")
_LABEL = "sygn. akt "


def spans(text: str, own: Sequence[Pattern] = ()) -> list[Found]:
    """Every reference in `text`, in order, none within another; of each kind around the first MOST_SIGNS signs. `own` are the office's
    patterns (`numbering.pattern`)."""
    found = [*_dockets(text), *_inquiries(text), *named(text)]
    for pattern in own:
        found.extend(pattern.found(text))
    return list(_apart(found))


def parse(text: str, own: Sequence[Pattern] = ()) -> Reference | None:
    """What somebody entered where a reference is asked for ("c 12/24", "NIP 527…"), or None if it is not one and no more."""
    entered = text.strip(" \t\r\n.,;")
    labelled = len(_LABEL)
    # First as it is: a pattern of the office may end with a dot.
    for start, whole in (
        (0, text.strip()),
        (0, entered),
        (labelled, _LABEL + entered),
        (labelled, _LABEL + entered.upper()),
    ):
        found = spans(whole, own)
        if len(found) == 1 and found[0][:2] == (start, len(whole)):
            return found[0].reference
    return None


def _dockets(text: str) -> Iterator[Found]:
    for sign, pattern in _SLASHES:
        if sign not in text:
            continue
        last: Found | None = None
        for match in islice(pattern.finditer(text), MOST_SIGNS):
            found = _around(text, match.start(), last)
            if found:
                last = found
                yield found


def _around(text: str, at: int, last: Found | None) -> Found | None:
    if not text[max(0, at - 4) : at].rstrip()[-1:].isalnum():
        return None
    start, before, places = _before(text, at)
    after, after_places = plain(text[at : at + _AHEAD])
    docket = slashed(before, after) or land(before, after)
    if not docket and last and at - last.end < _AHEAD:
        digits = re.search(r"\d{1,5}\s?\Z", text[last.end : at])
        between, written = text[last.end : last.end + digits.start()] if digits else "", text[last.start : last.end]
        docket = digits and joined(between, digits[0], after, last.reference, written)
    if not docket:
        return None
    signs_before, signs_after, reference = docket
    return Found(start + places[len(before) - signs_before], at + after_places[signs_after - 1] + 1, reference)


def _inquiries(text: str) -> Iterator[Found]:
    for match in islice(_DOT.finditer(text), MOST_SIGNS):
        at = match.start()
        if text[at - 1 : at].isdigit():
            start, before, places = _before(text, at)
            after, _ = plain(text[at : at + _AHEAD])
            if docket := dotted(before, after):
                yield Found(start + places[len(before) - docket.before], match.end(), docket.reference)


def _before(text: str, at: int) -> tuple[int, str, Sequence[int]]:
    """The window before a sign, beginning with a whole word: where it starts in the text, and as `glyphs.plain` reads it."""
    start = max(0, at - _BACK)
    if start and text[start - 1].isalnum():
        start = next((place for place in range(start, at) if not text[place].isalnum()), at)
    return start, *plain(text[start:at])


def _apart(found: Iterable[Found]) -> Iterator[Found]:
    """In order; of those that overlap the first, and of those that begin together the longest."""
    reached = 0
    for one in sorted(found, key=lambda it: (it.start, -it.end)):
        if one.start >= reached:
            reached = one.end
            yield one
