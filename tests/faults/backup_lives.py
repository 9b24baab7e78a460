"""Lives of a backup and of a restore that end at the N-th write, and what must be true after each: every backup that an archive lists is
whole, an older one is as it was, and whoever begins again comes to the end."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import psycopg

from teczka.actions.backup_opening import check
from teczka.actions.restore import backups
from teczka.store.backup import mark
from teczka.store.backup.envelope import KEY
from tests.backed import OPENS, Backed, Elsewhere, digests_here, elsewhere, letter, untold
from tests.database import TestDatabase
from tests.faults.lives import Points, has_died, in_a_child


@dataclass
class Writes(Points):
    """Those of lives.Points, each name that is taken away, and whatever is said to a database beside Django's connection."""

    @contextmanager
    def installed(self) -> Iterator[None]:
        with super().installed(), ExitStack() as stack:
            for owner, name in (
                (os, "unlink"),
                (psycopg.Connection, "execute"),
                (psycopg.Connection, "commit"),
                (psycopg.Copy, "write"),
            ):
                before = self._before(f"{owner.__name__}.{name}", getattr(owner, name))
                stack.enter_context(mock.patch.object(owner, name, before))
            yield


def dies(work: Callable[[], object], at: int) -> bool:
    """Work in a child that dies at this point. False where it came to its end before."""

    def life() -> None:
        with Writes(at).installed():
            work()

    return has_died(in_a_child(life))


def points(work: Callable[[], object]) -> int:
    """How many there are in a life that comes to its end."""
    counted = Writes()
    with counted.installed():
        work()
    return counted.count


def a_backup_dies(office: Backed, target: str, at: int, number: int) -> bool:
    """One that adds to others, dies, and is made again. Whether it died."""
    had = _listed(target)
    office.arrive(letter(1_000 + number))
    died = dies(lambda: office.up(target), at)
    _every_one_is_whole(target, had)
    office.up(target)
    assert len(_listed(target)) > len(had) or not target.endswith("/")
    _every_one_is_whole(target, had)
    return died


def a_removal_dies(office: Backed, target: str, at: int) -> bool:
    """Of older backups, at the end of a new one. Whatever is still listed is whole, and the next removal leaves nothing over."""
    died = dies(lambda: office.up(target, days=-1), at)
    _every_one_is_whole(target, [])
    office.up(target, days=-1)
    found = check(target, OPENS, untold)
    assert (found.snapshots, found.left_over, found.faults) == (1, 0, [])
    return died


def a_restore_dies(office: Backed, target: str, at: int, database: TestDatabase, folder: Path) -> bool:
    with elsewhere(database, folder) as there:
        died = dies(lambda: there.restore(target), at)
        if died and mark.read(there.ours.data) is None:
            _nothing_or_all(there, office)
        if not mark.is_empty(there.ours.data) and mark.read(there.ours.data) is None:
            return died  # all of it: it died after the last write
        there.restore(target)
        assert there.stored() == digests_here(office.owner)
        assert mark.read(there.ours.data) is None
    return died


def all_came_back(office: Backed, target: str, database: TestDatabase, folder: Path) -> None:
    with elsewhere(database, folder) as there:
        there.restore(target)
        assert there.stored() == digests_here(office.owner)


def _nothing_or_all(there: Elsewhere, office: Backed) -> None:
    """Without the mark nobody is kept from serving what lies there."""
    if not mark.is_empty(there.ours.data):
        assert there.stored() == digests_here(office.owner)


def _every_one_is_whole(target: str, had: list[str]) -> None:
    there = _listed(target)
    assert set(had) <= set(there) or not target.endswith("/")
    assert not had or there
    if there:
        assert check(target, OPENS, untold).faults == []


def _listed(target: str) -> list[str]:
    path = Path(target)
    begun = (path / KEY).exists() if target.endswith("/") else path.exists()
    return [one.id for one in backups(target, OPENS)] if begun else []
