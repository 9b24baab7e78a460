"""Numbers that people write in many ways, each as one term: telephones, accounts, amounts, dates, invoices and what else is numbered.

Only around digits is anything read, in a stretch of bounded length, so a text costs its length.
"""

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final, NamedTuple

from teczka.language.fold import fold

MOST: Final = 20_000  # groups of digits in one text that are looked at
_REACH: Final = 40  # signs before a digit that may belong to its number
_LONGEST: Final = 32  # signs of a group: one sign may fold to eighteen, and PostgreSQL takes no term above 2,046 bytes

_DIGITS: Final = re.compile(r"\d+")
# Letters and digits in groups, one sign between two: FV/12/05/2024, KAN-7-24, 12.05.2024.
_BEGINNING: Final = re.compile(r"(?<![^\W_])(?:[^\W_]{1,32}+(?:\s?/\s?|[-–.])){0,7}+[^\W\d_]{0,32}+\Z")
_CODE: Final = re.compile(r"[^\W_]{1,32}+(?:(?:\s?/\s?|[-–.])[^\W_]{1,32}+){1,7}+")
_GROUP: Final = re.compile(r"[^\W_]+")
_SERIES: Final = re.compile(
    r"(?<![^\W_])(FVS?|FVAT|FA|FS|FK|FP|KOR|RACH|PROF|NOTA|WZ|ZAM)[\s.:]{1,2}(?:nr\.?\s)?\Z", re.IGNORECASE
)
# Digits in groups: +48 601-234-567, (22) 123 45 67, 12.500,00, 61 1090 1014 …
_GROUPS: Final = r"\d{1,34}+(?:[ \u00a0\u202f.()/-]{1,2}\d{1,34}+){0,15}+"
_BROKEN: Final = r"[ -]?\n[> ]{0,4}"  # a line's end within a number, in a quoted letter, too
_RUN: Final = re.compile(rf"({_GROUPS})(?:{_BROKEN}({_GROUPS}))?")
_IN_THOUSANDS: Final = r"(?<!\d)(\d{{1,3}}(?:{}\d{{3}}){{1,4}})(?!\d)(?:,(\d\d)(?!\d))?"
_THOUSANDS: Final = re.compile(_IN_THOUSANDS.format(r"[ \u00a0\u202f.]"))
_BROKEN_THOUSANDS: Final = re.compile(_IN_THOUSANDS.format(rf"(?:[ \u00a0\u202f.]|{_BROKEN})"))
_ENGLISH: Final = re.compile(r"(\d{1,3}(?:,\d{3}){1,4})\.(\d\d)(?![\d/-]|[.,]\d)")
_DECIMALS: Final = re.compile(r"(\d{1,12})[,.](\d\d)(?![\d/-]|[.,]\d)")
_BETWEEN: Final = rf"(?:[ \u00a0]|{_BROKEN})?"
_IBAN: Final = re.compile(rf"[A-Z]{{2}}\d\d(?:{_BETWEEN}[0-9A-Z]{{4}}){{2,7}}(?:{_BETWEEN}[0-9A-Z]{{1,3}})?(?![^\W_])")
_MONTHS: Final = (
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia".split(),
    "january february march april may june july august september october november december".split(),
)
_MONTH_OF: Final = {fold(name): number for names in _MONTHS for number, name in enumerate(names, 1)}
_DATE: Final = re.compile(r"(\d{1,2})\.?\s([^\W\d_]{3,12}),?\s((?:19|20)\d\d)(?!\d)")
# Written as words apart by others.
_LOOSE: Final = re.compile(r"[^\W\d_]+[-–]\d+|(?:19|20)\d\d[-–](?:19|20)\d\d")
# A telephone as it is dialled from elsewhere: the country's number (those of three digits are what is left of the others), the 0 that some
# write behind it in parentheses, the rest.
_ABROAD: Final = re.compile(
    r"(?:00)?(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9]\d\d)0?(\d{8,12})\Z"
)
_LEAST, _MOST = 9, 34  # digits of a telephone, and of the longest account
# How the digits of a telephone, a tax number and an account are grouped: so they are found where others stand beside them.
_SHAPES: Final = ((3, 3, 3), (2, 3, 2, 2), (3, 3, 2, 2), (3, 2, 2, 3), (2, 4, 4, 4, 4, 4, 4))


class Number(NamedTuple):
    """text[start:end], and the term that says it."""

    start: int
    end: int
    term: str


def numbers(text: str) -> list[Number]:
    """What a text numbers, the widest of those that begin together first; they may overlap ("12 500" in "1 12 500 33 22")."""
    found: list[Number] = []
    code_end = run_end = 0
    for digits in islice(_DIGITS.finditer(text), MOST):
        start = digits.start()
        if start >= code_end:
            codes, code_end = _codes(text, start, code_end)
            found += codes
        if start >= run_end:
            runs, run_end = _runs(text, digits)
            found += runs
    return sorted(found, key=lambda it: (it.start, -it.end))


def asked_numbers(text: str) -> list[Number]:
    """Of a query: but for what others write as words apart, "PIT-11", "covid-19" and "2023-2024"."""
    return [one for one in numbers(text) if not _LOOSE.fullmatch(text, one.start, one.end)]


def _codes(text: str, at: int, reached: int) -> tuple[list[Number], int]:
    """The code around a digit, and where to look on."""
    if dated := _dated(text, at):
        return [dated], dated.end
    beginning = _BEGINNING.search(text, max(reached, at - _REACH), at)
    code = _CODE.match(text, beginning.start()) if beginning else None
    if not code:
        return [], at
    groups = [_group(each) for each in _GROUP.findall(code[0])]
    if not any(map(str.isdecimal, groups)):
        return [], code.end()
    term = "/".join(_in_order(groups))
    found = [Number(code.start(), code.end(), term)]
    series = _SERIES.search(text, max(0, code.start() - 12), code.start())
    if series:
        found.append(Number(series.start(), code.end(), f"{fold(series[1])}/{term}"))
    return found, code.end()


def _dated(text: str, at: int) -> Number | None:
    date = _DATE.match(text, at)
    month = _MONTH_OF.get(fold(date[2])) if date else None
    return Number(at, date.end(), f"{int(date[1])}/{month}/{date[3][2:]}") if date and month else None


def _group(written: str) -> str:
    return written.lstrip("0") or "0" if written.isdecimal() else fold(written)[:_LONGEST]


def _in_order(groups: list[str]) -> list[str]:
    """A year without its century, and behind day and month, as Polish has it."""
    if len(groups) == 3 and len(groups[0]) == 4 and all(map(str.isdecimal, groups)):
        groups.reverse()
    last = groups[-1]
    return [*groups[:-1], last[2:].lstrip("0") or "0"] if len(last) == 4 and last[:2] in ("19", "20") else groups


def _runs(text: str, digits: re.Match[str]) -> tuple[list[Number], int]:
    start = digits.start()
    run = _RUN.match(text, start)
    if not run:  # more digits than any number has
        return [], digits.end()
    end = run.end(1)
    found = [*_account(text, start), *_amounts(text, start, end)]
    groups = list(_DIGITS.finditer(text, start, end))
    alone = len(groups) == 1 and not text[max(0, start - 1) : start].isalnum()
    written = "".join(group[0] for group in groups)
    whole = _national(written, [len(group[0]) for group in groups])
    if _LEAST <= len(whole) <= _MOST and not (alone and whole == written):
        polish = text[max(0, start - 2) : start].upper() == "PL" and not text[max(0, start - 3) : start - 2].isalnum()
        found.append(Number(start - 2 * polish, end, whole))
    if whole == written and (written.startswith("00") or text[max(0, start - 1) : start] == "+"):
        found += (Number(start, end, each) for each in _foreign(written))
    if len(groups) > 3:
        found += _shaped(groups)
    if run[2]:
        found += _broken(text, run, groups)
    return found, end


def _broken(text: str, run: re.Match[str], groups: list[re.Match[str]]) -> Iterator[Number]:
    """Numbers that go on in the next line. `groups`: of the first."""
    start, end = run.span(1)
    found = _shaped([*groups, *_DIGITS.finditer(text, *run.span(2))])
    if text[max(0, start - 1) : start] not in ("", "\n"):  # a column of figures has nothing before them
        found = chain(found, _amounts(text, start, run.end(), _BROKEN_THOUSANDS))
    yield from (one for one in found if one.start < end < one.end)


def _national(digits: str, sizes: list[int]) -> str:
    """A telephone without what is dialled before it from elsewhere."""
    for prefix, whole in (("0048", 13), ("48", 11)):
        if digits.startswith(prefix) and len(digits) == whole:
            return digits[len(prefix) :]
    return digits[1:] if sizes[0] == 1 and len(digits) == 10 and digits[0] == "0" else digits


def _foreign(digits: str) -> list[str]:
    """A telephone with its country's number: with it, as it is dialled there, and as it is where no 0 is dialled first."""
    abroad = _ABROAD.match(digits)
    each = (abroad[1] + abroad[2], f"0{abroad[2]}", abroad[2]) if abroad else ()
    return [one for one in each if len(one) >= _LEAST]


def _account(text: str, at: int) -> Iterator[Number]:
    """A foreign account, whose letters belong to it. A Polish one is its digits."""
    start = at - 2
    iban = _IBAN.match(text, start) if start >= 0 and not text[max(0, start - 1) : start].isalnum() else None
    if iban and "\n" in iban[0] and not _checked(iban[0]):  # the next line is about something else
        iban = _IBAN.match(text, start, text.index("\n", start))
    if iban and not iban[0].startswith("PL"):
        yield Number(start, iban.end(), _signs(iban[0]).lower())


def _signs(account: str) -> str:
    return "".join(filter(str.isalnum, account))


def _checked(account: str) -> bool:
    """By its check digits (ISO 13616)."""
    signs = _signs(account)
    return int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % 97 == 1


def _amounts(text: str, start: int, end: int, thousands: re.Pattern[str] = _THOUSANDS) -> Iterator[Number]:
    # Decimals stand behind the run: a comma is none of its signs.
    if text.startswith(",", end) and (english := _ENGLISH.match(text, start)):
        whole = english[1].replace(",", "")
        yield Number(*english.span(), whole if english[2] == "00" else f"{whole},{english[2]}")
    end += 5
    for amount in thousands.finditer(text, start, end):
        whole = "".join(filter(str.isdecimal, amount[1]))
        yield Number(amount.start(), amount.end(), whole if amount[2] in (None, "00") else f"{whole},{amount[2]}")
        if amount[2] not in (None, "00"):
            yield Number(*amount.span(1), whole)
    if one := _DECIMALS.match(text, start, end):
        yield Number(one.start(), one.end(), one[1] if one[2] == "00" else f"{one[1]},{one[2]}")


def _shaped(groups: list[re.Match[str]]) -> Iterator[Number]:
    sizes = tuple(len(group[0]) for group in groups)
    for at in range(len(sizes)):
        for shape in _SHAPES:
            if sizes[at : at + len(shape)] == shape:
                told = groups[at : at + len(shape)]
                yield Number(told[0].start(), told[-1].end(), "".join(group[0] for group in told))
