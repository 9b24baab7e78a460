"""A rule as its form has it: all that was typed, whether it means something yet or not. A node's path is its places from the root, `r`.

Works without script: a button changes the draft (`changed`), and the form comes back with it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.http import QueryDict

from teczka.core.conditions import DEPTH, LEAVES, VALUES, Condition, Field, Group, Kind, Op, Takes
from teczka.core.rules import CONSEQUENCES, Consequence, File, Label, MakeTask, Move, Notify, Share, Star, Stop
from teczka.core.rules import Rule as Meaning
from teczka.web.labels import shown as shown_label
from teczka.web.rules.choices import CHOICES, Choice, Do, choice_of

ROOT = "r"
_SIMPLE: Mapping[type[Any], Do] = {Star: Do.STAR, Notify: Do.NOTIFY, Stop: Do.STOP}
EXCEPTIONS = 200
_PICKED = {"accounts", "folders", "cases", "types"}  # one in a field of its own


@dataclass(slots=True)
class Leaf:
    field: str = Field.SENDER.value
    key: str = "is"  # of CHOICES
    text: str = ""
    wrong: str = ""
    path: str = ""

    @property
    def choice(self) -> Choice:
        return choice_of(self.field, self.key)

    @property
    def offered(self) -> tuple[Choice, ...]:
        return CHOICES[Field(self.field)]

    @property
    def mark(self) -> str:
        """Of the last of its fields."""
        return f"{self.path}+"

    @property
    def picked(self) -> list[str]:
        """What stands in its fields, one each."""
        return self.text.split("\n") if self.takes in _PICKED else [self.text]

    @property
    def more(self) -> bool:
        """There may be another one of these."""
        return self.takes in _PICKED and len(self.picked) < VALUES

    @property
    def takes(self) -> str:
        """Which kind of field asks for its value."""
        if self.choice.takes is not Takes.IDS:
            return "nothing" if self.choice.takes is Takes.YES else self.choice.takes.value
        return "cases" if self.choice.op is Op.CASE else "accounts" if self.field == Field.ACCOUNT else "folders"


@dataclass(slots=True)
class Branch:
    kind: str = Kind.ALL.value
    of: list["Leaf | Branch"] = field(default_factory=list)
    wrong: str = ""
    path: str = ROOT

    @property
    def deepest(self) -> bool:
        return self.path.count(".") + 1 >= DEPTH


@dataclass(slots=True)
class Doing:
    do: str = Do.FILE_FOUND.value
    text: str = ""  # a case or a label as typed, a folder's id, a task's title
    people: list[str] = field(default_factory=list)
    days: str = ""
    wrong: str = ""
    place: int = 0

    @property
    def mark(self) -> str:
        return f"then-{self.place}"


@dataclass(slots=True)
class Draft:
    name: str = ""
    when: Branch = field(default_factory=lambda: Branch(of=[Leaf()]))
    then: list[Doing] = field(default_factory=lambda: [Doing()])
    exceptions: list[str] = field(default_factory=list)  # public ids of messages
    agreed: str = ""  # the tick's value, where it was ticked: `meaning.digest`
    wrong: str = ""
    focus: str = ""  # the path of what has just been added

    def leaves(self) -> Iterator[Leaf]:
        return (one for one in _nodes(self.when) if isinstance(one, Leaf))


def from_post(told: QueryDict) -> Draft:
    root = Branch(_kind(told.get("kind-r", "")))
    known = {ROOT: root}
    for path in told.getlist("node")[: 2 * LEAVES]:
        above = known.get(path.rpartition(".")[0])
        if above is None or path in known or (above.deepest and f"kind-{path}" in told):
            continue
        if f"kind-{path}" in told:
            known[path] = Branch(_kind(told.get(f"kind-{path}", "")), path=path)
            above.of.append(known[path])
        elif (of := told.get(f"field-{path}", "")) in set(Field):
            key = choice_of(of, told.get(f"op-{path}", "")).key
            above.of.append(Leaf(of, key, "\n".join(told.getlist(f"value-{path}")[:VALUES])))
    then = [_doing(told, place) for place in told.getlist("then")[:CONSEQUENCES] if told.get(f"do-{place}") in set(Do)]
    draft = Draft(told.get("name", ""), root, then, told.getlist("except")[:EXCEPTIONS], told.get("agreed", ""))
    return numbered(draft)


def from_rule(rule: Meaning, shown: Mapping[str, str], exceptions: list[str]) -> Draft:
    """`shown`: of public ids of cases, how they are called; of one that its owner sees no longer nothing."""
    then = [doing for one in rule.then for doing in _doings(one, shown)]
    return numbered(Draft(rule.name, cast(Branch, _node(rule.when, shown)), then, exceptions))


def changed(draft: Draft, edit: str) -> Draft:
    """One press of a button: add:PATH, group:PATH, drop:PATH, more:PATH, then, undo:PLACE, except:ID, allow:ID. Anything else changes
    nothing."""
    verb, _, what = edit.partition(":")
    above = _branch(draft, what.rpartition(".")[0] if verb == "drop" else what)
    if above and verb == "add":
        above.of.append(Leaf())
        draft.focus = f"{above.path}.{len(above.of) - 1}"
    elif above and verb == "group" and not above.deepest:
        above.of.append(Branch(Kind.ANY.value, [Leaf()]))
        draft.focus = f"{above.path}.{len(above.of) - 1}.0"
    elif verb == "more":
        for leaf in draft.leaves():
            if leaf.path == what and leaf.more:
                leaf.text += "\n"
                draft.focus = leaf.mark
    elif above and verb == "drop":
        above.of = [one for one in above.of if one.path != what]
        draft.focus = above.path
    elif verb == "then" and len(draft.then) < CONSEQUENCES:
        draft.then.append(Doing(_next_do(draft)))
        draft.focus = f"then-{len(draft.then) - 1}"
    elif verb == "undo":
        draft.then = [one for one in draft.then if str(one.place) != what]
        draft.focus = "then"
    elif verb == "except":
        draft.exceptions = list(dict.fromkeys([*draft.exceptions, what]))[:EXCEPTIONS]
    elif verb == "allow":
        draft.exceptions = [one for one in draft.exceptions if one != what]
    return numbered(draft)


def values(text: str) -> list[str]:
    """Of a field that takes several."""
    return [one for piece in text.replace("\n", ",").replace(";", ",").split(",") if (one := piece.strip())][
        : VALUES + 1
    ]


def _kind(told: str) -> str:
    return told if told in set(Kind) else Kind.ALL.value


def _doing(told: QueryDict, place: str) -> Doing:
    return Doing(
        told.get(f"do-{place}", ""),
        told.get(f"what-{place}", ""),
        told.getlist(f"people-{place}"),
        told.get(f"days-{place}", ""),
    )


def _next_do(draft: Draft) -> str:
    """Of those that stand first, one that is not there yet."""
    there = {one.do for one in draft.then}
    return next(
        one.value
        for one in (Do.FILE_FOUND, Do.TASK, Do.STAR, Do.MARK_READ, Do.NOTIFY, Do.FILE)
        if one not in there or one is Do.FILE
    )


def _nodes(above: Branch) -> Iterator[Leaf | Branch]:
    for one in above.of:
        yield one
        if isinstance(one, Branch):
            yield from _nodes(one)


def _branch(draft: Draft, path: str) -> Branch | None:
    return next(
        (one for one in (draft.when, *_nodes(draft.when)) if isinstance(one, Branch) and one.path == path), None
    )


def numbered(draft: Draft) -> Draft:
    """With their paths."""

    def number(above: Branch) -> None:
        for place, one in enumerate(above.of):
            one.path = f"{above.path}.{place}"
            if isinstance(one, Branch):
                number(one)

    number(draft.when)
    for place, doing in enumerate(draft.then):
        doing.place = place
    return draft


def _node(one: Group | Condition, shown: Mapping[str, str]) -> Leaf | Branch:
    if isinstance(one, Group):
        return Branch(one.kind.value, [_node(each, shown) for each in one.of])
    choice = next(each for each in CHOICES[one.field] if each.op is one.op and each.says in {None, one.value})
    return Leaf(one.field.value, choice.key, _text(choice, one, shown))


def _text(choice: Choice, one: Condition, shown: Mapping[str, str]) -> str:
    if choice.takes is Takes.BYTES and isinstance(one.value, int):
        return f"{one.value / 1_000_000:g}"
    if choice.op is Op.CASE:
        return "\n".join(shown.get(value, "") for value in one.values)
    if choice.takes in {Takes.IDS, Takes.TYPES}:
        return "\n".join(one.values)
    return ", ".join(one.values) if one.values else "" if choice.says is not None else str(one.value or "")


def _doings(one: Consequence, shown: Mapping[str, str]) -> Iterator[Doing]:
    """A share with people and with a team is two lines."""
    if isinstance(one, File):
        yield Doing(Do.FILE, shown.get(str(one.case), "")) if one.case else Doing(Do.FILE_FOUND)
    elif isinstance(one, Share):
        if one.people:
            yield Doing(Do.SHARE, people=list(map(str, one.people)))
        if one.team:
            yield Doing(Do.SHARE_TEAM, shown.get(str(one.case), "")) if one.case else Doing(Do.SHARE_FOUND)
    elif isinstance(one, Label):
        yield Doing(Do.LABEL, shown_label(one.keyword))
    elif isinstance(one, Move):
        yield Doing(Do.MOVE, str(one.folder))
    elif isinstance(one, MakeTask):
        yield Doing(Do.TASK, one.title, days="" if one.days is None else str(one.days))
    else:
        yield Doing(_SIMPLE.get(type(one), Do.MARK_READ))
