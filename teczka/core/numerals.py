"""Numbers as people and scanners write them before a slash: an l for a 1, an O for a 0, a gap or a line's end before them."""

import re

GAP = r"(?:[\s._]|(?<=[\n>])>)"  # a line may break within, in a quoted message, too
MEANT = str.maketrans("OolI", "0011")
DIGITS = frozenset("0123456789OolI")
LONGEST = 7  # the electronic payment court's

SLASHED_YEAR = re.compile(rf"/{GAP}{{0,4}}(?P<year>\d[\dOolI]{{3}}|\d[\dOolI])(?!\d|%|\s?/\s?\d|[.,]\d)")
DOTTED_YEAR = re.compile(r"\.\s?(?P<year>(?:19|20)\d\d)(?!\d|[.,]\d)")


def beginnings(before: str) -> list[int]:
    """Where the number at the end of `before` may begin, the likeliest first; [] without one.

    Signs that may be letters stay with the word before them as long as that makes sense: "I CO2/24" is a Co, "I CO 2/24", too.
    """
    end = len(before.rstrip())
    begin = end
    while begin and before[begin - 1] in DIGITS and end - begin <= LONGEST:
        begin -= 1
    first = next((at for at in range(begin, end) if before[at].isdigit()), None)
    if first is None or end - first > LONGEST:
        return []
    return list(range(first, begin - 1, -1))


def number(digits: str) -> str:
    """Without leading zeros; "" of zero."""
    return digits.strip().translate(MEANT).lstrip("0")
