"""`teczka backup` and `teczka restore` as their keeper runs them: onto a clean machine, and onto an older PostgreSQL where there is one."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.utils import timezone

from teczka.cli import restore
from teczka.store.backup import mark
from teczka.store.models import Office
from tests.backed import backed
from tests.cast import make_cast
from tests.conftest import OwnDatabase
from tests.database import TestDatabase
from tests.processes import Teczka, empty

PASSPHRASE = "dwanaście znaków"
OLDER = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture
def teczka(own_database: OwnDatabase, test_database: TestDatabase) -> Teczka:
    owner = test_database.owner_dsn(own_database.name)
    backed(owner)
    environment = own_database.environment | {"TECZKA_DATABASE_OWNER_URL": owner}
    return Teczka(Path(environment["TECZKA_DATA"]), environment)


def test_everything_goes_to_a_clean_machine_and_waits_there_for_its_keeper(teczka: Teczka, tmp_path: Path) -> None:
    target = str(tmp_path / "office.teczka")
    told = teczka.tried("backup", target, "--passphrase-stdin", "--json", say=f"{PASSPHRASE}\n")
    *progress, made = (json.loads(line) for line in told.stdout.splitlines())
    assert told.returncode == 0, told.stderr
    assert progress[0].keys() == {"progress", "done", "total", "seconds_left"}
    assert (made["messages"], made["lost"]) == (3, 0)
    older = {"TECZKA_POSTGRES_BIN": str(OLDER)} if OLDER.is_dir() else {}
    with empty(TECZKA_BACKUP_PASSPHRASE=PASSPHRASE, **older) as there:
        there.environment.pop("TECZKA_DATABASE_URL", None)
        assert there("restore", target, "--json")["messages"] == 3
        found = there("verify", "--json")
        assert (found["clean"], found["messages"], found["documents"]) == (True, 3, 1)
        _is_left_alone_while_half_restored(there)


def _is_left_alone_while_half_restored(there: Teczka) -> None:
    mark.lay(there.data, "20261122T022200.000000Z-00000000")
    refused = there.tried("run")
    assert (refused.returncode, "teczka restore" in refused.stderr) == (1, True)


def test_what_opens_an_archive_is_never_an_argument_and_never_missing(teczka: Teczka, tmp_path: Path) -> None:
    refused = teczka.tried("backup", str(tmp_path / "one"))
    assert (refused.returncode, "TECZKA_BACKUP_PASSPHRASE" in refused.stderr) == (1, True)
    assert not (tmp_path / "one").exists()
    (tmp_path / "key").write_bytes(b"\xff" * 32)
    refused = teczka.tried("backup", str(tmp_path / "one"), "--passphrase-file", str(tmp_path / "key"))
    assert (refused.returncode, "named with --key-file" in refused.stderr) == (1, True)


@pytest.mark.usefixtures("db")
def test_who_connects_again_is_told_as_json_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Office.objects.filter(pk=make_cast().office.pk).update(restored_at=timezone.now())
    monkeypatch.setattr(restore, "house", nullcontext)
    assert restore.main(["--connect", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"offices": 1}
