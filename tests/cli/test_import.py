"""`teczka import` and `teczka export --as`, from the command's words to its report."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from teczka.actions.path_imports import begin_paths
from teczka.cli import export, importing
from tests.cast import Cast, make_cast
from tests.conftest import OwnDatabase

LETTER = b"Subject: Pozew\r\n\r\nFrom tekst\r\n"


@pytest.fixture
def cast(own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The commands serve from the test's database, which stands already."""
    for module in (importing, export):
        monkeypatch.setattr(module, "house", nullcontext)
    return make_cast()


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    report: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return report


def test_files_come_in_and_what_cannot_is_told(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "poczta"
    source.mkdir()
    (source / "a.eml").write_bytes(LETTER)
    (source / "b.bin").write_bytes(b"\0\1")
    words = ["--user", cast.anna.email, "--to", "Stare", str(source), "--json"]
    assert importing.main(words) == 0
    report = told(capsys)
    assert (report["messages"], report["duplicates"], report["unreadable"], report["state"]) == (1, 0, 1, "done")
    assert importing.main(words) == 0
    assert told(capsys)["duplicates"] == 1
    (tmp_path / ".out.part" / "Stare.mbox").mkdir(parents=True)  # of one that was killed
    assert (
        export.main(["--account", str(report["account"]), "--to", str(tmp_path / "out"), "--as", "mbox", "--json"]) == 0
    )
    assert told(capsys)["messages"] == 1
    assert b">From tekst" in (tmp_path / "out" / "Stare.mbox").read_bytes()


def test_one_that_was_broken_off_is_gone_on_with(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "a.eml"
    source.write_bytes(LETTER)
    before = begin_paths(cast.anna, "Stare", [source])
    assert importing.main(["--user", cast.anna.email, "--to", "Stare", str(source), "--json"]) == 0
    report = told(capsys)
    assert (report["id"], report["messages"]) == (str(before.public_id), 1)


def test_a_file_of_which_nothing_comes_is_a_failure(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "a.pst"
    source.write_bytes(b"!BDN" + bytes(100))
    assert importing.main(["--user", cast.anna.email, "--to", "Stare", str(source)]) == 1
    assert "PST" in capsys.readouterr().err
    assert importing.main(["--user", cast.anna.email, "--to", "Stare", str(tmp_path / "nowhere")]) == 1
    assert importing.main(["--user", cast.anna.email, "--to", "a//b", str(source)]) == 1
