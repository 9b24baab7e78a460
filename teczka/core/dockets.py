"""File numbers of courts and bailiffs around one sign of a text: the slash before their year.

All is read from a window of bounded length, so a text costs its length and no more. Windows come through `glyphs.plain`.
"""

import re
from typing import NamedTuple

from teczka.core.identifiers import Reference, division, year
from teczka.core.numerals import DOTTED_YEAR, GAP, MEANT, SLASHED_YEAR, beginnings, number
from teczka.core.plausibility import Candidate, believable, glued
from teczka.core.prosecutors import prosecutor
from teczka.core.repertories import BAILIFF, PROCUREMENT, known

# What stands before the number, read from where that begins.
_HEAD = re.compile(
    rf"""(?<![^\W_])
    (?: (?P<court>[A-Za-z]{{2}}\d[A-Za-z])\s?/\s?
      | (?:[Aa]kt)?(?P<division>[IVXLlivx]{{1,8}}+)(?:{GAP}{{1,6}}|\s?[/-]\s?)
    )?
    (?P<word>(?:[AGR]\s{{1,2}})?[^\W\d_]{{1,8}}+(?:\s?-\s?[^\W\d_]{{1,2}}+){{0,2}}+(?:\s?/\s?[^\W\d_]{{2,3}}+)?)
    (?:{GAP}{{1,3}}\(?(?P<mark>(?i:upr))\)?)?
    (?P<gap>(?:{GAP}|[:/-]){{0,6}}(?:[Nn]r{GAP}{{0,3}})?)\Z""",
    re.VERBOSE,
)
# The register court's: "WA.XIII NS-REJ.KRS/12345/24/678", the last figure being the clerk's.
_REGISTRY_HEAD = re.compile(
    rf"""(?<![^\W_])(?:(?P<court>[A-Z]{{2}})[\s.]{{1,2}})?(?P<division>[IVXLl]{{1,8}}){GAP}{{1,3}}Ns\s?-?\s?Rej\.?\s?KRS[\s/.]{{0,4}}\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_REGISTRY_YEAR = re.compile(r"/\s?(?P<year>\d{4}|\d\d)(?:/\d{1,5})?(?![\d/])")
_SUFFIX = re.compile(
    r"""[\s/-]{0,3}(?: (?:upr|UPR|Upr)\b\.? | \((?:upr|UPR)\.?\) )
      | /(?P<ward>[A-HJ-UWYZŁŚ])(?![\w/])
      | (?P<z>[\s/-]?z(?=\s{0,2}(?:[.,;:)]|\Z)) | [/-]?z(?!\w))""",
    re.VERBOSE,
)
_BETWEEN_JOINED = re.compile(r"\s{0,3}(?:[,;]|i|oraz|,\s?(?:i|oraz))\s{1,3}")
# What a number behind a comma is instead: a share, a month of a year.
_NO_DOCKET = re.compile(r"\s{0,3}(?:częś|cz\.|udzia|r\b)", re.IGNORECASE)
_SPAN = 5  # years; files that are told together are nearer
_PARAGRAPH = re.compile(r"\n\s{0,9}\n")
_LONGEST_HEAD = 48
_TRIES = 3


class Docket(NamedTuple):
    """How many signs it takes before and after the slash or dot, and what it is."""

    before: int
    after: int
    reference: Reference


def slashed(before: str, after: str) -> Docket | None:
    """Around a slash: `before` ends with the number, `after` begins with the slash."""
    for begin in beginnings(before):
        head, digits = before[:begin], before[begin:]
        found = _inquiry(head, digits, SLASHED_YEAR.match(after)) or _registry(head, digits, after)
        found = found or _court(head, digits, after)
        if found:
            written = before[len(before) - found.before :] + after[: found.after]
            return None if _PARAGRAPH.search(written) else found
    return None


def dotted(before: str, after: str) -> Docket | None:
    """Around a dot, as prosecutors write since 2016."""
    for begin in beginnings(before)[:1]:
        return _inquiry(before[:begin], before[begin:], DOTTED_YEAR.match(after))
    return None


def joined(between: str, digits: str, after: str, last: Reference, written: str) -> Docket | None:
    """The next of several that share what stands before the first: "I C 12/24, 13/24 i 14/24". `between` lies behind the one before, which
    stands as `written`. What may be a day, a month or a share is none: its year is told otherwise or far away, or it begins with a zero.
    Appeals in procurement are told together whatever their years, however written."""
    match = SLASHED_YEAR.match(after)
    then = year(match["year"].translate(MEANT)) if match else 0
    count = number(digits)
    if not match or not then or not count or not last.year or not _BETWEEN_JOINED.fullmatch(between):
        return None
    in_full = f"/{last.year}" in "".join(written.split())
    otherwise = digits.startswith("0") or in_full != (len(match["year"]) == 4) or abs(then - last.year) >= _SPAN
    day = int(count) <= 31 and then % 100 <= 12 and then != last.year
    end, suffix = _suffixed(after, match.end())
    if last.repertory not in PROCUREMENT and (otherwise or day or _NO_DOCKET.match(after, end)):
        return None
    return Docket(len(digits), end, last._replace(number=count, year=then, suffix=suffix))


def _inquiry(head: str, digits: str, years: re.Match[str] | None) -> Docket | None:
    found = prosecutor(head, digits, years["year"].translate(MEANT)) if years else None
    if not years or not found:
        return None
    start, reference = found
    return Docket(len(head) - start + len(digits), years.end(), reference)


def _registry(head: str, digits: str, after: str) -> Docket | None:
    if "KRS" not in head[-8:].upper():
        return None
    match, years = _REGISTRY_HEAD.search(head), _REGISTRY_YEAR.match(after)
    then = year(years["year"]) if years else 0
    if not match or not years or not then:
        return None
    court = (match["court"] or "").upper()
    reference = Reference("Ns-Rej.KRS", number(digits), then, division(match["division"]), court)
    return Docket(len(head) - match.start() + len(digits), years.end(), reference)


def _court(head: str, digits: str, after: str) -> Docket | None:
    years = SLASHED_YEAR.match(after)
    then = year(years["year"].translate(MEANT)) if years else 0
    count = number(digits)
    if not years or not then or not count:
        return None
    begin = max(0, len(head) - _LONGEST_HEAD)
    for _ in range(_TRIES):
        match = _HEAD.search(head, begin)
        if not match:
            return None
        found = _read(head, match)
        if found:
            start, reference = found
            end, suffix = _suffixed(after, years.end())
            reference = reference._replace(number=count, year=then, suffix=suffix or reference.suffix)
            return Docket(len(head) - start + len(digits), end, reference)
        begin = match.start() + 1
    return None


def _read(head: str, match: re.Match[str]) -> tuple[int, Reference] | None:
    """Where it begins, and what it is but for number and year."""
    word, suffix = "".join(match["word"].split()), (match["mark"] or "").lower()
    repertory = known(word)
    if match["court"]:
        return (
            (match.start(), Reference(repertory, "", court=match["court"].upper(), suffix=suffix))
            if repertory
            else None
        )
    written, start = match["division"] or "", match.start("division")
    which = division(written)
    if not repertory and not written:
        which, repertory = _split(word)
        if not repertory or not glued(word, head[: match.start()]):
            return None
        return match.start(), Reference(repertory, "", division=which, suffix=suffix)
    if not which or repertory in BAILIFF or repertory in PROCUREMENT or (written == "i" and not word.islower()):
        written, which, start = "", "", match.start("word")
    candidate = Candidate(head[:start], written, word, match["gap"], repertory)
    return (
        (start, Reference(repertory, "", division=which, suffix=suffix))
        if repertory and believable(candidate)
        else None
    )


def _split(word: str) -> tuple[str, str]:
    """Division and repertory of "IC"; ("", "") where it is no such thing."""
    for at in range(1, len(word)):
        which, repertory = division(word[:at]), known(word[at:])
        if which and repertory and repertory not in BAILIFF and repertory not in PROCUREMENT:
            return which, repertory
    return "", ""


def _suffixed(after: str, end: int) -> tuple[int, str]:
    match = _SUFFIX.match(after, end)
    if not match:
        return end, ""
    return match.end(), match["ward"] or ("z" if match["z"] else "upr")
