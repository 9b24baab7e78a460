"""Faces, and what a letter quotes."""

from hypothesis import given
from hypothesis import strategies as st

from teczka.core.sharing import faces, quoted

FIRST = """Szanowna Pani Mecenas,

w załączeniu przesyłam odpis pozwu o zapłatę, doręczony mi wczoraj. Proszę o pilny kontakt, bo termin na odpowiedź mija za dwa tygodnie.

Z poważaniem
Jan Kowal
Firma Kowal i Syn, ul. Długa 7, 00-001 Warszawa"""
SECOND = """Szanowna Pani Mecenas,

dziękuję za rozmowę. Faktury wysłałem pocztą, brakuje jeszcze dwóch z marca, których szuka księgowa.

Z poważaniem
Jan Kowal
Firma Kowal i Syn, ul. Długa 7, 00-001 Warszawa"""


def test_three_faces_are_told_and_how_many_there_are_beside() -> None:
    people = ["Anna Lipowska", "Bartek Nowy", "Celina Cicha", "Dorota Zarządna", "Ewa Nowa"]
    assert faces(people[:2]) == "AL, BN"
    assert faces(people) == "AL, BN, CC +2"


def marked(text: str, width: int = 30) -> str:
    """As mail programs quote: lines broken anew, each with its mark."""
    words, lines = text.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(f"> {line}" for line in lines)


def test_a_quoted_letter_is_known_however_its_lines_were_broken() -> None:
    assert quoted(marked(FIRST), [FIRST, SECOND]) == [0]
    twice = "\n".join(f"> {line}" for line in marked(FIRST).splitlines())
    assert quoted(f"{marked(SECOND)}\n{twice}", [FIRST, SECOND]) == [0, 1]


def test_the_same_greeting_and_signature_are_not_the_same_letter() -> None:
    assert quoted(marked(FIRST.replace("odpis pozwu", "wezwanie").replace("dwa tygodnie", "miesiąc")), [SECOND]) == []


def test_what_everybody_writes_is_nobodys_letter() -> None:
    assert quoted("> OK\n> Dziękuję.", ["OK", "Dziękuję."]) == []


@given(st.lists(st.text(min_size=1), max_size=5), st.text())
def test_any_text_has_an_answer(letters: list[str], tail: str) -> None:
    assert set(quoted(tail, letters)) <= set(range(len(letters)))
