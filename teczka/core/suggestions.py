"""To which case a message seems to belong, and why: facts in, at most three suggestions out, and none where nothing fits.

Each clue has a strength between 0 and 1, which shrinks with every further case that it points to: a court's address that stands in forty
cases says nothing. Clues of different kinds join as independent ones do, 1 - (1 - a)(1 - b); of one kind the strongest counts.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

MOST = 3
THRESHOLD = 0.5  # below it nothing is shown
CERTAIN = 0.9


class Reason(StrEnum):
    """Why; the words with their params are in web/mail/reasons.py."""

    SUBJECT = "subject"  # a reference of the case's in the subject: reference
    TEXT = "text"
    FILE = "file"  # in the name of an attachment
    THREAD = "thread"  # it belongs to the conversation of a filed message: who, at (ISO 8601)
    PARTY = "party"  # somebody of the case's parties writes it or receives it: name, address
    SENDER = "sender"  # filed like this before: key (the address), count (conversations)
    DOMAIN = "domain"  # so were others of the sender's domain: key (the domain), count
    HEADER = "header"  # filed by itself: it bears the header of a letter that was written in the case


REFERENCES = frozenset({Reason.SUBJECT, Reason.TEXT, Reason.FILE})
_STRENGTH = {
    Reason.SUBJECT: 0.97,
    Reason.FILE: 0.92,
    Reason.TEXT: 0.9,
    Reason.THREAD: 0.96,
    Reason.SENDER: 0.9,
    Reason.DOMAIN: 0.75,
}
# Whose address says how much. Courts and bailiffs write in the matters of many; an expert or a witness may be met anywhere.
_SIDE = {"ours": 0.75, "opposing": 0.72, "court": 0.45, "bailiff": 0.45, "expert": 0.5, "witness": 0.6}
_OTHER_SIDE = 0.6
_AMONG = (1.0, 0.7, 0.6)  # a reference that two or three cases bear
_AMONG_MORE = 0.3
_EACH_MORE = 0.8  # a text that cites several files is about one of them at most
_ELSEWHERE = (
    0.45  # what people are worth where the subject names another file, or the viewer files their mail elsewhere
)


@dataclass(frozen=True, slots=True)
class Clue:
    case: int
    reason: Reason
    what: str  # the reference in its canonical form, or the address: one such clue may point to several cases
    params: Mapping[str, str | int] = field(default_factory=dict)
    side: str = ""  # of a party: core.cases.Side
    count: int = 1  # SENDER, DOMAIN: conversations filed to this case
    of: int = 1  # of so many that were filed to any


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a message, all of it by what the viewer may see."""

    clues: Sequence[Clue] = ()
    names_file: bool = False  # its subject names a file, whether a case has it or not
    closed: Collection[int] = ()
    filed: Collection[int] = ()  # where it is already
    never: Collection[int | None] = ()  # not for this sender: these cases, or None for any


@dataclass(frozen=True, slots=True)
class Suggestion:
    case: int
    score: float
    reason: Reason  # the strongest
    params: Mapping[str, str | int]

    @property
    def certain(self) -> bool:
        return self.score >= CERTAIN


def suggest(facts: Facts) -> list[Suggestion]:
    """The best first. Closed cases only by a reference or their conversation."""
    if None in facts.never:
        return []
    spread = _spread(facts.clues)
    cited = len({clue.case for clue in facts.clues if clue.reason is Reason.TEXT})
    named = {clue.case for clue in facts.clues if clue.reason is Reason.SUBJECT}
    by_case: dict[int, list[tuple[float, Clue]]] = defaultdict(list)
    for clue in facts.clues:
        if clue.case not in facts.filed and clue.case not in facts.never:
            elsewhere = facts.names_file and clue.case not in named
            by_case[clue.case].append((_strength(clue, spread, cited, elsewhere=elsewhere), clue))
    found = [_join(case, clues, closed=case in facts.closed) for case, clues in by_case.items()]
    fit = [one for one in found if one and one.score >= THRESHOLD]
    return sorted(fit, key=lambda one: (-one.score, one.case))[:MOST]


def _spread(clues: Sequence[Clue]) -> dict[tuple[bool, str], int]:
    """How many cases a reference, or an address, points to."""
    cases: dict[tuple[bool, str], set[int]] = defaultdict(set)
    for clue in clues:
        if clue.reason in REFERENCES or clue.reason is Reason.PARTY:
            cases[clue.reason in REFERENCES, clue.what].add(clue.case)
    return {key: len(found) for key, found in cases.items()}


def _strength(clue: Clue, spread: Mapping[tuple[bool, str], int], cited: int, *, elsewhere: bool) -> float:
    base = _STRENGTH.get(clue.reason, 0)
    if clue.reason in REFERENCES:
        among = spread[True, clue.what]
        base *= _AMONG[among - 1] if among <= len(_AMONG) else _AMONG_MORE
        return base * _EACH_MORE ** (cited - 1) if clue.reason is Reason.TEXT else base
    if clue.reason is Reason.THREAD:
        return base
    if clue.reason is Reason.PARTY:
        base = _SIDE.get(clue.side, _OTHER_SIDE) / spread[False, clue.what]
        return base * (_ELSEWHERE if elsewhere or (clue.of > 1 and not clue.count) else 1)
    return base * clue.count / (clue.of + 1) * (_ELSEWHERE if elsewhere else 1)


def _join(case: int, clues: Sequence[tuple[float, Clue]], *, closed: bool) -> Suggestion | None:
    best: dict[str, tuple[float, Clue]] = {}
    for strength, clue in clues:
        family = _family(clue.reason)
        if closed and family in {"people", "habit"}:
            continue
        if family not in best or strength > best[family][0]:
            best[family] = (strength, clue)
    if not best:
        return None
    left = 1.0
    for strength, _clue in best.values():
        left *= 1 - strength
    strongest = max(best.values(), key=lambda one: one[0])[1]
    return Suggestion(case, round(1 - left, 4), strongest.reason, strongest.params)


def _family(reason: Reason) -> str:
    if reason in REFERENCES:
        return "reference"
    if reason is Reason.THREAD:
        return "thread"
    return "people" if reason is Reason.PARTY else "habit"
