from collections.abc import Iterator

import pytest

from tests.dovecot.server import Dovecot
from tests.internet import Internet

DOMAIN = "lipowa.example"
HOSTS = tuple(f"{name}.{DOMAIN}" for name in ("imap", "pop3", "mail"))


@pytest.fixture(scope="session")
def domains_dovecot() -> Iterator[Dovecot]:
    """With a certificate for the usual names below lipowa.example."""
    with Dovecot((*HOSTS, "127.0.0.1")) as server:
        yield server


@pytest.fixture
def dovecot(domains_dovecot: Dovecot, internet: Internet) -> Dovecot:
    """Believed, but no name leads to it yet."""
    internet.trust(domains_dovecot.ca_pem)
    return domains_dovecot
