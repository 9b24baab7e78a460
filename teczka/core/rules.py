"""A rule: when it fits, and what is then done. Its owner wrote it, it acts on their mail alone, and shows others what it says and no more.

All conditions are looked at before anything is done, so that no rule sees what another did. Then rules go in their order: filings and
shares add up, the first move wins, and after a `Stop` no later rule is heard for that message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from teczka.core.conditions import LONGEST, BadRule, Fault, Group, when_from
from teczka.core.labels import is_keyword, is_label

CONSEQUENCES = 10
PEOPLE = 50  # whom one share names
_FOUND = "found"
_DAYS = 3_650


class RunState(StrEnum):
    """Of a rule that is applied to old mail."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


ENDED = (RunState.DONE, RunState.UNDONE, RunState.FAILED)  # the others hold their rule: one at a time


@dataclass(frozen=True, slots=True)
class File:
    """The message alone, not its conversation."""

    case: UUID | None = (
        None  # None: the one case of the owner's view that bears a reference of the message; of several none
    )


@dataclass(frozen=True, slots=True)
class Share:
    """The only consequence that shows anybody anything."""

    people: tuple[UUID, ...] = ()
    team: bool = False  # with the team of `case`, whoever joins it later included
    case: UUID | None = None  # None: as of File


@dataclass(frozen=True, slots=True)
class Star:
    pass


@dataclass(frozen=True, slots=True)
class MarkRead:
    pass


@dataclass(frozen=True, slots=True)
class Label:
    keyword: str  # core.labels


@dataclass(frozen=True, slots=True)
class Move:
    folder: UUID  # of the same account; mail of others stays


@dataclass(frozen=True, slots=True)
class MakeTask:
    """The owner's own, with the message as what it was made from."""

    title: str = ""  # empty: the message's subject
    days: int | None = None  # due so many after the message came


@dataclass(frozen=True, slots=True)
class Notify:
    """Its owner is told on whatever page they look at."""


@dataclass(frozen=True, slots=True)
class Stop:
    pass


Consequence = File | Share | Star | MarkRead | Label | Move | MakeTask | Notify | Stop
_PLAIN: dict[str, Consequence] = {"star": Star(), "mark_read": MarkRead(), "notify": Notify(), "stop": Stop()}


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    when: Group
    then: tuple[Consequence, ...]

    @property
    def shares(self) -> tuple[Share, ...]:
        """What widens visibility: the editor shows it in red, and has it ticked."""
        return tuple(one for one in self.then if isinstance(one, Share))

    @property
    def stops(self) -> bool:
        return Stop() in self.then


def rule_from(name: str, when: Any, then: Any) -> Rule:
    """Of the JSON that `when_json` and `then_json` make. Raises BadRule."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        raise BadRule(Fault.NAME)
    return Rule(name, when_from(when), then_from(then))


def then_from(told: Any) -> tuple[Consequence, ...]:
    """Of JSON: [{"do": "file", "case": "found"}, {"do": "share", "people": [], "team": "found"}, {"do": "stop"}]. Raises BadRule."""
    if not isinstance(told, list):
        raise BadRule(Fault.SHAPE)
    if len(told) > CONSEQUENCES:
        raise BadRule(Fault.MANY)
    then = tuple(map(_consequence, told))
    if not then:
        raise BadRule(Fault.NOTHING)
    if len(set(then)) < len(then) or sum(isinstance(one, Move) for one in then) > 1:
        raise BadRule(Fault.TWICE)
    if Stop() in then[:-1]:
        raise BadRule(Fault.AFTER_STOP)
    return then


def then_json(then: Sequence[Consequence]) -> list[dict[str, Any]]:
    return [_written(one) for one in then]


def _written(one: Consequence) -> dict[str, Any]:
    if isinstance(one, File):
        return {"do": "file", "case": _case(one.case)}
    if isinstance(one, Share):
        told: dict[str, Any] = {"do": "share", "people": [str(person) for person in one.people]}
        return told | ({"team": _case(one.case)} if one.team else {})
    if isinstance(one, Label):
        return {"do": "label", "keyword": one.keyword}
    if isinstance(one, Move):
        return {"do": "move", "folder": str(one.folder)}
    if isinstance(one, MakeTask):
        return {"do": "task", "title": one.title, "days": one.days}
    return {"do": next(name for name, plain in _PLAIN.items() if plain == one)}


def _case(case: UUID | None) -> str:
    return str(case) if case else _FOUND


def _consequence(told: Any) -> Consequence:
    try:
        do = told["do"]
        if do == "file":
            return File(_case_from(told["case"]))
        if do == "share":
            return _share(told)
        if do == "label":
            return _label(told["keyword"])
        if do == "move":
            return Move(UUID(told["folder"]))
        if do == "task":
            return _task(told)
        return _PLAIN[do]
    except BadRule:
        raise
    except (KeyError, ValueError, TypeError, AttributeError):
        raise BadRule(Fault.SHAPE) from None


def _case_from(told: str) -> UUID | None:
    return None if told == _FOUND else UUID(told)


def _share(told: dict[str, Any]) -> Share:
    people = tuple(dict.fromkeys(UUID(person) for person in told.get("people") or []))
    team = told.get("team")
    if not people and not team:
        raise BadRule(Fault.NOBODY)
    if len(people) > PEOPLE:
        raise BadRule(Fault.MANY)
    return Share(people, bool(team), _case_from(team) if team else None)


def _label(keyword: str) -> Label:
    if not keyword:
        raise BadRule(Fault.NO_VALUE)
    if not is_keyword(keyword) or not is_label(keyword):
        raise BadRule(Fault.SHAPE)
    return Label(keyword)


def _task(told: dict[str, Any]) -> MakeTask:
    title, days = " ".join(str(told.get("title") or "").split()), told.get("days")
    if len(title) > LONGEST:
        raise BadRule(Fault.LONG)
    if days is not None and (isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= _DAYS):
        raise BadRule(Fault.NUMBER)
    return MakeTask(title, days)
