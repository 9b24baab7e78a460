"""The demo's servers for tests: plain, and behind TLS."""

from collections.abc import Callable, Iterator

import pytest

from teczka.remote.types import Security
from tests.remote.demo.house import House


@pytest.fixture
def house() -> Iterator[House]:
    running = House()
    yield running
    running.stop()


@pytest.fixture
def secure_house() -> Iterator[Callable[[Security], House]]:
    running: list[House] = []

    def make(security: Security) -> House:
        running.append(House(security))
        return running[-1]

    yield make
    for one in running:
        one.stop()
