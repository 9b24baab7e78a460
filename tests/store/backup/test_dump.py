"""What becomes of pg_dump's failures. What it yields: tests/cli/test_backup.py."""

import pytest

from teczka.core.errors import Problem, Trouble
from teczka.store.backup.dump import dump


def test_over_tls_the_wheels_pg_dump_is_of_no_use_and_what_is_gets_named() -> None:
    with pytest.raises(Problem) as raised:
        list(dump("postgresql://teczka_owner@127.0.0.1:1/teczka?sslmode=verify-full", "00000003-1", None))
    assert raised.value.trouble is Trouble.DATABASE_FAILED
    assert "TECZKA_POSTGRES_BIN" in raised.value.detail
