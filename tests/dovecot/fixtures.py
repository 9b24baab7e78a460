"""The pytest side of the test server: one Dovecot for the whole run (per worker process), a fresh user for each test."""

from collections.abc import Iterator

import pytest

from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import PROGRAM, Dovecot


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    if PROGRAM is None:
        pytest.fail("Dovecot is not installed (Debian: dovecot-imapd)")
    with Dovecot() as server:
        yield server


@pytest.fixture
def mailbox(dovecot: Dovecot) -> Mailbox:
    """A mailbox of the test's own."""
    return dovecot.add_user()
