"""Rewriting of packs, erasure and sweeping that die anywhere: nothing is lost, nothing is doubled, and what was erased is gone in the end.
At length: `python -m tests.faults.compaction --points 1000 --kills 50`."""

import json
import os
import shutil
import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from teczka.store.blobs import blobs
from tests.conftest import OwnDatabase
from tests.faults.compaction_lives import House, dies, is_killed
from tests.faults.test_crash_points import report

POINTS = int(os.environ.get("TECZKA_COMPACTION_POINTS", "8"))
KILLS = int(os.environ.get("TECZKA_COMPACTION_KILLS", "2"))
SEED = int(os.environ.get("TECZKA_COMPACTION_SEED", "1"))
STRIDE = 1 if POINTS >= 100 else 17
MOMENTS = 0.15  # seconds that a step takes at most


@pytest.fixture
def house(own_database: OwnDatabase) -> House:
    """Alone with its packs: others' would be strays here."""
    incoming = blobs().incoming
    for folder in incoming.parent.glob("??"):
        for pack in folder.iterdir():
            pack.unlink()
    shutil.rmtree(incoming)
    Path(incoming).mkdir()
    return House.made()


@pytest.mark.faults
def test_whatever_dies_at_any_point_loses_and_doubles_nothing(house: House) -> None:
    random, began, died, rounds = Random(SEED), time.monotonic(), 0, 0
    while died < POINTS:
        house.fill(2)
        for doing in house.steps(random):
            at = 1 + random.randrange(STRIDE)
            while dies(doing, at):
                house.whole()
                died, at = died + 1, at + STRIDE
            house.whole()
        house.at_last()
        rounds += 1
    facts = {"faults_test": "compaction", "points": died, "rounds": rounds, "messages": len(house.meant), "seed": SEED}
    report(json.dumps(facts | {"lost": 0, "doubled": 0, "seconds": round(time.monotonic() - began, 1)}))


@pytest.mark.faults
def test_whatever_is_killed_at_any_moment_loses_and_doubles_nothing(house: House) -> None:
    random, began, told = Random(SEED), time.monotonic(), Counter[str]()
    while told["kills"] < KILLS:
        house.fill(2)
        steps = house.steps(random)

        def all_of_it(steps: list = steps) -> None:  # type: ignore[type-arg]
            for doing in steps:
                doing()

        while is_killed(all_of_it, random.random() * MOMENTS) and told["kills"] < KILLS:
            told["kills"] += 1
            house.whole()
        all_of_it()
        house.at_last()
    facts = {"faults_test": "compaction", **told, "messages": len(house.meant), "seed": SEED}
    report(json.dumps(facts | {"lost": 0, "doubled": 0, "seconds": round(time.monotonic() - began, 1)}))
