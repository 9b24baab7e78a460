"""What ends a command before it begins: one line on standard error that names what has to be mended."""

from pathlib import Path

import pytest

from tests.processes import Teczka

WRONG = {
    "an entry of the gate": ({"TECZKA_EGRESS_ALLOW": "office"}, "'office' is no address"),
    "an entry of what the gate shuts": ({"TECZKA_EGRESS_DENY": "office"}, "TECZKA_EGRESS_DENY: 'office' is no address"),
    "a proxy": ({"TECZKA_TRUSTED_PROXIES": "10.0.0.1, poczta"}, "TECZKA_TRUSTED_PROXIES must be addresses or networks"),
    "a number": ({"TECZKA_READERS": "some"}, "TECZKA_READERS must be a whole number"),
    "a database": ({"TECZKA_DATABASE_URL": "smieci"}, "TECZKA_DATABASE_URL must begin with postgresql://"),
    "what libpq reads otherwise": ({"TECZKA_DATABASE_URL": "postgresql://u:h%zz@h/t"}, "must be as postgresql://"),
    "a data folder that cannot be": ({"TECZKA_DATA": "/proc/nowhere"}, "The data folder cannot be used"),
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
