"""Everybody asks for everything, in every way that an address offers, and what comes back is held against who may see what."""

import re
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus
from uuid import uuid4
from zlib import crc32

from django.db import connection, reset_queries, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from teczka.web.urls import urlpatterns
from tests.web.access.world import OWNERS_ALONE, Thing, World
from tests.web.conftest import browser

PARAMETERS = {str(pattern.name): tuple(pattern.pattern.converters) for pattern in urlpatterns}
# What stands in an address beside the thing that it is of.
BESIDE = {"path": "2", "verb": "remove", "kind": "csv"}
# Addresses of none of the matrix's things. tests/web/test_sweep.py asks for them, and tests/web/test_rules.py for runs.
ELSEWHERE = {
    "written",
    "token", "provider", "offer_id", "person_id", "diagnosis_id", "act_id", "operation_id", "run_id",
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
LOOKED_FOR = {"q": "zq"}  # as all words of the matrix begin
# Where things are named by the fields of a form, and what else such forms want.
ACTING = (
    "file",
    "filing_choose",
    "filing_never",
    "filing_aside",
    "act",
    "compose_new",
    "task_add",
    "task_quick",
    "task_told",
)
FORM = {
    "verb": "star",
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
_DRAWN = re.compile(rb"\b[A-Za-z0-9]{64}\b|nonce-[\w+/=-]+|nonce=\"[^\"]+\"")  # anew for each page
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

    def but(self, *ids: str) -> tuple[int, bytes]:
        """Without what was asked for, where a page repeats it."""
        body = _DRAWN.sub(b"", self.body)
        for one in ids:
            for written in (one, quote(one), quote_plus(one)):
                body = body.replace(written.encode(), b"?")
        return self.status, body


@dataclass
class Found:
    """What went wrong, and which words each person met."""

    shapes: bool  # of queries are compared, too
    whole: bool = False  # by each method that an address takes; else by one
    wrong: list[str] = field(default_factory=list)
    met: dict[str, set[str]] = field(default_factory=dict)
    taken: dict[str, list[str]] = field(default_factory=dict)  # methods, by the address's name

    def methods(self, client: Client, name: str, ids: dict[str, str]) -> list[str]:
        if name not in self.taken:
            said = {method: ask(client, address(name, ids), method).status for method in ("GET", "POST")}
            self.taken[name] = [method for method, status in said.items() if status != NOT_ALLOWED]
        return self.taken[name] if self.whole else self.taken[name][:1]


def ask(client: Client, where: str, method: str = "GET", fields: dict[str, str] | None = None) -> Answer:
    reset_queries()  # only so many are kept
    with CaptureQueriesContext(connection) as queries:
        made = client.get(where, fields or {}) if method == "GET" else client.post(where, fields or {})
    return Answer(made.status_code, whole(made), [query["sql"] for query in queries])


def whole(answer: HttpResponseBase) -> bytes:
    content = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type, attr-defined]
    headers = (
        f"{name}: {value}" for name, value in sorted(answer.items()) if name not in {"Set-Cookie", "Content-Length"}
    )
    return content + "\n".join(headers).encode()


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
    return reverse(name, kwargs={one: BESIDE.get(one) or ids[one] for one in PARAMETERS[name]})


def without_things() -> list[str]:
    return [name for name, wanted in PARAMETERS.items() if set(wanted) <= set(BESIDE) and name not in NOT_ASKED]


class Visitor:
    """One person, in one browser."""

    def __init__(self, world: World, name: str, found: Found) -> None:
        self.world, self.name, self.found = world, name, found
        self.client = browser(world.person(name))
        self.hidden = [thing for thing in world.things if name not in thing.sees]
        self.words = {thing.word.encode() for thing in self.hidden} - {
            thing.word.encode() for thing in world.things if name in thing.sees
        }
        self.hidden_ids = {thing.id for thing in self.hidden}
        found.met[name] = set()
        self._nowhere: dict[tuple[str, ...], dict[str, tuple[tuple[str, ...], Answer]]] = {}

    def look(self, told: str, answer: Answer, *asked: str) -> None:
        """Nothing that they may not see is in it: no word, no id."""
        status, body = answer.but(*asked)
        if status >= 500:
            self.found.wrong.append(f"{told}: {status}")
        low = body.lower()
        leaks = [word.decode() for word in self.words if word.lower() in low]
        leaks += [one for one in self.hidden_ids if one.encode() in low]
        self.found.wrong += [f"{told}: meets {leak}" for leak in leaks]
        self.found.met[self.name] |= {thing.word for thing in self.world.things if thing.word.encode() in body}

    def try_hidden(self, name: str, thing: Thing) -> None:
        """What they may not see and what is not there are one answer after the same questions."""
        for method, (nothing, not_there) in self.nowhere(name, thing).items():
            told = f"{name} of {thing.name} as {self.name} by {method}"
            not_theirs = ask(self.client, address(name, thing.ids), method)
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
                method: (tuple(ids.values()), ask(self.client, address(name, ids), method))
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
        answer = ask(self.client, reverse(name, args=[written]))
        self.look(told, answer)
        if word.encode() in self.words:
            self.same(told, answer, ask(self.client, reverse(name, args=[UNHEARD_OF])), (written,), (UNHEARD_OF,))

    def try_page(self, name: str) -> None:
        """As it is, and asked for things that they may not see: one of each kind at once, since a page looks for each by its field."""
        told, where = f"{name} as {self.name}", address(name, {})
        plain = ask(self.client, where, "GET", LOOKED_FOR)
        self.look(told, plain)
        if name in GROWING:
            return
        by_kind = {thing.parameter: thing.id for thing in self.hidden}
        fields = {field: by_kind[kind] for field, kind in FIELDS.items() if kind in by_kind}
        hidden = ask(self.client, where, "GET", LOOKED_FOR | fields)
        ids = tuple(fields.values())
        if hidden.but(*ids) == plain.but(*ids) and hidden.shape == plain.shape:
            return  # it takes no heed of them
        nothing = {field: str(uuid4()) for field in fields}
        self.look(told, hidden, *ids)
        self.same(told, hidden, ask(self.client, where, "GET", LOOKED_FOR | nothing), ids, tuple(nothing.values()))


def acts(visitor: Visitor) -> None:
    """Everything that is done to what a form names: with a message or a case of one's own, or none, and one that is hidden."""
    own = {thing.parameter: thing.id for thing in visitor.world.things if visitor.name in thing.sees}
    hidden = {thing.parameter: thing.id for thing in visitor.hidden}
    form = FORM | {"assignee": str(visitor.world.person(visitor.name).public_id)}
    for name in ACTING:
        for noun in (one for one in ("case", "message", "task") if f"{one}_id" in hidden):
            kept = {one: own[f"{one}_id"] for one in ("case", "message") if one != noun and f"{one}_id" in own}
            theirs, nothing = hidden[f"{noun}_id"], str(uuid4())
            answers = [undone(visitor.client, reverse(name), form | kept | {noun: one}) for one in (theirs, nothing)]
            told = f"{name} with a {noun} as {visitor.name}"
            visitor.look(told, answers[0], theirs)
            for answer in answers:
                answer.body = _ID.sub(b"?", answer.body)  # an act's is drawn
            visitor.same(told, *answers, (), ())


def undone(client: Client, where: str, form: dict[str, str]) -> Answer:
    """What an act is answered, without its having been done."""
    with transaction.atomic():
        answer = ask(client, where, "POST", form | {"key": str(uuid4())})
        transaction.set_rollback(True)
    return answer


def drawn(things: list[Thing], lot: str) -> list[Thing]:
    """Two of them, others for another lot, and the same in each run."""
    first = crc32(lot.encode())
    return [things[(first + place) % len(things)] for place in range(min(2, len(things)))]


def everything(world: World, people: tuple[str, ...], *, shapes: bool, whole: bool) -> Found:
    found = Found(shapes, whole)
    for person in people:
        visitor = Visitor(world, person, found)
        for name in PARAMETERS:
            things = of_things(name, world, whole)
            hidden = [thing for thing in things if person not in thing.sees]
            for thing in hidden if whole else drawn(hidden, name + person):
                visitor.try_hidden(name, thing)
            for thing in things:
                if person in thing.sees:
                    visitor.try_seen(name, thing)
        for name in without_things():
            visitor.try_page(name)
        acts(visitor)
        for written, word in world.references.items():
            visitor.try_reference("reference", written, word)
    return found
