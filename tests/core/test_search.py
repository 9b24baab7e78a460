"""Queries: whatever is typed is one, and what is said of it in either language means the same."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.dates import Called, Yearly
from teczka.core.search import parse
from teczka.core.search_tree import (
    All,
    Any,
    HasFile,
    Hint,
    In,
    Is,
    Larger,
    Name,
    Named,
    Not,
    Phrase,
    Prefix,
    Since,
    State,
    Unit,
    Where,
    Within,
    Words,
)

WORDS = """
umowa I C 12/24 OR LUB AND NOT | - ( ) " „ od: do: temat: from: subject: plik: folder: konto: sprawa: przed: po: nowsze: starsze: ma:
jest: w: większe: filed: nie załącznik nieprzeczytane kosz 2024-05-01 3.2024 14d 5M * : :: -- jan@x.pl żółć łódź* http://x.pl foo:
\\ ' & § 1 ½ İ 1.11 wczoraj poniedziałku listopada 2 tygodnie I KAN 7/26 etykieta: od:(1.11) od:(wczoraj)
XXVIII temat:I plik:(I -I * ** *umowa* do:wczoraj do_dnia:1.11 do:(wczoraj) § C 12/24)
"""
PIECES = st.sampled_from([*WORDS.split(), " ", "  ", "\n", "\0", "_"])
TYPED = st.one_of(
    st.lists(PIECES, max_size=40).map("".join), st.lists(PIECES, max_size=60).map(" ".join), st.text(max_size=200)
)


@given(TYPED, st.sampled_from(["pl", "en"]))
def test_whatever_is_typed_is_a_query_and_is_read_as_the_same_when_it_is_said(typed: str, language: str) -> None:
    query = parse(typed)
    again = parse(query.text(language))
    assert again.node == query.node
    assert again.text(language) == query.text(language)


@given(TYPED)
def test_a_query_without_a_chip_is_a_query(typed: str) -> None:
    query = parse(typed)
    for place in range(len(query.parts)):
        less = query.without(place)
        assert parse(less.text("pl")).node == less.node


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("umowa najmu", Words("umowa najmu")),
        ("I C 12/24 umowa", Words("I C 12/24 umowa")),
        ('"umowa najmu"', Phrase("umowa najmu")),
        ("„umowa najmu”", Phrase("umowa najmu")),
        ('"umowa naj', Phrase("umowa naj")),
        ("umow*", Prefix("umow")),
        ("*umowa*", Prefix("umowa")),
        ("od:*kowalski*", Prefix("kowalski", Where.FROM)),
        ("*umowa", Words("umowa")),
        ("*-umowa", Words("umowa")),
        ("*od:jan", Words("jan", Where.FROM)),
        ("-spam", Not(Words("spam"))),
        ("od:kowalski", Words("kowalski", Where.FROM)),
        ("od: kowalski", Words("kowalski", Where.FROM)),
        ("FROM:kowalski", Words("kowalski", Where.FROM)),
        ('temat:"umowa najmu"', Phrase("umowa najmu", Where.SUBJECT)),
        ("subject:umow*", Prefix("umow", Where.SUBJECT)),
        ("od:(jan OR anna)", Any((Words("jan", Where.FROM), Words("anna", Where.FROM)))),
        ("a b OR c", All((Words("a"), Any((Words("b"), Words("c")))))),
        ("(a b) LUB c", Any((Words("a b"), Words("c")))),
        ("ma:zalacznik", HasFile()),
        ("jest:nieprzeczytana", Is(State.UNREAD)),
        ("is:starred", Is(State.STARRED)),
        ("filed:no", Is(State.UNFILED)),
        ("przypisane:tak", Is(State.FILED)),
        ("w:kosz", In("trash")),
        ("in:klienci", Named(Name.FOLDER, "klienci")),
        ('folder:"Klienci stali"', Named(Name.FOLDER, "Klienci stali")),
        ('sprawa:"I C 12/24"', Named(Name.CASE, "I C 12/24")),
        ("przed:01.05.2024", Since(date(2024, 5, 1), before=True)),
        ("po:2024-05", Since(date(2024, 5, 1))),
        ("po:5.2024 przed:2025", All((Since(date(2024, 5, 1)), Since(date(2025, 1, 1), before=True)))),
        ("po:wczoraj", Since(Called.YESTERDAY)),
        ("after:yesterday umowa", All((Since(Called.YESTERDAY), Words("umowa")))),
        ("przed:dziś", Since(Called.TODAY, before=True)),
        ("przed:poniedziałkiem", Since(Called.MONDAY, before=True)),
        ("od:poniedziałku umowa", All((Since(Called.MONDAY), Words("umowa")))),
        ("od:wczoraj", Since(Called.YESTERDAY)),
        ("od:1.11", Since(Yearly(11, 1))),
        ("do:2026-11-10", Since(date(2026, 11, 10), before=True, through=True)),
        ("od:1.11 do:10.11", All((Since(Yearly(11, 1)), Since(Yearly(11, 10), before=True, through=True)))),
        ("do:poniedziałku", Since(Called.MONDAY, before=True, through=True)),
        ("until:November 10", Since(Yearly(11, 10), before=True, through=True)),
        ("do_dnia:2025-05", Since(date(2025, 5, 1), before=True)),
        ("do:(10.11)", Words("10.11", Where.TO)),
        ("do:jan@x.pl", Words("jan@x.pl", Where.TO)),
        ("od:poniedziałek", Words("poniedziałek", Where.FROM)),
        ("od:(wczoraj)", Words("wczoraj", Where.FROM)),
        ("po:1.11", Since(Yearly(11, 1))),
        ("po:1 listopada umowa", All((Since(Yearly(11, 1)), Words("umowa")))),
        ("po: 1 listopada 2025 umowa", All((Since(date(2025, 11, 1)), Words("umowa")))),
        ("before:November 1 2025", Since(date(2025, 11, 1), before=True)),
        ("nowsze:2 tygodnie", Within(2, Unit.WEEK)),
        ("sprawa:I C 12/24 umowa", All((Named(Name.CASE, "I C 12/24"), Words("umowa")))),
        ("sprawa:KAN 7/26", Named(Name.CASE, "KAN 7/26")),
        ("case:PR 1 Ds 123.2024", Named(Name.CASE, "PR 1 Ds 123.2024")),
        ("sprawa:kowalski 12/24", All((Named(Name.CASE, "kowalski"), Words("12/24")))),
        ('sprawa:"I" C 12/24', All((Named(Name.CASE, "I"), Words("C 12/24")))),
        ("sprawa:XXVIII C 12/24", Named(Name.CASE, "XXVIII C 12/24")),
        ("temat:I C 12/24 umowa", All((Words("I C 12/24", Where.SUBJECT), Words("umowa")))),
        ("temat:(sygn. I C 12/24)", Words("sygn. I C 12/24", Where.SUBJECT)),
        ("plik:VI GC 12/24", Words("VI GC 12/24", Where.FILE)),
        ("temat:(I) C 12/24", All((Words("I", Where.SUBJECT), Words("C 12/24")))),
        ("od:I C 12/24", All((Words("I", Where.FROM), Words("C 12/24")))),
        ("-I C 12/24 sprawa", All((Not(Words("I C 12/24")), Words("sprawa")))),
        ("-(I) C 12/24", All((Not(Words("I")), Words("C 12/24")))),
        ("I C 12/24 LUB II C 12/24", Any((Words("I C 12/24"), Words("II C 12/24")))),
        ("etykieta:pilne", Named(Name.LABEL, "pilne")),
        ('label:"do zrobienia"', Named(Name.LABEL, "do zrobienia")),
        ("cc:jan dw:anna", All((Words("jan", Where.TO), Words("anna", Where.TO)))),
        ("nowsze:14d", Within(14, Unit.DAY)),
        ("older_than:1y", Within(1, Unit.YEAR, older=True)),
        ("większe:5M", Larger(5_000_000)),
        ("NIE", Words("NIE")),
        ("nie umowa", Words("nie umowa")),
        ("", None),
        ("- ( ) OR", None),
    ],
)
def test_queries_mean_what_people_mean(typed: str, meant: object) -> None:
    query = parse(typed)
    assert (query.node, query.hints) == (meant, ())


@pytest.mark.parametrize(
    ("typed", "meant", "hint"),
    [
        ("foo:bar", Words("foo:bar"), (Hint.UNKNOWN, "foo")),
        ("kolor:pilny", Words("kolor:pilny"), (Hint.UNKNOWN, "kolor")),
        ("przed:kiedyś", Words("kiedyś"), (Hint.VALUE, "przed:kiedyś")),
        ("po:31.02", Phrase("31.02"), (Hint.VALUE, "po:31.02")),
        ("od:", None, (Hint.VALUE, "od:")),
        ("§", None, (Hint.SIGNS, "§")),
        ('"🎉"', None, (Hint.SIGNS, "🎉")),
        *((signs, None, (Hint.SIGNS, signs)) for signs in ("....", "*", "***", '"', '""', "-", "- -", "(((((")),
        ("NOT umowa", Words("NOT umowa"), (Hint.NOT, "NOT")),
        ("umowa AND NIE najem", Words("umowa NIE najem"), (Hint.NOT, "NIE")),
        (f'"{"słowo " * 200}"', Phrase(" ".join(["słowo"] * 166)), (Hint.MANY, "")),
        (f'temat:"{"słowo " * 200}"', Phrase(" ".join(["słowo"] * 166), Where.SUBJECT), (Hint.MANY, "")),
        ("słowo " * 60, Words("słowo " * 39 + "słowo"), (Hint.MANY, "")),
    ],
)
def test_what_is_unclear_is_searched_as_words_with_a_hint(typed: str, meant: object, hint: object) -> None:
    query = parse(typed)
    assert (query.node, query.hints) == (meant, (hint,))


def test_one_query_is_said_in_both_languages() -> None:
    query = parse('od:kowalski temat:"umowa najmu" ma:załącznik jest:nieprzeczytane w:kosz nowsze:2t -spam (a OR b)')
    assert (
        query.text("pl")
        == 'od:kowalski temat:"umowa najmu" ma:załącznik jest:nieprzeczytane w:kosz nowsze:2t -spam (a LUB b)'
    )
    assert (
        query.text("en")
        == 'from:kowalski subject:"umowa najmu" has:attachment is:unread in:bin newer_than:2w -spam (a OR b)'
    )


def test_days_are_said_in_either_language_as_they_are_meant() -> None:
    query = parse("od:wczoraj przed:1 listopada po:2025")
    assert query.text("pl") == "po:wczoraj przed:1.11 po:2025-01-01"
    assert query.text("en") == "after:yesterday before:1.11 after:2025-01-01"
    assert parse("od:(1.11)").text("pl") == "od:(1.11)"
    assert parse("od:1.11 do:10.11").text("pl") == "po:1.11 do_dnia:10.11"
    assert parse("do:poniedziałku").text("en") == "until:monday"


def test_a_reference_is_said_as_it_is_written_and_what_only_begins_as_one_is_not_read_with_what_follows() -> None:
    for typed in (
        "temat:I C 12/24 umowa",
        "-I C 12/24 umowa",
        "temat:(I) C 12/24",
        "-(I) C 12/24",
        "temat:(umowa najmu)",
    ):
        assert parse(typed).text("pl") == typed
    assert parse("temat:(I C 12/24) -(II C 12/24)").text("pl") == "temat:I C 12/24 -II C 12/24"


def test_what_is_quoted_at_length_is_a_phrase_to_its_end() -> None:
    sentence = "Strony oświadczają, że przedmiot najmu został wydany w stanie przydatnym do umówionego użytku, co potwierdza protokół"
    query = parse(f'"{sentence}"')
    assert (query.node, query.hints) == (Phrase(sentence), ())
    assert parse(query.text("pl")) == query


def test_the_last_word_that_is_being_typed_may_be_only_begun() -> None:
    assert parse("od:jan umowa naj").being_typed().node == All(
        (Words("jan", Where.FROM), Words("umowa naj", begun=True))
    )
    assert parse('naj "umowa"').being_typed().node == parse('naj "umowa"').node


def test_a_number_with_spaces_around_its_slashes_is_one() -> None:
    assert parse("faktura FV / 12 / 2025 zapłacona").node == Words("faktura FV/12/2025 zapłacona")
