"""What is drawn to slow a test down is the test's own (tests/slowly.py)."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests import slowly


def drawn(name: str) -> list[float]:
    item: Any = SimpleNamespace(nodeid=name)
    slowly.pytest_runtest_setup(item)
    return [slowly.LOT.random() for _ in range(3)]


def test_a_test_draws_the_same_by_the_same_seed_whatever_ran_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEED", "7")
    first = drawn("one")
    assert drawn("another") != first
    assert drawn("one") == first
    monkeypatch.setenv("SEED", "8")
    assert drawn("one") != first
