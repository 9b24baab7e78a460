"""What somebody asks of their mail, as text and as a tree. Whatever is typed is a query; what is unclear is searched as words, with a hint.

Words are OR-ed over all of a letter and AND-ed with one another; `OR` binds the two things that it stands between. Operators are
understood in both languages whatever the page speaks; `Query.text` says the same query in one of them, in one way only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from teczka.core.dates import Day

MOST: int = 40  # words, phrases and operators of a query
LONGEST: int = 1_000  # signs of one of them


class Where(StrEnum):
    """What of a letter is looked through."""

    ANYWHERE = ""
    FROM = "from"
    TO = "to"  # and copies
    SUBJECT = "subject"
    FILE = "filename"


class State(StrEnum):
    UNREAD = "unread"
    READ = "read"
    STARRED = "starred"
    ANSWERED = "answered"
    PRIVATE = "private"
    SHARED = "shared"
    FILED = "filed"
    UNFILED = "unfiled"


class Name(StrEnum):
    """What is called by a name of its own; which one that is, the store knows."""

    FOLDER = "folder"
    ACCOUNT = "account"
    CASE = "case"
    LABEL = "label"


class Unit(StrEnum):
    DAY = "d"
    WEEK = "w"
    MONTH = "m"
    YEAR = "y"


class Hint(StrEnum):
    """Why something was not taken as it may have been meant."""

    UNKNOWN = "unknown"  # no such operator: searched as words
    VALUE = "value"  # an operator without a value, or with one that it cannot have
    MANY = "many"  # the rest was left out
    SLOW = "slow"  # it took too long and was ended
    SIGNS = "signs"  # without a letter or digit: nothing was searched
    STATE = "state"  # of a message, without an operator: searched as a word
    NOT = "not"  # stands before a word, as a word
    BEGUN = "begun"  # nothing fits what is written: the last word was taken for a beginning
    # Nothing that the viewer sees is called so.
    FOLDER = "folder"
    ACCOUNT = "account"
    CASE = "case"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class Words:
    """All of them, in any form, anywhere in it and in any order. What stands together is one text: it may be a reference or a number.
    `begun`: somebody is still typing the last of them."""

    text: str
    where: Where = Where.ANYWHERE
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """These words one behind another, as they are written."""

    text: str
    where: Where = Where.ANYWHERE


@dataclass(frozen=True, slots=True)
class Prefix:
    text: str
    where: Where = Where.ANYWHERE


@dataclass(frozen=True, slots=True)
class Is:
    state: State


@dataclass(frozen=True, slots=True)
class HasFile:
    """Something is attached."""


@dataclass(frozen=True, slots=True)
class In:
    role: str  # core.folders.FolderRole


@dataclass(frozen=True, slots=True)
class Named:
    kind: Name
    text: str


@dataclass(frozen=True, slots=True)
class Since:
    """Arrived that day or later, or (`before`) earlier, or (`through`, too) at latest that day. Which day one without a year is, or one
    that is called from today, is known only where it is looked for."""

    day: Day
    before: bool = False
    through: bool = False


@dataclass(frozen=True, slots=True)
class Within:
    """Arrived within this time up to now, or (`older`) before."""

    count: int
    unit: Unit
    older: bool = False


@dataclass(frozen=True, slots=True)
class Larger:
    size: int  # bytes
    smaller: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    of: "Node"


@dataclass(frozen=True, slots=True)
class All:
    of: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    of: tuple["Node", ...]


Leaf = Words | Phrase | Prefix | Is | HasFile | In | Named | Since | Within | Larger
Node = Leaf | Not | All | Any


def cut(text: str) -> str:
    """At most `LONGEST` signs of it, cut between words."""
    return text if len(text) <= LONGEST else text[: LONGEST + 1].rpartition(" ")[0] or text[:LONGEST]


def all_of(nodes: Sequence[Node]) -> Node | None:
    """One way alone to say it: no group within a group of its kind, plain words that stand together in one."""
    flat = [each for node in nodes for each in (node.of if isinstance(node, All) else (node,))]
    out: list[Node] = []
    for node in flat:
        if isinstance(node, Words) and not node.where and out and isinstance(out[-1], Words) and not out[-1].where:
            out[-1] = Words(f"{out[-1].text} {node.text}")
        else:
            out.append(node)
    return All(tuple(out)) if len(out) > 1 else (out[0] if out else None)


def any_of(nodes: Sequence[Node]) -> Node | None:
    flat = [each for node in nodes for each in (node.of if isinstance(node, Any) else (node,))]
    out = tuple(dict.fromkeys(flat))
    return Any(out) if len(out) > 1 else (out[0] if out else None)


def none_of(node: Node) -> Node:
    return node.of if isinstance(node, Not) else Not(node)


def within(node: Node, where: Where) -> Node:
    """The same, looked for there alone as far as it is about text."""
    match node:
        case Words(_, Where.ANYWHERE) | Phrase(_, Where.ANYWHERE) | Prefix(_, Where.ANYWHERE):
            return replace(node, where=where)
        case Not(of):
            return Not(within(of, where))
        case All(of):
            return all_of([within(each, where) for each in of]) or node
        case Any(of):
            return any_of([within(each, where) for each in of]) or node
    return node


def leaves(node: Node | None) -> Iterator[Leaf]:
    match node:
        case None:
            return
        case Not(of):
            yield from leaves(of)
        case All(of) | Any(of):
            for each in of:
                yield from leaves(each)
        case _:
            yield node
