import json

import pytest

from teczka.core.audit import Fault, Link
from teczka.core.audit_file import NoAudit, verify, write
from tests.core.test_audit import OFFICE, chain


def lines(withheld: int | None = None) -> list[str]:
    told = [Link(entry.seq, entry.previous, entry.hash) if entry.seq == withheld else entry for entry in chain(4)]
    return list(write(OFFICE, told))


def test_a_file_carries_all_that_it_is_verified_by() -> None:
    found = verify(lines(withheld=2))
    assert (found.entries, found.withheld, found.faults, found.last) == (4, 1, [], chain(4)[-1].hash.hex())


@pytest.mark.parametrize("field", ["at", "actor", "verb", "case", "ids", "previous", "hash"])
def test_every_field_of_a_line_is_held(field: str) -> None:
    told = lines()
    changed = json.loads(told[2])
    other = json.loads(told[3])
    changed[field] = other[field] if changed[field] != other[field] else {"actor": None, "case": None}.get(field, "x")
    told[2] = json.dumps(changed)
    assert verify(told).faults


def test_a_line_taken_out_or_another_offices_head_is_found() -> None:
    told = lines()
    assert verify([*told[:2], *told[3:]]).faults == [(2, Fault.MISSING)]
    assert len(verify([told[0].replace("00000001", "00000002"), *told[1:]]).faults) == 4


@pytest.mark.parametrize(
    "broken",
    [
        [],
        ["{"],
        ["[]"],
        ['{"form":"other"}'],
        ['{"form":"teczka-audit-1","office":"x"}'],
        [lines()[0], "{}"],
        [lines()[0], "7"],
        [lines()[0], lines()[1].replace("2026", "jutro")],
        [lines()[0], lines()[1][:40]],
    ],
)
def test_what_is_no_audit_is_refused_as_such(broken: list[str]) -> None:
    with pytest.raises(NoAudit):
        verify(broken)
