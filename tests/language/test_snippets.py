from teczka.language.asking import Asked, ask, phrase
from teczka.language.snippets import Pieces, marked, snippet


def hits(pieces: Pieces) -> list[str]:
    return [piece for piece, hit in pieces if hit]


def shown(pieces: Pieces) -> str:
    return "".join(piece for piece, _ in pieces)


def test_inflected_words_are_marked_where_they_stand() -> None:
    pieces = marked("Re: Umowy najmu lokalu w Łodzi, umową objęte", ask("umowa lodz"))
    assert hits(pieces) == ["Umowy", "Łodzi", "umową"]
    assert shown(pieces) == "Re: Umowy najmu lokalu w Łodzi, umową objęte"


def test_references_numbers_and_addresses_are_marked_whole() -> None:
    line = "I C 12/24, II C 12/24, tel. 601-234-567, Jan@example.pl, FV/12/2024"
    assert hits(marked(line, ask("i c 12/24"))) == ["I C 12/24"]
    assert hits(marked(line, ask("+48 601 234 567"))) == ["601-234-567"]
    assert hits(marked(line, ask("jan@example.pl"))) == ["Jan@example.pl"]
    assert hits(marked("İİİ Jan@example.pl", ask("jan@example.pl"))) == ["Jan@example.pl"]
    assert hits(marked(line, ask("fv 12/24"))) == ["FV/12/2024"]


def test_a_beginning_and_an_exact_word_are_marked_as_they_were_asked() -> None:
    assert hits(marked("umowy, umowny, zamowa", [Asked(0, 0, ("umow*",))])) == ["umowy", "umowny"]
    assert hits(marked("umowy umowa", [Asked(0, 0, each[:1]) for each in phrase("umowa")])) == ["umowa"]


def test_the_window_stands_where_most_of_it_is() -> None:
    text = "umowa " + "nic tu nie ma " * 60 + "w umowie najmu zastrzeżono kary " + "a dalej znowu nic " * 60
    where, pieces = snippet([("body", text)], ask("umowa najmu kara"))
    assert where == "body"
    assert hits(pieces) == ["umowie", "najmu", "kary"]
    assert shown(pieces).startswith("…")
    assert shown(pieces).endswith("…")
    assert len(shown(pieces)) <= 202


def test_the_first_text_that_meets_something_is_shown_else_the_first_ones_beginning() -> None:
    texts = [("body", "W załączeniu\n\n  przesyłam."), ("a.pdf", "Umowa najmu")]
    assert snippet(texts, ask("najem")) == ("a.pdf", [("Umowa ", False), ("najmu", True)])
    assert snippet(texts, ask("zupa")) == ("body", [("W załączeniu przesyłam.", False)])
    assert snippet([], ask("zupa")) == (None, [])


def test_a_text_without_blanks_is_cut_all_the_same() -> None:
    assert len(shown(snippet([("body", "x" * 9_000 + " umowa " + "y" * 9_000)], ask("umowa"))[1])) <= 202
