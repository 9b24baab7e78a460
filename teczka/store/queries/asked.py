"""A query as what is asked of the index: branches, in each of which everything must hold. Whatever is only about words is one tsquery."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from itertools import islice, product
from operator import and_
from typing import Any
from zoneinfo import ZoneInfo

from teczka.core import search_tree as tree
from teczka.core.dates import day_of
from teczka.core.numbering import Pattern
from teczka.core.search_tree import All, HasFile, Leaf, Name, Node, Not, Phrase, Prefix, State, Unit, Where, Words
from teczka.language.asking import Asked, ask, beginning, number, phrase, tsquery
from teczka.language.fields import Field
from teczka.language.vectors import OVERLAP

MOST = 16  # branches; (a OR b) (c OR d) has four
FIELDS = {
    Where.ANYWHERE: Field.TEXT,
    Where.FROM: Field.FROM,
    Where.TO: Field.TO,
    Where.SUBJECT: Field.SUBJECT,
    Where.FILE: Field.FILE,
}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 30, Unit.YEAR: 365}
_NEVER = datetime.min.replace(tzinfo=UTC) + timedelta(days=366)
_ALWAYS = datetime.max.replace(tzinfo=UTC) - timedelta(days=366)
FILES = "':hfile'"


@dataclass(frozen=True, slots=True)
class Known:
    """What the query's words stand for, as the viewer sees it now: asked where there is something to ask."""

    zone: Callable[[], ZoneInfo]
    own: Callable[[], Sequence[Pattern]]  # of the office's file numbers
    named: Callable[[Name, str], list[int]]
    labels: Callable[[str], list[str]]  # keywords of the viewer's mail
    roles: Callable[[str], list[int]]  # the viewer's folders


@dataclass(frozen=True, slots=True)
class Branch:
    words: tuple[str, ...] = ()  # tsqueries, all of them
    phrases: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()  # phrases
    sifts: tuple[str, ...] = ()  # each as JSON: migration 0006, teczka_sifted
    since: datetime = _NEVER
    until: datetime = _ALWAYS

    def __and__(self, other: "Branch") -> "Branch":
        return Branch(
            self.words + other.words,
            self.phrases + other.phrases,
            self.forbidden + other.forbidden,
            self.sifts + other.sifts,
            max(self.since, other.since),
            min(self.until, other.until),
        )


def branches(node: Node, known: Known) -> tuple[list[Branch], bool]:
    """Any of them; whether some were left out, for the query has too many."""
    found = list(islice(_branches(node, known, no=False), MOST + 1))
    return found[:MOST], len(found) > MOST


def _branches(node: Node, known: Known, *, no: bool) -> list[Branch]:
    if (words := of_words(node, known.own)) is not None:
        return [Branch(words=(f"!{words}" if no else words,) if words else ())]
    match node:
        case Not(of):
            return _branches(of, known, no=not no)
        case tree.All(of) | tree.Any(of):
            each = [_branches(member, known, no=no)[: MOST + 1] for member in of]
            if isinstance(node, tree.Any) is no:  # none of any is all of none
                return [reduce(and_, chosen) for chosen in islice(product(*each), MOST + 1)]
            return [branch for several in each for branch in several]
        case Phrase(text, where):
            said = [tsquery(terms[:1], FIELDS[where]) for terms in phrase(text)]
            if no:
                return [Branch(forbidden=(" <-> ".join(said),))]
            step = OVERLAP - 1  # two stretches of a long letter share no more words
            places = tuple(" <-> ".join(said[at : at + OVERLAP]) for at in range(0, len(said) - 1, step))
            return [Branch(words=(f"({' & '.join(said)})",), phrases=places)]
        case _:
            return [_operator(node, known, no)]


def of_words(node: Node, own: Callable[[], Sequence[Pattern]]) -> str | None:
    """The tsquery of what is about words alone; "" where it has none; None for all else."""
    match node:
        case HasFile():
            return FILES
        case Words() | Prefix() | Phrase():
            asked = _asked(node, own)
            told = [tsquery(one.terms, FIELDS[node.where]) for one in asked]
            return None if isinstance(node, Phrase) and len(told) > 1 else _all(told)
        case Not(of):
            inner = of_words(of, own)
            return f"!{inner}" if inner else inner
        case tree.All(of) | tree.Any(of):
            each = [of_words(member, own) for member in of]
            told = [one for one in each if one]
            if None in each:
                return None
            return _all(told) if isinstance(node, All) else f"({' | '.join(told)})" if told else ""
    return None


def named_words(node: Node | None, own: Callable[[], Sequence[Pattern]]) -> list[Asked]:
    """The words that are asked for wherever they stand: what makes one hit better than another."""
    members = node.of if isinstance(node, All) else (node,)
    told = (member for member in members if isinstance(member, Words | Phrase | Prefix) and not member.where)
    return [one for member in told for one in _asked(member, own)]


def _asked(leaf: Words | Phrase | Prefix, own: Callable[[], Sequence[Pattern]]) -> list[Asked]:
    """Where there is no digit there is no number of the office's."""
    patterns = own() if any(map(str.isdigit, leaf.text)) else ()
    match leaf:
        case Words(text, _, begun):
            return ask(text, patterns, begun=begun)
        case Prefix(text):
            return beginning(text, patterns)
        case Phrase(text):
            whole = number(text, patterns)
            return [whole] if whole else [Asked(0, 0, terms[:1]) for terms in phrase(text)]


def _all(queries: Sequence[str]) -> str:
    return f"({' & '.join(queries)})" if queries else ""


def _operator(leaf: Leaf, known: Known, no: bool) -> Branch:
    match leaf:
        case tree.Since(day, before, through):
            zone = known.zone()
            today = datetime.now(zone).date()
            since = day_of(day, today, past=True) or today
            since += timedelta(days=through and since < date.max)
            return _period(datetime.combine(since, time(), zone), before=before is not no)
        case tree.Within(count, unit, older):
            days = timedelta(days=min(count * _DAYS[unit], 365 * 200))
            return _period(datetime.now(UTC) - days, before=older is not no)
        case tree.Larger(size, smaller):
            return _sift("larger", smaller is not no, size=size)
        case tree.Is(state):
            kind, other = _STATES[state]
            return _sift(kind, other is not no)
        case tree.In(role):
            return _sift("folder", no, ids=known.roles(role))
        case tree.Named(Name.LABEL, text):
            return _sift("label", no, keywords=known.labels(text))
        case tree.Named(kind, text):
            return _sift(kind, no, ids=known.named(kind, text))
    raise TypeError(leaf)


_STATES = {
    State.UNREAD: ("unread", False),
    State.READ: ("unread", True),
    State.STARRED: ("starred", False),
    State.ANSWERED: ("answered", False),
    State.SHARED: ("shared", False),
    State.PRIVATE: ("shared", True),
    State.FILED: ("filed", False),
    State.UNFILED: ("filed", True),
}


def _period(moment: datetime, *, before: bool) -> Branch:
    return Branch(until=moment) if before else Branch(since=moment)


def _sift(kind: str, no: bool, **told: Any) -> Branch:
    return Branch(sifts=(json.dumps({"kind": kind, "no": no, **told}),))
