"""What the editor shows before a rule is let loose."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from teczka.core.rules import Rule, rule_from
from teczka.store.models import Folder, User
from teczka.store.queries.rule_preview import preview
from tests.cases import file, make_case, make_reference
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.ruled import COURT, receive
from tests.web.mailroom import share

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def inbox(cast: Cast) -> Folder:
    return make_folder(make_account(cast.anna))


def rule(*then: dict[str, Any], when: dict[str, Any] = COURT) -> Rule:
    return rule_from("Sąd", {"all": [when]}, list(then))


def test_it_counts_what_fits_in_the_last_year_and_lists_the_newest_with_exceptions_marked(
    cast: Cast, inbox: Folder
) -> None:
    old = receive(inbox, "a", at=timezone.now() - timedelta(days=400))
    ours = [receive(inbox, name, at=timezone.now() - timedelta(days=3 - day)) for day, name in enumerate("bc")]
    receive(inbox, "d", sender="jan@klient.pl")
    seen = preview(cast.anna, rule({"do": "star"}), [ours[0].public_id])
    assert (seen.matched, seen.excepted, seen.shown, seen.elsewhere, seen.unfound) == (1, 1, 0, 0, 0)
    assert [(line.id, line.excepted) for line in seen.lines] == [(ours[1].pk, False), (ours[0].pk, True)]
    assert preview(cast.anna, rule({"do": "star"}), since=old.internaldate).matched == 3


def test_it_tells_what_is_in_another_case_and_what_finds_none(cast: Cast, inbox: Folder) -> None:
    case, other = make_case(cast.anna, "Kowalski"), make_case(cast.anna, "Nowak")
    make_reference(case, cast.anna, "I C 12/24", "C", "12", 2024, division="I")
    there, away, loose = (receive(inbox, name, "I C 12/24") for name in "abc")
    unfound = receive(inbox, "d", "II C 13/24")
    file(there, cast.anna, case)
    file(away, cast.anna, other)
    file(unfound, cast.anna, other)
    found = preview(cast.anna, rule({"do": "file", "case": "found"}))
    assert (found.matched, found.elsewhere, found.unfound) == (4, 1, 1)
    assert {line.id: (line.case, line.found) for line in found.lines} == {
        there.pk: ("Kowalski", True),
        away.pk: ("Nowak", True),
        loose.pk: ("", True),
        unfound.pk: ("Nowak", False),
    }
    assert preview(cast.anna, rule({"do": "file", "case": str(case.public_id)})).elsewhere == 2
    assert preview(cast.anna, rule({"do": "star"})).elsewhere == 0


def test_it_tells_who_would_see_more_and_nothing_of_who_does_already(cast: Cast, inbox: Folder) -> None:
    team = make_case(cast.anna, "Kowalski", cast.bartek, cast.grzegorz)
    make_reference(team, cast.anna, "I C 12/24", "C", "12", 2024, division="I")
    named, other = receive(inbox, "a", "I C 12/24"), receive(inbox, "b")
    share(named, cast.bartek)

    def shown(*people: User, of: str = "") -> tuple[int, list[str]]:
        told: dict[str, Any] = {"do": "share", "people": [str(person.public_id) for person in people]}
        seen = preview(cast.anna, rule(told | ({"team": of} if of else {})))
        known = {one.public_id: one.name for one in (cast.bartek, cast.celina)}
        assert [known[one] for one in seen.whom] == seen.people
        return seen.shown, seen.people

    assert shown(of="found") == (0, [])
    assert shown(of=str(team.public_id)) == (1, ["Bartek Nowy"])
    assert shown(cast.celina, of="found") == (2, ["Celina Cicha"])
    assert shown(cast.bartek, cast.celina) == (2, ["Bartek Nowy", "Celina Cicha"])
    assert other.pk


def test_nobody_learns_by_it_of_cases_that_are_walled_or_of_mail_of_others(cast: Cast, inbox: Folder) -> None:
    walled = make_case(cast.celina, "Za murem", cast.bartek, walled=True)
    met = receive(inbox, "a")
    share(met, cast.bartek)
    of_walled = {"do": "share", "people": [], "team": str(walled.public_id)}
    seen = preview(cast.anna, rule({"do": "file", "case": str(walled.public_id)}, of_walled))
    assert (seen.matched, seen.shown, seen.people) == (1, 0, [])
    assert preview(cast.bartek, rule({"do": "star"})).matched == 0
