"""What is abbreviated to initials is found with its dots and without them."""

import pytest

from teczka.language.asking import ask, beginning, number
from teczka.language.fields import Field
from teczka.language.initials import initials
from teczka.language.snippets import Look, Sought
from teczka.language.vectors import vectors
from tests.language.test_vectors import read_literal

SAME = [
    ["art. 415 k.c.", "Art. 415 KC", "art 415 kc", "art. 415 k. c.", "art. 415 k.c"],
    ["art. 187 § 1 k.p.c.", "art. 187 § 1 KPC", "art. 187 § 1 k. p. c."],
    [
        "sp. z o.o.",
        "sp.z o.o.",
        "Sp. z o. o.",
        "SP. Z O.O",
        "sp z oo",
        "Sp. zo.o.",
        "sp. zoo",
        "spzoo",
        "spółce z o.o.",
        "spółka z ograniczoną odpowiedzialnością",
        "spolka z ograniczona odpowiedzialnoscia",
    ],
    ["Kowal sp.k.", "Kowal sp. k.", "Kowal Sp.K", "Kowal sp k", "Kowal spk"],
    ["Kowal sp.j.", "Kowal sp. j.", "Kowal SPJ"],
    ["Budex S.A.", "Budex S. A.", "Budex s.a", "Budex SA"],
    ["J.K. Nowak", "J. K. Nowak", "JK Nowak"],
    ["u.p.d.o.f.", "updof"],
]


@pytest.mark.parametrize(("written", "asked"), [(one, other) for same in SAME for one in same for other in same])
def test_initials_are_one_word_with_dots_and_without(written: str, asked: str) -> None:
    there = read_literal(vectors([(Field.TEXT, f"Wnoszę na podstawie {written}, jak w piśmie.")])[0])
    assert all({*one.terms} & {*there} for one in ask(asked))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("z art. 415 k.c. W dniu 1 maja", [("k.c.", "kc")]),
        ("k.c. W. Nowak", [("k.c.", "kc")]),
        ("S. A., K.R.S.", [("S. A.", "sa"), ("K.R.S.", "krs")]),
        ("j.k.nowak@x.pl, J.Nowak, m.in. r.pr. ul. A. Mickiewicza, www.x.com", []),
        ("\uff9e.\uff9e.", []),
    ],
)
def test_they_end_with_a_word_of_more_letters(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(text[one.start : one.end], one.term) for one in initials(text)] == expected


def test_other_letters_are_not_found_by_them() -> None:
    there = read_literal(vectors([(Field.TEXT, "C. Kowal i K. Cichy")])[0])
    (asked,) = ask("k.c.")
    assert not {*asked.terms} & {*there}


def test_what_a_company_is_tells_it_from_others_but_for_what_is_a_word_of_no_weight_too() -> None:
    assert [one.exact for one in ask("Budex S.A.")] == [("budex",)]
    there = read_literal(vectors([(Field.TEXT, "Nowak z karty K. 12 w spółce")])[0])
    for other in ("Nowak sp. z o.o.", "Nowak sp.k.", "Nowak spj"):
        assert not all({*one.terms} & {*there} for one in ask(other)), other
    assert [one.exact for one in ask("zoo")] == [("zoo",)]
    assert [one.exact for one in ask("sp. komandytowa")] == [("sp",), ("komandytowa",)]
    assert ask("Kowal sp. k", begun=True)[-1].exact == ("k", "k*")


def test_they_go_on_while_they_are_typed_and_are_no_number() -> None:
    assert [one.exact for one in ask("art. k.p", begun=True)] == [("art",), ("kp", "kp*")]
    assert [one.exact for one in beginning("k.p")] == [("kp*",)]
    assert number("k.c.") is None


def test_they_are_marked_whole() -> None:
    for asked in ("kc", "k.c."):
        look = Look([Sought(one.exact, one.also) for one in ask(asked)])
        assert [piece for piece, hit in look.marked("art. 415 k.c., KC i k. c. A c.") if hit] == ["k.c.", "KC", "k. c."]
