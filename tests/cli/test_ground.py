"""What ends a command before it begins: one line on standard error that names what has to be mended."""

import os
from pathlib import Path

import pytest

from teczka.cli import ground
from tests.processes import Teczka

WRONG = {
    "an entry of the gate": ({"TECZKA_EGRESS_ALLOW": "office"}, "'office' is no address"),
    "an entry of what the gate shuts": ({"TECZKA_EGRESS_DENY": "office"}, "TECZKA_EGRESS_DENY: 'office' is no address"),
    "a proxy": ({"TECZKA_TRUSTED_PROXIES": "10.0.0.1, poczta"}, "TECZKA_TRUSTED_PROXIES must be addresses or networks"),
    "a number": ({"TECZKA_READERS": "some"}, "TECZKA_READERS must be a whole number"),
    "a database": ({"TECZKA_DATABASE_URL": "smieci"}, "TECZKA_DATABASE_URL must begin with postgresql://"),
    "what libpq reads otherwise": ({"TECZKA_DATABASE_URL": "postgresql://u:h%zz@h/t"}, "must be as postgresql://"),
    "a data folder that cannot be": ({"TECZKA_DATA": "/proc/nowhere"}, "The data folder cannot be used"),
    "a data folder that is a file": ({"TECZKA_DATA": __file__}, "The data folder cannot be used: Not a directory"),
}


@pytest.mark.parametrize(("environment", "said"), WRONG.values(), ids=WRONG.keys())
def test_a_setting_that_cannot_be_used_is_told_in_one_line(
    environment: dict[str, str], said: str, tmp_path: Path
) -> None:
    teczka = Teczka(tmp_path / "data")
    teczka.environment |= environment
    done = teczka.begun("doctor")
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_whoever_is_not_the_data_folders_user_is_told_so_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root beside the service, above all: its database knows its own user alone."""
    (tmp_path / "lock").touch()
    there = (tmp_path / "lock").stat().st_uid
    monkeypatch.setenv("TECZKA_DATA", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: there + 1)
    with pytest.raises(
        SystemExit, match=f"The data folder {tmp_path} is the user .*'s. Run this command as that user."
    ):
        ground.lay(["doctor"])
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_root_begins_nothing_in_a_folder_that_was_made_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() == 0:
        os.chown(tmp_path, 65534, -1)
    monkeypatch.setenv("TECZKA_DATA", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(SystemExit, match=r"Run this command as that user\."):
        ground.lay(["migrate"])
    assert not list(tmp_path.iterdir())
