"""Dying at writes of backups and restores, and archives in which a byte is another: nothing half is ever taken for whole."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from teczka.actions.backup_opening import check
from teczka.core.errors import Problem
from teczka.store.backup.envelope import KEY
from tests.backed import OPENS, Backed, backed, elsewhere, untold
from tests.conftest import OwnDatabase
from tests.database import TestDatabase
from tests.faults import backup_kills
from tests.faults.backup_lives import a_backup_dies, a_removal_dies, a_restore_dies, all_came_back, points

POINTS = int(os.environ.get("TECZKA_BACKUP_POINTS", "6"))
KILLS = int(os.environ.get("TECZKA_BACKUP_KILLS", "0"))
FLIPS = int(os.environ.get("TECZKA_BACKUP_FLIPS", "60"))
SEED = int(os.environ.get("TECZKA_BACKUP_SEED", "1"))

pytestmark = pytest.mark.faults


@pytest.fixture
def office(own_database: OwnDatabase, test_database: TestDatabase) -> Backed:
    return backed(test_database.owner_dsn(own_database.name))


def spread(count: int, most: int) -> list[int]:
    """So many points out of 1…count, over all of them; round and round where more are asked for than there are."""
    return sorted({1 + at * (count - 1) // max(1, most - 1) for at in range(most)}) if most < count else [
        1 + at % count for at in range(most)
    ]  # fmt: skip


@pytest.mark.parametrize("place", ["set/", "one.teczka"])
def test_a_backup_that_dies_leaves_every_older_one_whole_and_is_made_again(
    office: Backed, test_database: TestDatabase, tmp_path: Path, place: str
) -> None:
    target = f"{tmp_path}/{place}"
    count = points(lambda: office.up(target))
    died = sum(a_backup_dies(office, target, at, number) for number, at in enumerate(spread(count, POINTS // 3)))
    all_came_back(office, target, test_database, tmp_path / "back")
    report(f"{died} crashes of a backup into {place}, of {count} points")
    assert died


def test_a_removal_of_old_backups_that_dies_takes_nothing_that_is_named(office: Backed, tmp_path: Path) -> None:
    target = f"{tmp_path}/set/"
    office.up(target)
    count = points(lambda: office.up(target, days=-1))
    died = sum(a_removal_dies(office, target, at) for at in spread(count, POINTS // 3))
    report(f"{died} crashes of a backup that removes others, of {count} points")
    assert died


def test_a_restore_that_dies_is_never_taken_for_whole_and_goes_on(
    office: Backed, test_database: TestDatabase, tmp_path: Path
) -> None:
    target = f"{tmp_path}/set/"
    office.up(target)
    with elsewhere(test_database, tmp_path / "first") as there:
        count = points(lambda: there.restore(target))
    died = 0
    for number, at in enumerate(spread(count, max(2, POINTS // 3))):
        died += a_restore_dies(office, target, at, test_database, tmp_path / f"there-{number}")
    report(f"{died} crashes of a restore, of {count} points")
    assert died


@pytest.mark.parametrize("place", ["set/", "one.teczka"])
def test_a_byte_that_is_another_is_found_and_named_wherever_it_lies(office: Backed, tmp_path: Path, place: str) -> None:
    target, random = f"{tmp_path}/{place}", Random(SEED)
    office.up(target)
    files = sorted(one for one in tmp_path.rglob("*") if one.is_file())
    for number in range(FLIPS):
        file = files[number % len(files)]
        with flipped(file, random):
            named = faults(target)
        assert named
        if place == "set/":
            assert file.name in " ".join(named)
    assert faults(target) == []


def test_a_piece_that_is_lost_cut_or_another_is_found_and_named(office: Backed, tmp_path: Path) -> None:
    target = f"{tmp_path}/set/"
    office.up(target)
    pieces = sorted(one for one in tmp_path.rglob("*") if one.is_file() and one.name != Path(KEY).name)
    for number, file in enumerate(pieces):
        whole = file.read_bytes()
        for other in (b"", whole[:-1], whole + b"x", pieces[number - 1].read_bytes()):
            file.write_bytes(other)
            assert file.name in " ".join(faults(target))
        file.unlink()
        told = faults(target)
        assert file.name in " ".join(told) or told == ["it holds no backup"]
        file.write_bytes(whole)
    assert faults(target) == []


@pytest.mark.skipif(not KILLS, reason="python -m tests.faults.backups --kills")
def test_kills_at_any_moment_leave_backups_whole(
    own_database: OwnDatabase, test_database: TestDatabase, tmp_path: Path
) -> None:
    told = backup_kills.survive(own_database, test_database, tmp_path, KILLS, SEED)
    report(str(dict(Counter(told))))


def faults(target: str) -> list[str]:
    try:
        return check(target, OPENS, untold).faults
    except Problem as problem:
        return [f"{problem.trouble.value} {problem.params}"]


@contextmanager
def flipped(file: Path, random: Random) -> Iterator[None]:
    whole = file.read_bytes()
    at = random.randrange(len(whole))
    file.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << random.randrange(8)]) + whole[at + 1 :])
    yield
    file.write_bytes(whole)


def report(told: str) -> None:
    """Seen with -s."""
    sys.stdout.write(told + "\n")
