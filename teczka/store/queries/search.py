"""Search as a person: what they may find, the newest or the best first. What they may not see is in no hit, no count and no hint."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from teczka.core.search import Query
from teczka.core.search_tree import Hint, Node
from teczka.language.asking import Asked, tsquery
from teczka.language.fields import Field
from teczka.store.models import User
from teczka.store.queries import walls
from teczka.store.queries.asked import branches, named_words
from teczka.store.queries.hits import Hit, Place, hit, hits, rows_of
from teczka.store.queries.meant import known, unmeant
from teczka.store.viewer import TookTooLongError, as_user

BLOCK = 50
COUNTED = 1_000  # hits are counted up to here
SECONDS = 5.0  # then it is ended

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Found:
    """Inner ids of messages, in their order. `hints`: those of the query, and what the store knows beside."""

    places: list[Place]
    more: bool
    hints: tuple[tuple[Hint, str], ...] = ()

    @property
    def ids(self) -> list[int]:
        return [place.id for place in self.places]


@dataclass(frozen=True, slots=True)
class Shown:
    """How many were found, and rows of the first of them."""

    count: int
    more: bool  # than were counted
    hits: list[Hit]
    hints: tuple[tuple[Hint, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    indexed: int
    all: int


def search(
    viewer: User,
    query: Query,
    after: Place | None = None,
    most: int = BLOCK,
    *,
    skip: int = 0,
    best: bool = False,
    keep: Place | None = None,
) -> Found:
    """A page of hits behind a place. `skip` rows more are passed over: it costs them. `keep`: what stood there stays, found or not, as long
    as the viewer may see it. Nothing asked: nothing found. TookTooLongError."""
    if query.node is None:
        return Found([], False, query.hints)
    with as_user(viewer.pk):
        asked = _Asked(viewer, query.node)
        wanted = skip + most + 1
        found: list[Place] = []
        for tier, words in enumerate(asked.tiers() if best else [""]):
            if after and tier < after.tier:
                continue
            behind = after if after and after.tier == tier else None
            found += asked.newest(tier, words, behind, wanted - len(found), keep)
            if len(found) >= wanted:
                break
    return Found(found[skip : skip + most], len(found) > skip + most, asked.hints(query))


def shown(
    viewer: User,
    query: Query,
    after: Place | None = None,
    most: int = BLOCK,
    *,
    skip: int = 0,
    best: bool = False,
    rows: int = BLOCK,
    keep: Place | None = None,
) -> Shown:
    """As `search`, and `rows` of what it finds; the newest and their rows by one statement. What takes too long finds nothing, and a hint
    says so."""
    if query.node is None:
        return Shown(0, False, [], query.hints)
    try:
        if best or not rows:
            with as_user(viewer.pk):
                found = search(viewer, query, after, most, skip=skip, best=best, keep=keep)
                return Shown(len(found.places), found.more, hits(viewer, found.places[:rows]), found.hints)
        asked = _Asked(viewer, query.node)
        told = asked.rows(after, skip + most + 1, skip, min(rows, most), keep)
    except TookTooLongError:
        return Shown(0, True, [], (*query.hints, (Hint.SLOW, "")))
    count = max((count for count, _ in told), default=skip) - skip
    return Shown(min(count, most), count > most, [hit for _, hit in told], asked.hints(query))


def count(viewer: User, query: Query, most: int = COUNTED) -> tuple[int, bool]:
    """How many hits, and whether there are more than that."""
    found = search(viewer, query, most=most)
    return len(found.places), found.more


def coverage(viewer: User) -> Coverage:
    """Of the viewer's own mail: how much of it can be found."""
    found = walls.read(
        viewer,
        Coverage,
        f"""SELECT n - (SELECT count(*) FROM store_message m WHERE m.indexed_with IS NULL AND {walls.mine("m")}), n
            FROM (SELECT count(*) AS n FROM store_message m WHERE {walls.mine("m")}) every""",
    )
    return found[0]


class _Asked:
    def __init__(self, viewer: User, node: Node) -> None:
        self.viewer = viewer
        meant = known(viewer)
        self.branches, self.cut = branches(node, meant)
        self.named_words = partial(named_words, node, meant.own)
        self.unmeant = unmeant(node, meant)

    def tiers(self) -> Iterator[str]:
        """tsqueries, the best first, no hit in two: all words as they are written in the subject; in the subject; there or in people;
        there or in file names; as they are written, anywhere; in any form."""
        passed: list[str] = []
        named = self.named_words()
        steps = [
            (True, [Field.SUBJECT]),
            (False, [Field.SUBJECT]),
            (False, [Field.SUBJECT, Field.FROM, Field.TO]),
            (False, [Field.SUBJECT, Field.FROM, Field.TO, Field.FILE]),
            (True, [Field.TEXT]),
        ]
        for exact, fields in steps if named else []:
            step = " & ".join(_in_one_of(word, fields, exact=exact) for word in named)
            yield " & ".join([f"({step})", *passed])
            passed.append(f"!({step})")
        yield " & ".join(passed)

    def newest(self, tier: int, words: str, after: Place | None, most: int, keep: Place | None) -> list[Place]:
        kept = _kept(keep, tier, after)
        return self._read(
            lambda id_, at: Place(tier, at, id_), self._source(kept=bool(kept)), words, after, most, **kept
        )

    def rows(self, after: Place | None, most: int, skip: int, rows: int, keep: Place | None) -> list[tuple[int, Hit]]:
        """Of the newest, and with each how many there are."""
        window = "SELECT message FROM found ORDER BY at DESC, message DESC OFFSET %(skip)s LIMIT %(rows)s"
        kept = _kept(keep, 0, after)
        return self._read(
            lambda count, *row: (count, hit(0, row)),
            rows_of(self._source(kept=bool(kept)), window),
            "",
            after,
            most,
            skip=skip,
            rows=rows,
            **kept,
        )

    def hints(self, query: Query) -> tuple[tuple[Hint, str], ...]:
        return tuple(dict.fromkeys((*query.hints, *([(Hint.MANY, "")] if self.cut else []), *self.unmeant)))

    def _source(self, *, kept: bool) -> str:
        """SQL: places of the newest of all branches."""
        each = [
            f"""SELECT message, at FROM teczka_search(%(words{n})s::tsquery, %(phrases{n})s::tsquery[], %(forbidden{n})s::tsquery[],
                %(sifts{n})s::jsonb, %(since{n})s, %(at{n})s, %(id{n})s, %(most)s)"""
            for n in range(len(self.branches))
        ]
        if kept:
            each.append(
                f"SELECT m.id, m.internaldate FROM store_message m WHERE m.id = %(kept)s AND {walls.visible('m')}"
            )
        return f"{' UNION '.join(each)} ORDER BY at DESC, message DESC LIMIT %(most)s"

    def _read(
        self, row: Callable[..., Row], sql: str, words: str, after: Place | None, most: int, **more: int
    ) -> list[Row]:
        given: dict[str, Any] = {"most": most, **more}
        for n, branch in enumerate(self.branches):
            before = min((branch.until, 0), (after.internaldate, after.id)) if after else (branch.until, 0)
            given |= {
                f"words{n}": " & ".join(filter(None, [*branch.words, words])),
                f"phrases{n}": list(branch.phrases),
                f"forbidden{n}": list(branch.forbidden),
                f"sifts{n}": f"[{','.join(branch.sifts)}]",
                f"since{n}": branch.since,
                f"at{n}": before[0],
                f"id{n}": before[1],
            }
        return walls.read_within(SECONDS, self.viewer, row, sql, **given)


def _kept(keep: Place | None, tier: int, after: Place | None) -> dict[str, int]:
    """The parameter, where this place is of the tier and behind the other one."""
    there = keep is not None and keep.tier == tier and (after is None or after.tier != tier or keep[1:] < after[1:])
    return {"kept": keep.id} if keep and there else {}


def _in_one_of(word: Asked, fields: Sequence[Field], *, exact: bool) -> str:
    return f"({' | '.join(tsquery(word.exact if exact else word.terms, field) for field in fields)})"
