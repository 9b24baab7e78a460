"""Cases: who may open and change one, what its card keeps, and who knows of it."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from teczka.actions.cases import add_case, change_case, next_number, set_state
from teczka.actions.notes import add_note, drop_note, edit_note, restore_note
from teczka.actions.pins import pin_case, unpin_case, use_case
from teczka.actions.team import save_team, unwall_case, wall_case
from teczka.core.cases import Card, CaseState, PartyCard, Side
from teczka.core.errors import AlreadyThere, NotAllowed
from teczka.core.meanwhile import ChangedMeanwhile
from teczka.store.models import Message, Share, User
from teczka.store.queries.case_find import find_version
from teczka.store.queries.case_list import By, Which, case_list, case_list_for
from teczka.store.queries.cases import case_card, case_line, members
from teczka.store.queries.notes import notes
from teczka.store.queries.timeline import Kind, coming, timeline
from teczka.store.viewer import as_user
from tests.cases import make_case, make_note, make_task, upload
from tests.cast import Cast, make_account, make_cast, make_folder
from tests.web.mailroom import store

COURT = PartyCard(None, Side.COURT, "SO w Warszawie", "", ("biuro@sad.example",))
OPPONENT = PartyCard(None, Side.OPPOSING, "Żak sp. z o.o.", "pozwany", ("zak@firma.example", "rada@firma.example"))
CARD = Card(
    number="KAN/7/2026",
    name="Kowalski p. Żak",
    client="Jan Kowalski",
    references=("I C 12/24", "Km 7/25"),
    opened_on=date(2026, 5, 3),
    parties=(COURT, OPPONENT),
)
TODAY = date(2026, 11, 22)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def told(viewer: User, case: UUID) -> Card:
    card = case_card(viewer, case)
    assert card
    return card


def without_ids(card: Card) -> Card:
    return replace(card, parties=tuple(replace(party, id=None) for party in card.parties))


def test_what_was_entered_is_on_the_card_for_the_whole_office_and_for_nobody_else(cast: Cast) -> None:
    case = add_case(cast.anna, CARD)
    for person in (cast.anna, cast.bartek, cast.dorota):
        assert without_ids(told(person, case.public_id)) == CARD
    assert case_card(cast.edward, case.public_id) is None
    assert [(one.name, one.lead) for one in members(cast.bartek, case.pk)] == [("Anna Lipowska", False)]


def test_a_card_that_is_changed_keeps_its_parties_apart(cast: Cast) -> None:
    case = add_case(cast.anna, CARD)
    before = told(cast.anna, case.public_id)
    court, opponent = before.parties
    new = replace(
        before,
        name="Kowalski p. Żakowi",
        references=("II Ca 3/26",),
        parties=(
            replace(opponent, role="pozwana", addresses=("nowy@firma.example",)),
            replace(COURT, name="SA w Łodzi"),
        ),
    )
    change_case(cast.anna, case.public_id, new, before.mark)
    after = told(cast.anna, case.public_id)
    assert without_ids(after) == without_ids(new)
    assert after.parties[0].id == opponent.id
    assert after.parties[1].id not in {court.id, opponent.id}


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    case = add_case(cast.anna, CARD)
    seen = told(cast.anna, case.public_id)
    change_case(cast.dorota, case.public_id, replace(seen, client="Maria Kowalska"), seen.mark)
    with pytest.raises(ChangedMeanwhile):
        change_case(cast.anna, case.public_id, replace(seen, name="Inna"), seen.mark)
    assert told(cast.anna, case.public_id).client == "Maria Kowalska"
    assert told(cast.anna, case.public_id).name == CARD.name


def test_its_team_and_administrators_change_a_case_and_the_rest_of_the_office_does_not(cast: Cast) -> None:
    case = add_case(cast.anna, CARD)
    seen = told(cast.anna, case.public_id)
    for stranger in (cast.bartek, cast.edward):
        with pytest.raises(NotAllowed):
            change_case(stranger, case.public_id, replace(seen, name="Moja"), seen.mark)
        with pytest.raises(NotAllowed):
            set_state(stranger, case.public_id, CaseState.CLOSED, TODAY)
        with pytest.raises(NotAllowed):
            save_team(stranger, case.public_id, [stranger.public_id], None)
        with pytest.raises(NotAllowed):
            wall_case(stranger, case.public_id)
    save_team(cast.dorota, case.public_id, [cast.anna.public_id, cast.bartek.public_id], cast.bartek.public_id)
    change_case(cast.bartek, case.public_id, replace(seen, name="Nasza"), seen.mark)
    assert told(cast.celina, case.public_id).name == "Nasza"


def test_two_cases_of_the_office_never_bear_one_number(cast: Cast) -> None:
    add_case(cast.anna, CARD)
    other = add_case(cast.bartek, replace(CARD, number=""))
    seen = told(cast.bartek, other.public_id)
    with pytest.raises(AlreadyThere):
        add_case(cast.bartek, CARD)
    with pytest.raises(AlreadyThere):
        change_case(cast.bartek, other.public_id, replace(seen, number=CARD.number), seen.mark)
    add_case(cast.edward, CARD)
    assert told(cast.bartek, other.public_id) == seen


def test_a_case_that_is_walled_from_the_start_has_its_team_and_any_number(cast: Cast) -> None:
    add_case(cast.celina, CARD)
    people = [cast.bartek.public_id, cast.edward.public_id, cast.grzegorz.public_id]
    case = add_case(cast.anna, CARD, people, cast.bartek.public_id, walled=True)
    assert case.public_id in [found.public_id for found in case_list_for(cast.bartek, CARD.number)]
    assert without_ids(told(cast.bartek, case.public_id)) == CARD
    assert [(one.name, one.lead) for one in members(cast.anna, case.pk)] == [
        ("Bartek Nowy", True),
        ("Anna Lipowska", False),
    ]
    assert [case_line(outside, case.public_id) for outside in (cast.celina, cast.dorota, cast.edward)] == [None] * 3


def test_a_walled_cases_number_betrays_nothing_and_is_told_when_the_wall_goes(cast: Cast) -> None:
    case = add_case(cast.anna, CARD)
    wall_case(cast.anna, case.public_id)
    add_case(cast.bartek, CARD)
    with pytest.raises(AlreadyThere):
        unwall_case(cast.anna, case.public_id)
    assert case_line(cast.bartek, case.public_id) is None


def test_the_proposed_number_follows_those_that_one_may_know(cast: Cast) -> None:
    assert next_number(cast.anna, 2026) == ""
    cast.office.number_patterns = ["KAN/{number}/{year}"]
    cast.office.save()
    add_case(cast.anna, CARD)
    secret = add_case(cast.anna, replace(CARD, number="KAN/30/2026"))
    wall_case(cast.anna, secret.public_id)
    assert next_number(cast.anna, 2026) == "KAN/31/2026"
    assert next_number(User.objects.get(pk=cast.bartek.pk), 2026) == "KAN/8/2026"


def test_a_walled_case_is_not_there_for_anybody_outside_its_team_administrators_neither(cast: Cast) -> None:
    case = make_case(cast.anna, "Tajna sprawa", cast.bartek, number="T/1")
    wall_case(cast.anna, case.public_id)
    for outside in (cast.celina, cast.dorota, cast.edward):
        assert case_card(outside, case.public_id) is None
        assert members(outside, case.pk) == []
        assert [one for which in Which for one in case_list(outside, which, By.NAME)] == []
        assert case_list_for(outside, "tajna") == []
        with pytest.raises(NotAllowed):
            set_state(outside, case.public_id, CaseState.CLOSED, TODAY)
        with pytest.raises(NotAllowed):
            unwall_case(outside, case.public_id)
    assert [one.name for one in case_list_for(cast.bartek, "tajna")] == ["Tajna sprawa"]


def test_an_administrator_who_walls_a_case_is_in_its_team(cast: Cast) -> None:
    case = make_case(cast.anna, "Sprawa")
    wall_case(cast.dorota, case.public_id)
    assert {one.name for one in members(cast.dorota, case.pk)} == {"Anna Lipowska", "Dorota Zarządna"}


def test_an_administrator_who_joins_by_a_wall_sees_what_was_shared_with_the_team(cast: Cast) -> None:
    message = store(make_folder(make_account(cast.anna)), b"Subject: a\r\n\r\n")
    case = make_case(cast.anna, "Sprawa", cast.bartek)
    with as_user(cast.anna.pk):
        Share.objects.create(office_id=case.office_id, owner_id=cast.anna.pk, message=message, with_case=case)
    assert not wall_case(cast.dorota, case.public_id), "taking the wall down leaves them in the team"
    with as_user(cast.dorota.pk):
        assert Message.objects.filter(pk=message.pk).exists()
    unwall_case(cast.anna, case.public_id)
    assert wall_case(cast.anna, case.public_id)


def test_who_leaves_a_walled_team_knows_no_more_of_it(cast: Cast) -> None:
    case = make_case(cast.anna, "Sprawa", cast.bartek, walled=True)
    save_team(cast.bartek, case.public_id, [cast.anna.public_id, cast.celina.public_id], cast.anna.public_id)
    assert case_line(cast.bartek, case.public_id) is None
    assert [one.name for one in members(cast.celina, case.pk)] == ["Anna Lipowska", "Celina Cicha"]


def test_the_last_one_cannot_leave(cast: Cast) -> None:
    case = make_case(cast.anna, "Sprawa")
    for nobody in ([], [cast.edward.public_id]):
        with pytest.raises(NotAllowed):
            save_team(cast.anna, case.public_id, nobody, None)
    assert [one.name for one in members(cast.anna, case.pk)] == ["Anna Lipowska"]


def test_a_closed_case_has_its_day_and_loses_it_when_it_is_open_again(cast: Cast) -> None:
    case = make_case(cast.anna, "Sprawa")
    assert set_state(cast.anna, case.public_id, CaseState.CLOSED, TODAY) == (CaseState.OPEN, None)
    assert told(cast.anna, case.public_id).closed_on == TODAY
    assert [one.name for one in case_list(cast.anna, Which.CLOSED, By.NAME)] == ["Sprawa"]
    assert set_state(cast.anna, case.public_id, CaseState.OPEN, TODAY) == (CaseState.CLOSED, TODAY)
    assert told(cast.anna, case.public_id).closed_on is None


def test_what_lies_inside_is_its_teams(cast: Cast) -> None:
    case = make_case(cast.anna, "Sprawa", cast.bartek)
    add_note(cast.bartek, case.public_id, "odpowiadamy do piątku")
    make_task(cast.anna, "Odpowiedź na pozew", case=case, due_on=TODAY)
    upload(case, cast.anna, "pozew.pdf")
    assert [one.kind for one in timeline(cast.anna, case.pk)] == ["document", "task", "note"]
    assert [one.title for one in timeline(cast.anna, case.pk, [Kind.TASK])] == ["Odpowiedź na pozew"]
    assert [one.due for one in coming(cast.bartek, case.pk)] == [TODAY]
    for outside in (cast.celina, cast.dorota, cast.edward):
        assert (timeline(outside, case.pk), coming(outside, case.pk), notes(outside, case.pk)) == ([], [], [])
        with pytest.raises(NotAllowed):
            add_note(outside, case.public_id, "ja też")


def test_the_timeline_goes_on_where_a_page_ended(cast: Cast) -> None:
    case = make_case(cast.anna, "Sprawa")
    for number in range(7):
        make_note(case, cast.anna, f"notatka {number}")
        make_task(cast.anna, f"zadanie {number}", case=case)
    seen, place = [], None
    while page := timeline(cast.anna, case.pk, before=place, most=4):
        seen += [one.title for one in page]
        place = page[-1].place
    assert seen == [f"{what} {number}" for number in range(6, -1, -1) for what in ("zadanie", "notatka")]


def test_a_note_is_changed_by_who_wrote_it_and_comes_back_when_its_going_is_undone(cast: Cast) -> None:
    case = make_case(cast.anna, "Sprawa", cast.bartek)
    note = add_note(cast.bartek, case.public_id, "pierwsza").public_id
    edit_note(cast.bartek, case.public_id, note, "druga")
    with pytest.raises(NotAllowed):
        edit_note(cast.anna, case.public_id, note, "cudza")
    with pytest.raises(NotAllowed):
        drop_note(cast.anna, case.public_id, note)
    drop_note(cast.bartek, case.public_id, note)
    assert notes(cast.anna, case.pk) == timeline(cast.anna, case.pk) == []
    restore_note(cast.bartek, case.public_id, note)
    (kept,) = notes(cast.anna, case.pk)
    assert (kept.text, kept.who, kept.mine, bool(kept.edited_at)) == ("druga", "Bartek Nowy", False, True)


def test_who_left_the_team_does_not_change_even_their_own_notes(cast: Cast) -> None:
    case = make_case(cast.anna, "Sprawa", cast.bartek)
    note = add_note(cast.bartek, case.public_id, "moja").public_id
    save_team(cast.anna, case.public_id, [cast.anna.public_id], None)
    for act in (drop_note, restore_note):
        with pytest.raises(NotAllowed):
            act(cast.bartek, case.public_id, note)


def test_a_list_goes_on_where_a_page_ended_in_polish_order(cast: Cast) -> None:
    names = ["Adamczyk", "Ćwik", "Dudek", "Łoś", "Mazur", "Śliwa", "Żak"]
    for name in reversed(names):
        make_case(cast.anna, name)
    seen, after = [], None
    while page := case_list(cast.bartek, Which.ALL, By.NAME, after, most=3):
        seen += [one.name for one in page]
        after = page[-1].public_id
    assert seen == names
    assert case_list(cast.bartek, Which.MINE, By.NAME) == []


def test_only_the_team_learns_from_the_order_that_something_happened_inside(cast: Cast) -> None:
    first, _second = make_case(cast.anna, "Pierwsza"), make_case(cast.anna, "Druga")
    add_note(cast.anna, first.public_id, "cicho")
    listed = {
        person: [one.name for one in case_list(person, Which.ALL, By.NEWEST)] for person in (cast.anna, cast.bartek)
    }
    assert listed == {cast.anna: ["Pierwsza", "Druga"], cast.bartek: ["Druga", "Pierwsza"]}


def test_a_row_tells_the_court_the_next_due_date_and_the_team(cast: Cast) -> None:
    case = add_case(cast.anna, CARD)
    save_team(cast.anna, case.public_id, [cast.anna.public_id, cast.bartek.public_id], cast.bartek.public_id)
    for day in (24, 23):
        make_task(cast.anna, "Termin", case=case, due_on=date(2026, 11, day))
    (hers,) = case_list(cast.anna, Which.MINE, By.NAME)
    assert (hers.court, hers.tasks, hers.due, hers.initials) == ("SO w Warszawie", 2, date(2026, 11, 23), ["BN", "AL"])
    (seen,) = case_list(cast.celina, Which.ALL, By.NAME)
    assert (seen.court, seen.tasks, seen.due, seen.inside) == ("SO w Warszawie", 0, None, False)


def test_a_case_is_found_by_its_references_its_parties_and_its_number(cast: Cast) -> None:
    add_case(cast.anna, CARD)
    add_case(
        cast.anna, replace(CARD, number="KAN/8/2026", name="Zupełnie inna", references=("II C 12/24",), parties=())
    )
    for query in ("ic 12/24", "zak sp", "kan/7", "km 7/25"):
        assert next(one.name for one in case_list_for(cast.bartek, query)) == CARD.name, query
    assert case_list_for(cast.bartek, "nie ma takiej") == []


def test_what_somebody_pins_is_at_hand_for_them_alone_and_stays_when_they_open_it_again(cast: Cast) -> None:
    case, secret = make_case(cast.anna, "Sprawa"), make_case(cast.anna, "Tajna", walled=True)
    pin_case(cast.bartek, case.public_id)
    use_case(cast.bartek, case.pk)
    use_case(cast.celina, case.pk)
    seen = {person: case_line(person, case.public_id) for person in (cast.anna, cast.bartek, cast.celina)}
    assert {person: line and line.pinned for person, line in seen.items()} == {
        cast.anna: False,
        cast.bartek: True,
        cast.celina: False,
    }
    unpin_case(cast.bartek, case.public_id)
    line = case_line(cast.bartek, case.public_id)
    assert line
    assert not line.pinned
    for outside in (cast.bartek, cast.dorota, cast.edward):
        with pytest.raises(NotAllowed):
            pin_case(outside, secret.public_id)


def test_opening_a_case_again_soon_writes_nothing(cast: Cast) -> None:
    """The browser's copy of all cases is fetched anew after each writing."""
    case = make_case(cast.anna, "Sprawa")
    use_case(cast.anna, case.pk)
    before = find_version(cast.anna)
    use_case(cast.anna, case.pk)
    assert find_version(cast.anna) == before
    pin_case(cast.anna, case.public_id)
    assert find_version(cast.anna) != before
