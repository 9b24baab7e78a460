"""A sample of tests/faults/imports.py; with TECZKA_IMPORT_POINTS and TECZKA_IMPORT_KILLS as many as these say."""

import json
import os
import threading
from pathlib import Path

import pytest

from teczka.actions import importing
from teczka.actions.importing import run_import
from teczka.actions.verify import verify_all
from teczka.store.models import Import, Office, User
from teczka.store.viewer import as_user
from tests.conftest import OwnDatabase
from tests.faults import import_lives as imports
from tests.faults.lives import PACKED, Points
from tests.processes import Teczka

POINTS = int(os.environ.get("TECZKA_IMPORT_POINTS", "3"))
KILLS = int(os.environ.get("TECZKA_IMPORT_KILLS", "1"))


@pytest.fixture
def office(own_database: OwnDatabase) -> Office:
    return Office.objects.create(name="Kancelaria Lipowa")


def person(office: Office) -> User:
    number = User.objects.count()
    return User.objects.create_user(f"osoba{number}@lipowa.example", office=office, name=f"Osoba {number}")


def tell(**figures: object) -> None:
    path = os.environ.get("TECZKA_IMPORT_TOLD")
    if path:
        before = json.loads(Path(path).read_text()) if Path(path).exists() else {}
        Path(path).write_text(json.dumps(before | figures))


def test_a_process_that_dies_at_any_point_loses_nothing_and_doubles_nothing(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_MESSAGES", imports.BATCH)
    source = imports.write(tmp_path / "a.zip")
    first, points = imports.sent_up(person(office), source), Points()
    with points.installed():
        assert run_import(first.pk, first.owner_id, threading.Event())
    imports.whole(first)
    assert {"os.fsync", "os.rename", "commit"} <= points.seen
    assert points.seen & PACKED
    tried = range(1, points.count + 1, max(points.count // POINTS, 1))
    died = 0
    for at in tried:
        row = imports.sent_up(person(office), source)
        died += imports.dies(row, at)
        assert not imports.dies(row, 0)
        imports.whole(row)
    found = verify_all()
    assert found.clean, found.faults
    assert died >= len(tried) - 5  # how many points there are differs a little from life to life
    tell(points=points.count, tried=len(tried), died=died, kinds=sorted(points.seen), orphans=len(found.orphans))


def test_the_command_that_is_killed_goes_on_when_it_is_called_again(
    office: Office, own_database: OwnDatabase, tmp_path: Path
) -> None:
    anna = person(office)
    messages = max(800, 1_200 * (KILLS - 1))  # more than come between the kills, and before a late one
    source = imports.write(tmp_path / "a.zip", messages)
    teczka = Teczka(Path(own_database.environment["TECZKA_DATA"]), own_database.environment)
    words = ("import", "--user", anna.email, "--to", "Import", str(source))
    hit, partial = imports.survive_kills(teczka, words, anna, KILLS, 1, messages)
    with as_user(anna.pk):
        (row,) = Import.objects.select_related("account").filter(owner=anna)
    imports.whole(row, messages)
    found = verify_all()
    assert found.clean, found.faults
    tell(kills=hit, with_a_part_imported=partial, messages=messages)
