"""The data of every release opens in this one: restored, brought to today's shape, verified; and every page of it answers."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from teczka.actions.backup import Order, back_up
from tests.backed import Elsewhere, elsewhere, untold
from tests.conftest import OwnDatabase
from tests.database import TestDatabase
from tests.forked import forked
from tests.releases import office
from tests.releases.look import look as look_at

MADE = sorted(office.RELEASES.glob("*.teczka"))


def opens(file: Path, database: TestDatabase, folder: Path) -> dict[str, Any]:
    with elsewhere(database, folder) as there:
        done = there.restore(str(file), office.OPENS)
        assert done.stopped == len(office.ON_THE_WAY)
        told = look(there)
    assert told["clean"], told["faults"]
    assert told["messages"] == done.messages > 0
    assert set(told["pages"].values()) == {200}, {one: status for one, status in told["pages"].items() if status != 200}
    assert office.PASSWORD in told["passwords"]
    return told


def look(there: Elsewhere) -> dict[str, Any]:
    done = forked(look_at, {**os.environ, **there.environment()})
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("file", MADE, ids=[file.stem for file in MADE])
def test_the_data_of_a_release_opens(
    file: Path, test_database: TestDatabase, own_database: OwnDatabase, tmp_path: Path
) -> None:
    assert file.stat().st_size < office.MOST_BYTES
    opens(file, test_database, tmp_path / "there")


def test_what_is_made_for_releases_to_come_opens_in_this_one(
    test_database: TestDatabase, own_database: OwnDatabase, tmp_path: Path
) -> None:
    office.make()
    file = tmp_path / "today.teczka"
    back_up(Order(str(file), office.OPENS, test_database.owner_dsn(own_database.name)), untold)
    told = opens(file, test_database, tmp_path / "there")
    people = Counter(line.split(" ", 1)[0] for line in told["pages"])
    assert len(people) > 3
    assert file.stat().st_size < office.MOST_BYTES
