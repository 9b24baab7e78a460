"""Every scenario, by one seed. All of them by twenty: `python -m tests.remote.pop3.run --seeds 20`."""

import pytest

from tests.remote.pop3.cuts import cut
from tests.remote.pop3.plays import play
from tests.remote.pop3.scenarios import SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_or_doubled(name: str) -> None:
    with play(seed=1) as played:
        SCENARIOS[name](played)


def test_there_are_sixty_at_least() -> None:
    assert len(SCENARIOS) >= 60


def test_a_session_that_is_cut_anywhere_loses_and_doubles_nothing() -> None:
    assert cut(seed=1, count=60) == 60
