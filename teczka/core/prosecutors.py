"""Prosecutors' file numbers: "PR 2 Ds 123.2024", "4045-0.Ds.12.2024", and before 2016 "1 Ds. 123/15".

Source: the Prosecutor General's orders on the organisation of secretariats; PR, PO, RP, PK are district, regional, appellate-level and the
National Prosecutor's Office, 4045-0 a unit of the computer register, the figure behind them the department.
"""

import re

from teczka.core.identifiers import Reference, division, year
from teczka.core.numerals import GAP, number
from teczka.core.plausibility import labelled

_HEAD = re.compile(
    rf"""(?<![^\W_])
    (?: (?: (?P<court>P[ROKA]|RP)(?:(?:{GAP}|-){{0,3}}(?P<division>[IVXl]{{1,6}}|\d{{1,2}}))?(?:{GAP}{{1,3}}(?P<branch>WZ|\d))?
          | (?P<code>\d{{3,4}}\s?-\s?\d{{1,2}})
          | (?P<old>[IVX]{{1,6}}|\d{{1,2}}) )(?:{GAP}|-){{0,3}} )?
    (?P<word>Ds[nuz]?|Ko[12]?|Pc|Pa|Pn|Ap|Opz|Oz)
    (?:{GAP}|[:/]){{0,4}}(?:nr\s)?\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_TRACE = re.compile(r"[Dd][Ss]|P[ROKA]|RP|\d\s?-")
_LONGEST_HEAD = 32


def prosecutor(head: str, digits: str, years: str) -> tuple[int, Reference] | None:
    """Where it begins in `head`, which ends where the number begins, and what it is."""
    begin = max(0, len(head) - _LONGEST_HEAD)
    if not _TRACE.search(head, begin):
        return None
    match = _HEAD.search(head, begin)
    count, then = number(digits), year(years)
    if not match or not count or not then:
        return None
    court = re.sub(r"\s", "", match["code"] or match["court"] or "").upper()
    is_inquiry = match["word"].lower().startswith("ds")
    if not court and (not is_inquiry or not (match["word"].startswith("Ds") or labelled(head[: match.start()]))):
        return None
    unit = match["division"] or match["old"] or ""
    unit = division(unit) or unit
    if match["branch"]:
        unit = f"{unit} {match['branch'].upper()}"
    return match.start(), Reference(match["word"].capitalize(), count, then, division=unit, court=court)
