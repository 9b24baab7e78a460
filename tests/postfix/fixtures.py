"""The pytest side: one Postfix for the whole run (per worker process), delivering into the run's Dovecot."""

import os
from collections.abc import Iterator

import pytest

from tests.dovecot.server import Dovecot
from tests.postfix.server import PROGRAM, Postfix


@pytest.fixture(scope="session")
def postfix(dovecot: Dovecot) -> Iterator[Postfix]:
    if os.getuid():
        pytest.skip("Postfix can be run by root alone")
    if not PROGRAM.exists():
        pytest.fail("Postfix is not installed (Debian: postfix)")
    with Postfix(dovecot) as server:
        yield server
