"""Everybody asks for everything, in every way that an address offers, and what comes back is held against who may see what."""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar
from urllib.parse import quote, quote_plus
from uuid import uuid4
from zlib import crc32

from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from teczka.web.urls import urlpatterns
from tests.web.access.world import BESIDE, OWNERS_ALONE, Thing, World
from tests.web.conftest import browser
from tests.web.test_sweep import VERBS

Drawn = TypeVar("Drawn")

PARAMETERS = {str(pattern.name): tuple(pattern.pattern.converters) for pattern in urlpatterns}
# Addresses of none of the matrix's things. tests/web/test_sweep.py asks for them.
ELSEWHERE = {
    "written",
    "token", "topic", "provider", "offer_id", "person_id", "diagnosis_id", "act_id", "operation_id",
}  # fmt: skip
UNHEARD_OF = "III C 999/24"  # a reference that nothing bears
# Ways to name a thing beside the address: the field, of a form or of the query, and the parameter whose kind it names.
FIELDS = {
    "case": "case_id",
    "cases": "case_id",
    "message": "message_id",
    "messages": "message_id",
    "task": "task_id",
    "document": "document_id",
    "after": "case_id",
    "before": "document_id",
    "m": "message_id",
    "skip": "message_id",
}
LOOKED_FOR = {"q": "zq", "typing": "1"}  # as all words of the matrix begin
# Where things are named by the fields of a form, and what else such forms want.
ACTING = (
    "file",
    "filing_choose",
    "filing_never",
    "filing_aside",
    "act",
    "message_labels",
    "compose_new",
    "task_add",
    "task_quick",
    "task_told",
)
FORM = {
    "verb": "star",
    "on": "zq",
    "scope": "message",
    "how": "picker",
    "title": "zq",
    "line": "zq",
    "kind": "reply",
    "reminder": "0",
}
GROWING = {"office_audit_file"}  # that it was taken away stands in it the next time
NOT_ASKED = {"account_logout", "set_language", "account_login"}  # they end or change the visit itself
NOT_FOUND, NOT_ALLOWED = 404, 405
_DRAWN = re.compile(rb"\"[A-Za-z0-9]{64}\"|nonce-[\w+/=-]+|nonce=\"[^\"]+\"")  # anew for each page
_WORD = re.compile(rb"zq(?:(?!zq)[a-z])*?qz")  # of the matrix, in small letters
_ID = re.compile(rb"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
_VALUE = re.compile(r"\"s\d+_x\d+\"|'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")


@dataclass
class Answer:
    status: int
    body: bytes
    queries: list[str]

    @property
    def shape(self) -> list[str]:
        return [_VALUE.sub("?", query) for query in self.queries]

    @cached_property
    def _lasting(self) -> bytes:
        return _DRAWN.sub(b"", self.body)

    def but(self, *ids: str) -> tuple[int, bytes]:
        """Without what is drawn for each page, and what was asked for, where a page repeats it."""
        return self.status, without(self._lasting, ids)


@dataclass
class Found:
    """What went wrong, and which words each person met."""

    shapes: bool  # of queries are compared, too
    whole: bool = False  # by each method that an address takes; else by one
    wrong: list[str] = field(default_factory=list)
    met: dict[str, set[str]] = field(default_factory=dict)
    never_read: set[str] = field(default_factory=set)  # addresses that only take something
    taken: dict[str, list[str]] = field(default_factory=dict)  # methods, by the address's name

    def methods(self, client: Client, name: str, ids: dict[str, str]) -> list[str]:
        if name not in self.taken:
            said = {method: ask(client, address(name, ids), method).status for method in ("GET", "POST")}
            self.taken[name] = [method for method, status in said.items() if status != NOT_ALLOWED]
        return self.taken[name] if self.whole else self.taken[name][:1]


def ask(
    client: Client, where: str, method: str = "GET", fields: dict[str, str] | None = None, *, shape: bool = False
) -> Answer:
    """`shape`: with its queries, which are to be compared. Django's own log of them would have each planned anew."""
    queries: list[str] = []

    def note(execute: Callable[..., object], sql: str, *told: object) -> object:
        queries.append(sql)
        return execute(sql, *told)

    with connection.execute_wrapper(note) if shape else nullcontext():
        made = client.get(where, fields or {}) if method == "GET" else client.post(where, fields or {})
        body = whole(made)
    return Answer(made.status_code, body, queries)


def whole(answer: HttpResponseBase) -> bytes:
    content = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type, attr-defined]
    headers = (
        f"{name}: {value}" for name, value in sorted(answer.items()) if name not in {"Set-Cookie", "Content-Length"}
    )
    return content + "\n".join(headers).encode()


def without(body: bytes, ids: Iterable[str]) -> bytes:
    for one in ids:
        for written in {one, quote(one), quote_plus(one)}:
            body = body.replace(written.encode(), b"?")
    return body


def of_things(name: str, world: World, whole: bool) -> list[Thing]:
    """That this address can name; of those that the same people may see, in what the same people may see, one. Unless the matrix is
    `whole`, nothing of the kinds that are their owner's alone: tests/web/test_sweep.py asks for them."""
    parameters = [one for one in PARAMETERS[name] if one not in BESIDE]
    if not parameters or ELSEWHERE & set(parameters):
        return []
    named = parameters[-1]
    if named in OWNERS_ALONE and not whole:
        return []
    fitting = [thing for thing in world.things if thing.parameter == named and set(parameters) <= set(thing.ids)]
    return list({(thing.sees, *world.around(thing)): thing for thing in reversed(fitting)}.values())


def address(name: str, ids: dict[str, str]) -> str:
    beside = BESIDE | {"verb": VERBS.get(name, BESIDE["verb"])}
    return reverse(name, kwargs={one: beside.get(one) or ids[one] for one in PARAMETERS[name]})


def without_things() -> list[str]:
    return [name for name, wanted in PARAMETERS.items() if set(wanted) <= set(BESIDE) and name not in NOT_ASKED]


class Visitor:
    """One person, in one browser."""

    def __init__(self, world: World, name: str, found: Found) -> None:
        self.world, self.name, self.found = world, name, found
        self.client = browser(world.person(name))
        self.hidden = [thing for thing in world.things if name not in thing.sees]
        seen = {thing.word for thing in world.things if name in thing.sees}
        self.unmet = {word.encode() for word in seen}
        self.words = {thing.word.lower().encode(): thing.word for thing in self.hidden if thing.word not in seen}
        self.hidden_ids = {thing.id for thing in self.hidden}
        self._written_ids = [one.encode() for one in self.hidden_ids]
        self._others = [word for word in self.words if not _WORD.fullmatch(word)]
        found.met[name] = set()
        self._nowhere: dict[tuple[str, ...], dict[str, tuple[tuple[str, ...], Answer]]] = {}

    def look(self, told: str, answer: Answer, *asked: str) -> None:
        """Nothing that they may not see is in it: no word, no id."""
        body = without(answer.body, asked)
        if answer.status >= 500:
            self.found.wrong.append(f"{told}: {answer.status}")
        low = body.lower()
        stand = {*_WORD.findall(low), *(word for word in self._others if word in low)}
        leaks = [self.words[word] for word in stand if word in self.words]
        leaks += [one.decode() for one in self._written_ids if one in low]
        self.found.wrong += [f"{told}: meets {leak}" for leak in leaks]
        met = {word for word in self.unmet if word in body}
        self.unmet -= met
        self.found.met[self.name] |= {word.decode() for word in met}

    def try_hidden(self, name: str, thing: Thing) -> None:
        """What they may not see and what is not there are one answer after the same questions."""
        for method, (nothing, not_there) in self.nowhere(name, thing).items():
            told = f"{name} of {thing.name} as {self.name} by {method}"
            not_theirs = ask(self.client, address(name, thing.ids), method, shape=self.found.shapes)
            self.look(told, not_theirs)
            if not_theirs.status != NOT_FOUND:
                self.found.wrong.append(f"{told}: {not_theirs.status}")
            self.same(told, not_theirs, not_there, tuple(thing.ids.values()), nothing)

    def nowhere(self, name: str, thing: Thing) -> dict[str, tuple[tuple[str, ...], Answer]]:
        """By each method that the address takes: what was asked for, which is not there, and the answer."""
        key = name, *sorted(set(thing.ids.values()) - self.hidden_ids)
        if key not in self._nowhere:
            ids = {part: str(uuid4()) if one in self.hidden_ids else one for part, one in thing.ids.items()}
            self._nowhere[key] = {
                method: (tuple(ids.values()), ask(self.client, address(name, ids), method, shape=self.found.shapes))
                for method in self.found.methods(self.client, name, ids)
            }
        return self._nowhere[key]

    def same(self, told: str, one: Answer, other: Answer, ids: tuple[str, ...], others: tuple[str, ...]) -> None:
        if one.but(*ids) != other.but(*others):
            self.found.wrong.append(f"{told}: not the answer for what is not there")
        if self.found.shapes and one.shape != other.shape:
            self.found.wrong.append(f"{told}: {len(one.queries)} queries and not {len(other.queries)}, or others")

    def try_seen(self, name: str, thing: Thing) -> None:
        if "GET" not in self.found.taken.get(name, ["GET"]):
            return
        where = address(name, thing.ids)
        answer = ask(self.client, where)
        self.look(f"{name} of {thing.name} as {self.name}", answer, *thing.ids.values())

    def try_reference(self, name: str, written: str, word: str) -> None:
        told = f"{name} of {written} as {self.name}"
        hidden = word.lower().encode() in self.words
        shape = hidden and self.found.shapes
        answer = ask(self.client, reverse(name, args=[written]), shape=shape)
        self.look(told, answer)
        if hidden:
            nothing = ask(self.client, reverse(name, args=[UNHEARD_OF]), shape=shape)
            self.same(told, answer, nothing, (written,), (UNHEARD_OF,))

    def try_page(self, name: str, *, named: bool) -> None:
        """As it is, and, where they are `named`, asked for things that they may not see: one of each kind at once, since a page looks
        for each by its field."""
        if name in self.found.never_read:
            return
        told, where = f"{name} as {self.name}", address(name, {})
        shape = named and self.found.shapes
        plain = ask(self.client, where, "GET", LOOKED_FOR, shape=shape)
        self.look(told, plain)
        if plain.status == NOT_ALLOWED:
            self.found.never_read.add(name)
        if not named or name in GROWING or plain.status == NOT_ALLOWED:
            return
        by_kind = {thing.parameter: thing.id for thing in self.hidden}
        fields = {field: by_kind[kind] for field, kind in FIELDS.items() if kind in by_kind}
        hidden = ask(self.client, where, "GET", LOOKED_FOR | fields, shape=shape)
        ids = tuple(fields.values())
        if hidden.but(*ids) == plain.but(*ids) and hidden.shape == plain.shape:
            return  # it takes no heed of them
        nothing = {field: str(uuid4()) for field in fields}
        self.look(told, hidden, *ids)
        not_there = ask(self.client, where, "GET", LOOKED_FOR | nothing, shape=shape)
        self.same(told, hidden, not_there, ids, tuple(nothing.values()))


def acts(visitor: Visitor, names: Iterable[str]) -> None:
    """What is done to what a form names: with a message or a case of one's own, or none, and one that is hidden."""
    own = {thing.parameter: thing.id for thing in visitor.world.things if visitor.name in thing.sees}
    hidden = {thing.parameter: thing.id for thing in visitor.hidden}
    form = FORM | {"assignee": str(visitor.world.person(visitor.name).public_id)}
    for name in names:
        for noun in (one for one in ("case", "message", "task") if f"{one}_id" in hidden):
            kept = {one: own[f"{one}_id"] for one in ("case", "message") if one != noun and f"{one}_id" in own}
            theirs, nothing = hidden[f"{noun}_id"], str(uuid4())
            asked = (form | kept | {noun: one} for one in (theirs, nothing))
            answers = [undone(visitor.client, reverse(name), told, visitor.found.shapes) for told in asked]
            told = f"{name} with a {noun} as {visitor.name}"
            visitor.look(told, answers[0], theirs)
            for answer in answers:
                answer.body = _ID.sub(b"?", answer.body)  # an act's is drawn
            visitor.same(told, *answers, (), ())


def undone(client: Client, where: str, form: dict[str, str], shape: bool) -> Answer:
    """What an act is answered, without its having been done."""
    with transaction.atomic():
        answer = ask(client, where, "POST", form | {"key": str(uuid4())}, shape=shape)
        transaction.set_rollback(True)
    return answer


def drawn(things: Sequence[Drawn], lot: str, many: int) -> list[Drawn]:
    """So many of them, others for another lot, and the same in each run."""
    first = crc32(lot.encode())
    return [things[(first + place) % len(things)] for place in range(min(many, len(things)))]


def everything(world: World, people: tuple[str, ...], *, shapes: bool, whole: bool) -> Found:
    """Unless it is `whole`, everybody is denied one thing at each address, and a third of them try what pages are told by fields."""
    found, third = Found(shapes, whole), len(people) // 3
    for person in people:
        visitor = Visitor(world, person, found)
        for name in PARAMETERS:
            things = of_things(name, world, whole)
            hidden = [thing for thing in things if person not in thing.sees]
            for thing in hidden if whole else drawn(hidden, name + person, 1):
                visitor.try_hidden(name, thing)
            for thing in things:
                if person in thing.sees:
                    visitor.try_seen(name, thing)
        for name in without_things():
            visitor.try_page(name, named=whole or person in drawn(people, name, third))
        acts(visitor, [name for name in ACTING if whole or person in drawn(people, name, third)])
        for written, word in world.references.items():
            visitor.try_reference("reference", written, word)
    return found
