"""The administrators' page of the office's own file numbers."""

import re

import pytest
from django.test import Client

from teczka.actions.numbering import renumber
from teczka.core.numbering import MOST, Fault
from teczka.web.office.numbering import FAULTS
from tests.web.conftest import Office, browser
from tests.web.mailroom import store

HERE = "/office/numbers/"
OWN = "KAN/{number}/{year}"


@pytest.fixture
def dorota(office: Office) -> Client:
    return browser(office.cast.dorota)


def page(client: Client) -> str:
    answer = client.get(HERE)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_pattern_is_kept_shown_with_an_example_and_removed(dorota: Client, office: Office) -> None:
    assert "KAN/12/" not in page(dorota)
    assert dorota.post(HERE, {"pattern": f" {OWN} "}).headers["Location"] == HERE
    assert re.search(r"KAN/12/20\d\d<", page(dorota))
    office.cast.office.refresh_from_db()
    assert office.cast.office.number_patterns == [OWN]
    assert dorota.post(HERE + "drop/", {"pattern": OWN}).headers["Location"] == HERE
    assert "KAN/12/" not in page(dorota)


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("K" * 60 + "{number}", Fault.LONG),
        ("KAN/{month}/{number}", Fault.FIELD),
        ("KAN/2026", Fault.NO_NUMBER),
        ("KAN/{number}/{number}", Fault.TWICE),
        ("KAN{number}{year}", Fault.TOUCHING),
        ("{number}/{year}", Fault.BARE),
    ],
)
def test_a_pattern_that_cannot_be_used_says_why(dorota: Client, office: Office, pattern: str, fault: Fault) -> None:
    answer = dorota.post(HERE, {"pattern": pattern}, headers={"Accept-Language": "en"})
    assert str(FAULTS[fault]) in answer.content.decode()
    assert pattern in answer.content.decode()  # to be mended, not typed again
    office.cast.office.refresh_from_db()
    assert office.cast.office.number_patterns == []


def test_every_fault_has_its_sentence() -> None:
    assert set(FAULTS) == set(Fault)


def test_there_are_no_more_patterns_than_mail_can_be_looked_through_for(dorota: Client, office: Office) -> None:
    office.cast.office.number_patterns = [f"K{number}/{{number}}" for number in range(MOST)]
    office.cast.office.save()
    assert str(FAULTS[Fault.MANY]) in dorota.post(HERE, {"pattern": OWN}).content.decode()


def test_nobody_learns_by_a_pattern_what_stands_in_private_mail(dorota: Client, office: Office) -> None:
    """The same bytes whether Anna's mail names such a number or not, before it is looked through and after."""
    store(office.folder, b"Subject: ROZWOD/7/26\r\n\r\na\r\n")
    pages = []
    for pattern in ("ROZWOD/{number}/{year}", "PODZIAL/{number}/{year}"):
        dorota.post(HERE, {"pattern": pattern})
        before = page(dorota)
        while renumber(10):
            pass
        pages += [re.sub(r'ROZWOD|PODZIAL|value="[\w-]{64}"', "", told) for told in (before, page(dorota))]
        dorota.post(HERE + "drop/", {"pattern": pattern})
        page(dorota)
    assert pages[0] == pages[2]
    assert pages[1] == pages[3]
