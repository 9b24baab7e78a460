"""Numbers of registers in a text: land registers by their form, the rest behind their names; all by their check digits.

Ten digits alone are a telephone as well as a tax number, so NIP, REGON, KRS and PESEL are only believed behind their name.
"""

import re
from collections.abc import Iterator
from itertools import islice

from teczka.core.check_digits import is_krs, is_nip, is_pesel, is_regon, land_digit
from teczka.core.glyphs import plain
from teczka.core.identifiers import MOST_SIGNS, Found, Reference
from teczka.core.numerals import MEANT

_REACH = 64  # from a name to the end of its number

# How a name is written, the register, its check, the numbers of digits.
_NAMES = (
    *((written, "NIP", is_nip, (10,)) for written in ("NIP", "nip", "Nip", "VAT UE")),
    *((written, "REGON", is_regon, (14, 9)) for written in ("REGON", "regon", "Regon")),
    *((written, "KRS", is_krs, (10,)) for written in ("KRS", "krs")),
    *((written, "PESEL", is_pesel, (11,)) for written in ("PESEL", "pesel", "Pesel")),
)
# What may stand between: the nr of "NIP nr 527…", the pod numerem of "KRS pod numerem 0000…", the PL of "VAT UE: PL 527…".
_BETWEEN = re.compile(
    r"(?:\W{0,3}\b(?:UE|EU|NIP|PESEL|REGON|nr|numer\w{0,3}|pod|o|to|PL)(?=[\W\d])){0,4}[^\w+]{0,4}", re.IGNORECASE
)
_DIGITS = re.compile(r"\d(?:\s?-?\s?\d){8,13}")

_LAND_COURT = re.compile(r"(?<![^\W_])([A-Za-z]{2}[0-9OolI][A-Za-z])\s{0,2}\Z")
_LAND_NUMBER = re.compile(r"/\s{0,2}([0-9OolI]{1,8})\s{0,2}/\s{0,2}([0-9])(?![\w/])")
# "KR1P 00012345/2": without the first slash, so only with all its zeros.
_LAND_HEAD = re.compile(r"(?<![^\W_])([A-Za-z]{2}\d[A-Za-z])[\s-]{1,3}(\d{8})\s{0,2}\Z")
_LAND_TAIL = re.compile(r"/\s{0,2}(\d)(?![\w/])")


def named(text: str) -> Iterator[Found]:
    """Numbers that stand behind the name of their register."""
    for written, name, check, lengths in _NAMES:
        for at in islice(_places(text, written), MOST_SIGNS):
            start = at + len(written)
            if not (at and text[at - 1].isalpha()):
                window, places = plain(text[start : start + _REACH])
                for found_at, digits in _numbers(window, lengths):
                    if check(digits):
                        end = start + places[found_at]
                        yield Found(at, end, Reference(name, digits))
                        break


def _places(text: str, written: str) -> Iterator[int]:
    at = text.find(written)
    while at >= 0:
        yield at
        at = text.find(written, at + len(written))


def _numbers(window: str, lengths: tuple[int, ...]) -> Iterator[tuple[int, str]]:
    """Where they end, and the digits."""
    between = _BETWEEN.match(window)
    begin = between.end() if between else 0
    run = _DIGITS.match(window, begin)
    if not run:
        return
    ends = [place + 1 for place in range(*run.span()) if window[place].isdigit()]
    for length in lengths:
        if len(ends) >= length and not window[ends[length - 1] : ends[length - 1] + 1].isdigit():
            end = ends[length - 1]
            yield end, "".join(sign for sign in window[begin:end] if sign.isdigit())


def land(before: str, after: str) -> tuple[int, int, Reference] | None:
    """A land register around a slash: how many signs it takes before and after, and what it is.

    The code of the court, eight digits (zeros in front may be missing), the check digit.
    """
    if head := _LAND_HEAD.search(before):
        court, digits, tail = head[1], head[2], _LAND_TAIL.match(after)
        check = tail[1] if tail else ""
    else:
        head, tail = _LAND_COURT.search(before), _LAND_NUMBER.match(after)
        court = head[1][:2] + head[1][2].translate(MEANT) + head[1][3] if head else ""
        digits, check = (tail[1].translate(MEANT).zfill(8), tail[2]) if tail else ("", "")
    if not head or not tail or land_digit(court.upper(), digits) != check:
        return None
    return len(before) - head.start(), tail.end(), Reference("KW", digits, court=court.upper())
