"""Tables of cases: read as spreadsheets write them, written so that nothing is computed, and the same after both."""

import csv
import io
from contextlib import suppress
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.case_columns import HEADINGS, LANGUAGES, SIDES, STATES, Column, understood
from teczka.core.case_csv import MOST_LINES, BadFile, Unreadable, decoded, sheet, table
from teczka.core.case_import import Fault, Reading, read
from teczka.core.case_merge import Kept, Plan, What, plan
from teczka.core.case_rows import example, headings, rows
from teczka.core.cases import Card, CaseState, PartyCard, Side
from teczka.core.numbering import pattern

PEOPLE = {"anna@lipowa.example", "bartek@lipowa.example"}
OWN = [pattern("KAN/{number}/{year}")]
TABLE = """Numer;Sprawa;Sygnatury;Strona;Uczestnik;Adresy e-mail
KAN/1/2026;Kowalski p. Żak;I C 12/26 | Km 7/26;nasza;Jan Kowalski;jan@kowalski.example
KAN/1/2026;;;przeciwna;Żak sp. z o.o.;biuro@zak.example rada@zak.example
KAN/2/2026;Spadek po Annie;;;;
"""


def reading(text: str) -> Reading:
    return read(sheet(text), OWN, PEOPLE)


def planned(text: str, *kept: Kept) -> Plan:
    return plan(reading(text).cases, kept, OWN)


def faults(text: str) -> list[tuple[int, Fault]]:
    return [(wrong.line, wrong.fault) for wrong in reading(text).wrong]


def as_kept(plan: Plan, number: int = 1) -> list[Kept]:
    """The office after it."""
    return [
        Kept(UUID(int=place), step.card, frozenset(step.joins), frozenset(step.told.lead), bool(step.told.walled), True)
        for place, step in enumerate(plan.steps, number)
    ]


def test_a_line_for_each_party_is_one_case() -> None:
    first, second = reading(TABLE).cases
    assert (first.number, first.name, first.references) == ("KAN/1/2026", "Kowalski p. Żak", ("I C 12/26", "Km 7/26"))
    assert [(party.side, party.name) for party in first.parties] == [
        (Side.OURS, "Jan Kowalski"),
        (Side.OPPOSING, "Żak sp. z o.o."),
    ]
    assert first.parties[1].addresses == ("biuro@zak.example", "rada@zak.example")
    assert (second.name, second.parties, second.lines) == ("Spadek po Annie", (), (4,))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250", "iso8859-2"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_every_encoding_and_delimiter_of_spreadsheets_is_read(encoding: str, delimiter: str) -> None:
    text = TABLE.replace(";", delimiter).replace("\n", "\r\n").replace("Żak", "Żąśźć")
    names = [case.name for case in reading(decoded(text.encode(encoding))).cases]
    assert names == ["Kowalski p. Żąśźć", "Spadek po Annie"]


def test_what_spreadsheets_put_before_the_headings_is_passed_over() -> None:
    assert len(reading(f"sep=;\r\n{TABLE}").cases) == 2


def test_headings_and_words_of_both_languages_mean_one_thing_each() -> None:
    for known, words in (
        (len(understood(HEADINGS)), HEADINGS),
        (len(understood(STATES)), STATES),
        (len(understood(SIDES)), SIDES),
    ):
        assert known == len({word for languages in words.values() for each in languages for word in each})
    english = "Case,State,Opened,Side,Party\nA v B,closed,14.05.2026,the other side,B\n"
    polish = "sprawa\tSTAN\tdata założenia:\tstrona\tuczestnik\nA v B\tzamknieta\t2026-05-14\tPRZECIWNA\tB\n"
    assert reading(english).cases == reading(polish).cases
    assert reading(polish).cases[0].opened_on == date(2026, 5, 14)


def test_what_older_tables_called_a_day_and_a_state_is_still_understood() -> None:
    for opened, closed, state in (
        ("Założona", "Zamknięta", "otwarta"),
        ("Data przyjęcia", "Data zamknięcia", "w toku"),
    ):
        found = reading(
            f"Sprawa;Stan;{opened};{closed}\nA v B;{state};2026-05-14;\nB v C;zamknięta;;2026-05-15\n"
        ).cases
        assert [(one.state, one.opened_on, one.closed_on) for one in found] == [
            (CaseState.OPEN, date(2026, 5, 14), None),
            (CaseState.CLOSED, None, date(2026, 5, 15)),
        ]


@pytest.mark.parametrize(
    ("headings_and_cells", "fault"),
    [
        ("Case=A Team=nikt@lipowa.example", Fault.PERSON),
        ("Case=A References=IQ12/", Fault.REFERENCE),
        ("Case=A State=otwarte", Fault.STATE),
        ("Case=A Opened=31.02.2026", Fault.DAY),
        ("Case=A Opened=2026-02-01 Closed=2026-01-01", Fault.ORDER),
        ("Case=A Walled=może", Fault.FLAG),
        ("Case=A Side=lewa Party=Jan", Fault.SIDE),
        ("Case=A Party=Jan E-mail=jan@", Fault.ADDRESS),
        ("Case=A Side=nasza", Fault.PARTY),
        ("Case= Client=Jan", Fault.NO_NAME),
        (f"Case={'A' * 301}", Fault.LONG),
        ("Case=A =jeszcze", Fault.OVER),
    ],
)
def test_each_mistake_is_told_with_its_line(headings_and_cells: str, fault: Fault) -> None:
    pairs = [pair.split("=") for pair in headings_and_cells.split()]
    named = ";".join(heading for heading, _ in pairs if heading)
    told = reading(f"{named}\n;;\n{';'.join(cell for _, cell in pairs)}\n")
    assert [(wrong.line, wrong.fault) for wrong in told.wrong] == [(3, fault)]
    assert told.cases == []


def test_lines_of_one_case_that_contradict_each_other_are_told() -> None:
    text = "Number;Case;Client\n1/26;A;Jan\n1/26;A;Jan\n1/26;A;Ewa\n"
    assert faults(text) == [(4, Fault.OTHERWISE)]
    assert reading(text).doubled == [(3, 2)]


def test_a_case_with_one_wrong_line_is_left_out_whole_and_no_other() -> None:
    told = reading("Number;Case;Party;Side\n1/26;A;Jan;ours\n2/26;B;Ewa;ours\n1/26;A;Ola;nobody's\n")
    assert [case.name for case in told.cases] == ["B"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", Unreadable.EMPTY),
        (b"\xef\xbb\xbf  \n", Unreadable.EMPTY),
        (b"PK\x03\x04xlsx", Unreadable.BINARY),
        (b"a;b\n1;2", Unreadable.HEADINGS),
        (b"client;number\n1;2", Unreadable.HEADINGS),
        (b"case;name\n1;2", Unreadable.TWICE),
        (b'case\n"A', Unreadable.BROKEN),
        (b"case\n" * (MOST_LINES + 1), Unreadable.LONG),
    ],
)
def test_what_is_no_table_is_told_as_what_it_is(content: bytes, why: Unreadable) -> None:
    with pytest.raises(BadFile) as bad:
        sheet(decoded(content))
    assert bad.value.why is why


def test_columns_that_mean_nothing_are_named() -> None:
    assert sheet("Case;Kolor;Waga\nA;1;2\n").unknown == ("Kolor", "Waga")


def test_a_table_adds_and_changes_and_never_takes_away() -> None:
    first = as_kept(planned(TABLE))
    assert [step.what for step in planned(TABLE, *first).steps] == [What.SAME, What.SAME]
    more = "Number;Case;References;Party;E-mail;Side\nkan/1/2026;;I ACa 3/27;żak  sp. z o.o.;nowy@zak.example;\n"
    (step,) = planned(more.replace(";;", ";Kowalski p. Żak;", 1), *first).steps
    assert step.what is What.CHANGED
    assert step.changes == (Column.REFERENCES, Column.PARTY)
    assert step.card.references == ("I C 12/26", "Km 7/26", "I ACa 3/27")
    assert step.card.parties[1].side is Side.OPPOSING
    assert step.card.parties[1].addresses == ("biuro@zak.example", "rada@zak.example", "nowy@zak.example")
    assert step.card.parties[0].name == "Jan Kowalski"


def test_a_reference_that_is_spelled_otherwise_is_the_same() -> None:
    (first,) = as_kept(planned("Case;References\nA;I C 12/26\n"))
    (step,) = planned("Case;References\nA;ic 12/2026\n", first).steps
    assert step.what is What.SAME


def test_without_a_number_a_case_is_known_by_its_name_and_a_reference() -> None:
    text = "Case;References\nSpadek;I Ns 1/26\nSpadek;I Ns 2/26\n"
    both = as_kept(planned(text))
    assert [step.kept and step.kept.id for step in planned(text, *both).steps] == [UUID(int=1), UUID(int=2)]
    assert [wrong.fault for wrong in planned("Case\nSpadek\n", *both).wrong] == [Fault.AMBIGUOUS]


def test_another_teams_case_is_not_changed_and_said_to_be() -> None:
    (first,) = as_kept(planned("Number;Case\n1/26;A\n"))
    theirs = Kept(first.id, first.card, first.team, first.lead, walled=False, changeable=False)
    assert planned("Number;Case\n1/26;A\n", theirs).wrong == []
    assert [wrong.fault for wrong in planned("Number;Case\n1/26;B\n", theirs).wrong] == [Fault.TAKEN]


def test_closed_is_what_has_a_day_of_its_closing_and_open_what_is_opened_again() -> None:
    (closed,) = as_kept(planned("Case;Closed\nA;2026-05-14\n"))
    assert (closed.card.state, closed.card.closed_on) == (CaseState.CLOSED, date(2026, 5, 14))
    (step,) = planned("Case;State\nA;open\n", closed).steps
    assert (step.card.state, step.card.closed_on) == (CaseState.OPEN, None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_is_a_table_without_mistakes(language: str) -> None:
    told = reading(decoded(table(headings(language), example(language))))
    assert told.wrong == []
    assert [len(case.parties) for case in told.cases] == [2]


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=12).map(str.strip)
LINES = st.lists(WORDS.filter(bool), min_size=1, max_size=4).map(" ".join)
ADDRESSES = st.lists(st.from_regex(r"[a-z0-9.+-]{1,8}@[a-z]{1,8}\.example", fullmatch=True), max_size=2, unique=True)
PARTIES = st.builds(
    lambda side, name, role, addresses, note: PartyCard(None, side, name, role, tuple(addresses), note),
    st.sampled_from(Side),
    LINES,
    st.one_of(st.just(""), LINES),
    ADDRESSES,
    st.one_of(st.just(""), LINES, st.tuples(LINES, LINES).map("\n".join)),
)
DAYS = st.dates(date(1990, 1, 1), date(2040, 1, 1))


@st.composite
def cases(draw: st.DrawFn) -> list[Kept]:
    """An office whose cases have numbers of their own, and parties that differ."""
    made = []
    for place in range(draw(st.integers(0, 4))):
        state = draw(st.sampled_from(CaseState))
        opened, closed = sorted((draw(DAYS), draw(DAYS)))
        card = Card(
            number=f"KAN/{place + 1}/2026",
            name=draw(LINES),
            client=draw(st.one_of(st.just(""), LINES)),
            references=tuple(f"I C {number}/26" for number in draw(st.sets(st.integers(1, 99), max_size=3))),
            state=state,
            opened_on=draw(st.sampled_from([None, opened])),
            closed_on=closed if state is CaseState.CLOSED else None,
            parties=tuple(draw(st.lists(PARTIES, max_size=3, unique_by=repr))),
        )
        team = draw(st.frozensets(st.sampled_from(sorted(PEOPLE)), min_size=1))
        lead = frozenset(draw(st.sets(st.sampled_from(sorted(team)), max_size=1)))
        made.append(Kept(UUID(int=place + 1), card, team, lead, draw(st.booleans()), changeable=True))
    return made


@given(cases(), st.sampled_from(LANGUAGES))
def test_what_is_written_is_read_as_it_was(office: list[Kept], language: str) -> None:
    text = decoded(table(headings(language), rows(office, language)))
    told = reading(text)
    assert told.wrong == []
    made = plan(told.cases, [], OWN)
    assert as_kept(made) == office
    assert [step.what for step in plan(told.cases, office, OWN).steps] == [What.SAME] * len(office)


@given(st.lists(st.sampled_from("=+-@\t\r＝＋－＠';\"|,a"), min_size=1, max_size=6).map("".join))
def test_no_cell_is_computed_by_a_spreadsheet_and_none_is_lost(cell: str) -> None:
    content = table(["Case", "Note", "Party"], [["A", cell, "Jan"]])
    seen = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))[1][1]
    assert not seen.startswith(tuple("=+-@\t\r＝＋－＠"))
    (case,) = reading(decoded(content)).cases
    assert case.parties[0].note == cell.replace("\t", " ").replace("\r", " ").strip()


@given(st.binary(max_size=200))
def test_whatever_is_sent_is_answered(content: bytes) -> None:
    for heading in (b"case;party\n", b"case,state,closed,party\n", b""):
        with suppress(BadFile):
            reading(decoded(heading + content))
