from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from teczka.core.audit import BEGINNING, Entry, Fault, Link, Verb, digest, faults

OFFICE = UUID(int=1)
BEGAN = datetime(2026, 5, 3, 10, 4, tzinfo=UTC)


def chain(count: int) -> list[Entry]:
    made: list[Entry] = []
    for seq in range(1, count + 1):
        before = made[-1].hash if made else BEGINNING
        entry = Entry(
            seq, BEGAN + timedelta(seconds=seq), UUID(int=7), Verb.VIEW, UUID(int=9), (UUID(int=seq),), before, b""
        )
        made.append(replace(entry, hash=digest(OFFICE, entry)))
    return made


def test_an_untouched_chain_has_no_fault() -> None:
    assert list(faults(OFFICE, chain(5))) == []
    assert list(faults(OFFICE, [])) == []


@pytest.mark.parametrize(
    "change",
    [
        {"at": BEGAN},
        {"actor": None},
        {"verb": Verb.SHARE},
        {"case": None},
        {"ids": ()},
        {"ids": (UUID(int=3), UUID(int=4))},
    ],
)
def test_whatever_is_changed_in_an_entry_is_found(change: dict[str, object]) -> None:
    told = chain(5)
    told[2] = replace(told[2], **change)  # type: ignore[arg-type]
    assert list(faults(OFFICE, told)) == [(3, Fault.CHANGED)]


def test_an_entry_that_was_hashed_anew_no_longer_leads_to_the_next() -> None:
    told = chain(5)
    changed = replace(told[2], actor=None)
    told[2] = replace(changed, hash=digest(OFFICE, changed))
    assert list(faults(OFFICE, told)) == [(4, Fault.MOVED)]


def test_an_entry_that_was_taken_out_is_missed() -> None:
    told = chain(5)
    assert list(faults(OFFICE, told[:2] + told[3:])) == [(3, Fault.MISSING)]
    assert list(faults(OFFICE, told[1:])) == [(1, Fault.MISSING)]


def test_entries_that_changed_places_are_found() -> None:
    first, second, third, fourth = chain(4)
    assert [seq for seq, _ in faults(OFFICE, [first, third, second, fourth])] == [2, 2, 3]
    swapped = [first, replace(third, seq=2), replace(second, seq=3), fourth]
    assert {fault for _, fault in faults(OFFICE, swapped)} == {Fault.CHANGED, Fault.MOVED}


def test_another_offices_entries_are_no_entries_of_this_one() -> None:
    assert [fault for _, fault in faults(UUID(int=2), chain(3))] == [Fault.CHANGED] * 3


def test_an_entry_that_is_withheld_still_holds_the_chain_together() -> None:
    told = chain(4)
    hidden = Link(told[1].seq, told[1].previous, told[1].hash)
    assert list(faults(OFFICE, [told[0], hidden, *told[2:]])) == []
    assert list(faults(OFFICE, [told[0], replace(hidden, hash=bytes(32)), *told[2:]])) == [(3, Fault.MOVED)]


def test_a_time_in_another_zone_is_the_same_time() -> None:
    entry = chain(1)[0]
    from_afar = replace(entry, at=entry.at.astimezone(ZoneInfo("Europe/Warsaw")))
    assert digest(OFFICE, from_afar) == entry.hash
