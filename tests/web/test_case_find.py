"""What the picker and the palette are told: the cases that somebody may know of, in the order to offer them, and only when they changed."""

import gzip
import json
from collections.abc import Callable
from uuid import UUID

import pytest

from teczka.actions.cases import add_case, set_state
from teczka.actions.pins import pin_case, use_case
from teczka.actions.team import unwall_case
from teczka.core.case_csv import decoded
from teczka.core.cases import Card, CaseState
from teczka.store.models import Case, User
from tests.cast import Cast, make_cast
from tests.web.conftest import browser

ADDRESS = "/cases/find.json"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def told(viewer: User) -> list[list[str]]:
    found: list[list[str]] = json.loads(browser(viewer).get(ADDRESS).content)
    return found


def made(actor: User, name: str, **fields: object) -> Case:
    walled = bool(fields.pop("walled", False))
    return add_case(actor, Card("", name, **fields), walled=walled)  # type: ignore[arg-type]


def test_each_case_is_told_with_what_it_is_found_by(cast: Cast) -> None:
    case = add_case(cast.anna, Card("KAN/7/26", "Kowalski p. Żak", "Jan Kowalski", ("I C 12/26",)))
    (line,) = told(cast.celina)
    assert line[:4] == [str(case.public_id), "KAN/7/26", "I C 12/26", "Kowalski p. Żak"]
    assert line[4] == "Jan Kowalski"
    assert line[5] == " =kan'7/26 #ic'12/26 kowalski p zak jan "
    assert line[6:] == ["open", ""]


def test_a_walled_case_is_told_to_its_team_alone(cast: Cast) -> None:
    case = made(cast.anna, "Za murem", walled=True)
    for viewer in (cast.bartek, cast.celina, cast.dorota, cast.edward):
        assert told(viewer) == []
    assert len(told(cast.anna)) == 1
    unwall_case(cast.anna, case.public_id)
    assert len(told(cast.dorota)) == 1
    assert told(cast.edward) == []


def test_what_one_pinned_and_used_stands_first_then_names_then_what_is_closed(cast: Cast) -> None:
    cases = {name: made(cast.anna, name) for name in ("Ćwik", "Dudek", "Adamczyk", "Łoś", "Baran")}
    set_state(cast.anna, cases["Adamczyk"].public_id, CaseState.CLOSED, cases["Ćwik"].created_at.date())
    use_case(cast.anna, cases["Łoś"].pk)
    pin_case(cast.anna, cases["Dudek"].public_id)
    assert [(line[3], line[7]) for line in told(cast.anna)] == [
        ("Dudek", "p"), ("Łoś", "r"), ("Baran", ""), ("Ćwik", ""), ("Adamczyk", ""),
    ]  # fmt: skip
    assert [line[3] for line in told(cast.bartek)] == ["Baran", "Ćwik", "Dudek", "Łoś", "Adamczyk"]


def test_five_of_those_used_last_are_offered_and_the_others_stand_by_name(cast: Cast) -> None:
    cases = [made(cast.anna, f"Sprawa {number}") for number in range(8)]
    for case in cases:
        use_case(cast.anna, case.pk)
    assert sorted(line[7] for line in told(cast.anna)) == ["", "", "", "r", "r", "r", "r", "r"]


@pytest.mark.parametrize(
    "change",
    [
        lambda anna, case: made(anna, "Nowa"),
        lambda anna, case: set_state(anna, case.public_id, CaseState.SUSPENDED, case.created_at.date()),
        lambda anna, case: pin_case(anna, case.public_id),
        lambda anna, case: made(anna, "Nowa za murem", walled=True),
    ],
    ids=["a new one", "another state", "pinned", "a walled one"],
)
def test_it_is_told_again_only_where_it_changed(cast: Cast, change: Callable[[User, Case], UUID | Case | None]) -> None:
    case = made(cast.anna, "Kowalski")
    client = browser(cast.anna)
    etag = client.get(ADDRESS).headers["ETag"]
    same = client.get(ADDRESS, headers={"if-none-match": etag})
    assert (same.status_code, same.content) == (304, b"")
    change(cast.anna, case)
    assert client.get(ADDRESS, headers={"if-none-match": etag}).status_code == 200


def test_one_persons_version_is_no_others(cast: Cast) -> None:
    made(cast.anna, "Kowalski")
    etag = browser(cast.anna).get(ADDRESS).headers["ETag"]
    assert browser(cast.bartek).get(ADDRESS, headers={"if-none-match": etag}).status_code == 200


def test_it_comes_packed_where_the_browser_unpacks(cast: Cast) -> None:
    made(cast.anna, "Kowalski")
    packed = browser(cast.anna).get(ADDRESS, headers={"accept-encoding": "gzip, br"})
    assert json.loads(gzip.decompress(packed.content)) == told(cast.anna)


def test_the_office_in_a_table_holds_what_its_reader_may_know(cast: Cast) -> None:
    made(cast.anna, "Za murem", walled=True)
    made(cast.anna, "Jawna")
    for viewer, knows in ((cast.anna, True), (cast.dorota, False)):
        table = decoded(browser(viewer).get("/cases/export.csv").content)
        assert "Jawna" in table
        assert ("Za murem" in table) == knows


def test_a_table_that_was_tampered_with_or_is_old_is_not_written(cast: Cast) -> None:
    client = browser(cast.anna)
    shown = client.post("/cases/import/", {"text": "case\nKowalski\n"}).content.decode()
    agreed = shown.partition('name="agreed" value="')[2].partition('"')[0]
    assert client.post("/cases/import/confirm/", {"agreed": f"{agreed}x"}).headers["Location"] == "/cases/import/"
    assert told(cast.anna) == []
    assert client.post("/cases/import/confirm/", {"agreed": agreed}).headers["Location"] == "/cases/"
    assert [line[3] for line in told(cast.anna)] == ["Kowalski"]
    again = client.post("/cases/import/confirm/", {"agreed": agreed})
    assert again.status_code == 200, "the office is another now: it is shown again"
    assert len(told(cast.anna)) == 1
