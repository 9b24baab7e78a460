"""Cases from a table: shown first, then written at once; whose they are, who knows of them, and what a second time does."""

import pytest

from teczka.actions.case_import import OtherMeanwhile, Preview, import_cases, preview_import
from teczka.actions.cases import add_case
from teczka.core.audit import Entry, Verb
from teczka.core.case_csv import decoded, table
from teczka.core.case_import import Fault
from teczka.core.case_merge import Kept, What
from teczka.core.case_rows import headings, rows
from teczka.core.cases import Card, CaseState, PartyCard, Side
from teczka.store.models import Case, User
from teczka.store.queries.audit import office_chain
from teczka.store.queries.case_cards import case_cards
from teczka.store.queries.case_list import case_list_for
from teczka.store.viewer import as_user
from tests.casebook import samples
from tests.casebook import table as table_of
from tests.cast import Cast, make_cast

TABLE = """Numer;Sprawa;Sygnatury;Zespół;Tylko dla zespołu;Strona;Uczestnik;Adresy e-mail
LIP/1/26;Kowalski p. Żak;I C 12/26;;;nasza;Jan Kowalski;jan@kowalski.example
LIP/1/26;Kowalski p. Żak;I C 12/26;;;przeciwna;Żak sp. z o.o.;biuro@zak.example
LIP/2/26;Cudza;;{bartek};;;;
LIP/3/26;Poufna;;{bartek};tak;;;
"""


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def text(cast: Cast) -> str:
    return TABLE.format(bartek=cast.bartek.email)


def done(actor: User, text: str) -> Preview:
    preview = preview_import(actor, text)
    import_cases(actor, text, preview.mark)
    return preview


def names(viewer: User) -> list[str]:
    return [one.card.name for one in case_cards(viewer)]


def one(viewer: User, number: str) -> Kept:
    return next(case for case in case_cards(viewer) if case.card.number == number)


def test_looking_writes_nothing_and_agreeing_writes_what_was_shown(cast: Cast, text: str) -> None:
    preview = preview_import(cast.anna, text)
    assert [step.what for step in preview.plan.steps] == [What.NEW] * 3
    assert names(cast.anna) == []
    import_cases(cast.anna, text, preview.mark)
    kept = one(cast.anna, "LIP/1/26")
    assert kept.card.references == ("I C 12/26",)
    assert [(party.side, party.name, party.addresses) for party in kept.card.parties] == [
        (Side.OURS, "Jan Kowalski", ("jan@kowalski.example",)),
        (Side.OPPOSING, "Żak sp. z o.o.", ("biuro@zak.example",)),
    ]
    assert [line.name for line in case_list_for(cast.celina, "ic12/26")] == ["Kowalski p. Żak"]


def test_a_team_is_whom_the_table_names_and_the_importer_where_it_names_nobody(cast: Cast, text: str) -> None:
    done(cast.anna, text)
    assert one(cast.anna, "LIP/1/26").team == one(cast.anna, "LIP/1/26").lead == {cast.anna.email}
    assert one(cast.anna, "LIP/2/26").team == {cast.bartek.email}
    assert not one(cast.anna, "LIP/2/26").changeable
    assert one(cast.anna, "LIP/3/26").team == {cast.anna.email, cast.bartek.email}


def test_a_walled_case_is_known_to_its_team_alone(cast: Cast, text: str) -> None:
    done(cast.anna, text)
    for viewer, knows in ((cast.anna, 3), (cast.bartek, 3), (cast.celina, 2), (cast.dorota, 2), (cast.edward, 0)):
        assert len(names(viewer)) == knows, viewer.name
        assert ("Poufna" in names(viewer)) == (knows == 3)


def test_a_walled_case_is_found_by_its_number(cast: Cast) -> None:
    done(cast.anna, "number;name;walled\nKAN/9/2026;Poufna;yes\n")
    assert [case.name for case in case_list_for(cast.anna, "KAN/9/2026")] == ["Poufna"]


def test_each_new_case_is_written_into_the_register(cast: Cast, text: str) -> None:
    done(cast.anna, text)
    done(cast.anna, text)
    noted = [(entry.verb, entry.case) for entry in office_chain(cast.dorota) if isinstance(entry, Entry)]
    # Administrators are not told of the walled one.
    assert sorted(noted) == sorted((Verb.CASE_CREATE, one.id) for one in case_cards(cast.dorota))
    assert len(noted) == 2


def test_the_same_table_again_changes_nothing(cast: Cast, text: str) -> None:
    done(cast.anna, text)
    before = case_cards(cast.anna)
    assert [step.what for step in done(cast.anna, text).plan.steps] == [What.SAME] * 3
    assert case_cards(cast.anna) == before
    with as_user(cast.anna.pk):
        assert Case.objects.count() == 3


def test_a_table_changes_what_it_says_otherwise_and_adds_to_teams(cast: Cast, text: str) -> None:
    done(cast.anna, text)
    more = f"number;case;state;closed;team;party;role\nLIP/1/26;Kowalski p. Żak;closed;2026-10-01;{cast.celina.email};Jan Kowalski;powód\n"
    (step,) = done(cast.anna, more).plan.steps
    assert step.what is What.CHANGED
    kept = one(cast.celina, "LIP/1/26")
    assert kept.card.state is CaseState.CLOSED
    assert [party.role for party in kept.card.parties] == ["powód", ""]
    assert kept.team == {cast.anna.email, cast.celina.email}
    assert kept.lead == {cast.anna.email}


def test_who_may_not_change_a_case_is_told_and_changes_none(cast: Cast, text: str) -> None:
    done(cast.anna, text)
    other = "numer;sprawa\nLIP/1/26;Inna nazwa\n"
    assert [wrong.fault for wrong in preview_import(cast.celina, other).plan.wrong] == [Fault.TAKEN]
    assert done(cast.celina, other).plan.steps == []
    assert one(cast.anna, "LIP/1/26").card.name == "Kowalski p. Żak"
    assert done(cast.dorota, other).plan.count(What.CHANGED) == 1


def test_a_walled_number_is_no_obstacle_to_who_does_not_know_of_it(cast: Cast, text: str) -> None:
    done(cast.anna, text)
    assert done(cast.celina, "numer;sprawa\nLIP/3/26;Zupełnie inna\n").plan.count(What.NEW) == 1


def test_what_changed_since_it_was_shown_is_shown_again(cast: Cast, text: str) -> None:
    preview = preview_import(cast.anna, text)
    add_case(cast.bartek, Card("LIP/1/26", "Kto pierwszy"))
    with pytest.raises(OtherMeanwhile) as other:
        import_cases(cast.anna, text, preview.mark)
    assert other.value.now.plan.wrong[0].fault is Fault.TAKEN
    assert names(cast.anna) == ["Kto pierwszy"]


def test_people_of_other_offices_and_who_left_are_nobody(cast: Cast) -> None:
    for person in (cast.edward, cast.grzegorz):
        told = preview_import(cast.anna, f"case;team\nA;{person.email}\n")
        assert [wrong.fault for wrong in told.reading.wrong] == [Fault.PERSON]


def test_what_one_office_exports_another_imports_as_it_was(cast: Cast) -> None:
    text = table_of(samples(40))
    done(cast.anna, text)
    add_case(cast.anna, Card("", "=1+1", client="@żona", parties=(PartyCard(None, Side.EXPERT, "-Ż", note='a\n;"b'),)))
    exported = decoded(table(headings("pl"), rows(case_cards(cast.anna), "pl"))).replace(
        cast.anna.email, cast.edward.email
    )
    preview = done(cast.edward, exported)
    assert (preview.reading.wrong, preview.plan.wrong) == ([], [])
    assert [blank(one.card) for one in case_cards(cast.edward)] == [blank(one.card) for one in case_cards(cast.anna)]


def blank(card: Card) -> str:
    """Without the ids of parties, which are each office's own."""
    parties = [(one.side, one.name, one.role, one.addresses, one.note) for one in card.parties]
    return repr(
        (card.number, card.name, card.client, card.references, card.state, card.opened_on, card.closed_on, parties)
    )
