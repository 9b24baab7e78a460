from itertools import product

from teczka.language.asking import ask, phrase
from teczka.language.snippets import Look, Pieces, Sought, any_of


def hits(pieces: Pieces) -> list[str]:
    return [piece for piece, hit in pieces if hit]


def shown(pieces: Pieces) -> str:
    return "".join(piece for piece, _ in pieces)


def words(text: str) -> Look:
    return Look([Sought(one.exact, one.also) for one in ask(text)])


def said(*texts: str) -> Look:
    return Look([Sought(phrases=(tuple(terms[0] for terms in phrase(text)),)) for text in texts])


def test_inflected_words_are_marked_where_they_stand() -> None:
    pieces = words("umowa lodz").marked("Re: Umowy najmu lokalu w Łodzi, umową objęte")
    assert hits(pieces) == ["Umowy", "Łodzi", "umową"]
    assert shown(pieces) == "Re: Umowy najmu lokalu w Łodzi, umową objęte"


def test_references_numbers_and_addresses_are_marked_whole() -> None:
    line = "I C 12/24, II C 12/24, tel. 601-234-567, Jan@example.pl, FV/12/2024"
    assert hits(words("i c 12/24").marked(line)) == ["I C 12/24"]
    assert hits(words("+48 601 234 567").marked(line)) == ["601-234-567"]
    assert hits(words("jan@example.pl").marked(line)) == ["Jan@example.pl"]
    assert hits(words("jan@example.pl").marked("İİİ Jan@example.pl")) == ["Jan@example.pl"]
    assert hits(words("fv 12/24").marked(line)) == ["FV/12/2024"]


def test_a_reference_is_marked_with_the_suffix_that_was_not_asked_for() -> None:
    line = "VI GC 1222/22 upr, I C 26/24-upr. i VI GC 1222/22"
    assert hits(words("VI GC 1222/22").marked(line)) == ["VI GC 1222/22 upr", "VI GC 1222/22"]
    assert hits(words("I C 26/24").marked(line)) == ["I C 26/24-upr."]
    assert hits(words("VI GC 1222/22 upr").marked(line)) == ["VI GC 1222/22 upr", "VI GC 1222/22"]


def test_a_beginning_and_an_exact_word_are_marked_as_they_were_asked() -> None:
    assert hits(Look([Sought(("umow*",))]).marked("umowy, umowny, zamowa")) == ["umowy", "umowny"]
    assert hits(Look([Sought(("umowa",))]).marked("umowy umowa")) == ["umowa"]
    line = "tel. 601-234-567, Jan@example.pl, FV/12/2024"
    assert hits(Look([Sought((begun,)) for begun in ("60123*", "jan@exa*", "fv/1*")]).marked(line)) == [
        "601-234-567",
        "Jan@exa",
        "FV/12/2024",
    ]


def test_a_phrase_is_marked_where_all_of_it_stands_and_nowhere_else() -> None:
    text = "W załączeniu pismo. Najem lokalu w\n> Łodzi, a nie w łodzie; w lodzi."
    assert hits(said("w Łodzi").marked(text)) == ["w > Łodzi", "w lodzi"]
    long = "zastrzeżenie kary umownej " * 9
    assert hits(said(long).snippet("x " * 200 + long + " y" * 200, 72).pieces) == [long.strip()]


def test_a_phrase_is_marked_in_any_spelling_that_folds_alike() -> None:
    for text in ("Große Straße", "æon b", "мой договор", "Λόγος και", "계약 해지", "jan@x.pl umowa"):
        assert hits(said(text.lower()).marked(f"x {text.upper()}, {text}.")) == [text.upper(), text]
    assert hits(said("grosse strasse").marked("Große Straße")) == ["Große Straße"]
    assert hits(words("Άδεια").marked("άδεια")) == ["άδεια"]


def test_what_is_found_without_an_end_is_cut() -> None:
    found = Look([Sought(("kacz*",))]).snippet("kaczka" * 9_000, 72)
    assert found.met == {0}
    assert len(*hits(found.pieces)) == 72 * 4
    assert hits(said("ges kacza").marked("gęś" + "." * 60_000 + "kacza")) == []


def test_marks_are_restored_for_some_words_and_no_more() -> None:
    many = " ".join("l" + "".join(each) for each in product("acelnosz", repeat=4))
    look = words("łódź")
    assert hits(look.marked("nic w lodzi")) == ["lodzi"]
    assert hits(look.marked(f"{many} w lodzi")) == ["lodzi"]  # of a word that is known it is known
    assert hits(words("łódź").marked(f"{many} w lodzi, lodz")) == ["lodz"]


def test_a_mark_alone_is_no_word() -> None:
    assert hits(Look([Sought(("ﾞ",)), Sought(("umowa",))]).marked("ﾞ umowa")) == ["umowa"]


def test_the_window_stands_where_most_of_it_is() -> None:
    text = "umowa " + "nic tu nie ma " * 60 + "w umowie najmu zastrzeżono kary " + "a dalej znowu nic " * 60
    found = words("umowa najmu kara").snippet(text, 200)
    assert hits(found.pieces) == ["umowie", "najmu", "kary"]
    assert found.met == {0, 1, 2}
    assert shown(found.pieces).startswith("…")
    assert shown(found.pieces).endswith("…")
    assert len(shown(found.pieces)) <= 202


def test_the_window_stands_rather_where_a_rare_word_is_and_not_what_is_seen_elsewhere() -> None:
    text = "pismo nasze " * 300 + "a na końcu gżegżółka" + " i tyle " * 90
    assert hits(words("pismo gżegżółka").snippet(text, 40).pieces) == ["gżegżółka"]
    assert hits(words("pismo gżegżółka").snippet(text, 40, seen={1}).pieces)[0] == "pismo"


def test_the_window_stands_rather_where_a_word_is_as_it_was_asked() -> None:
    text = "Umowy zawarto wczoraj. " + "nic tu nie ma " * 60 + "Warunki zna umowa najmu."
    assert hits(words("umowa").snippet(text, 60).pieces) == ["umowa"]
    assert hits(words("umowy").snippet(text, 60).pieces) == ["Umowy"]


def test_what_stands_far_into_a_long_text_is_shown() -> None:
    text = "umów się, a nic nie ma; " * 20_000 + "gżegżółka w gnieździe"
    assert hits(words("gżegżółki").snippet(text, 60).pieces) == ["gżegżółka"]


def test_of_a_text_that_meets_nothing_the_beginning_is_shown() -> None:
    found = words("zupa").snippet("W załączeniu\n\n  przesyłam.", 200)
    assert (found.pieces, found.met) == ([("W załączeniu przesyłam.", False)], frozenset())
    assert words("").snippet("", 200).pieces == []


def test_of_alternatives_any_is_the_one_thing_that_is_sought() -> None:
    look = Look([any_of([Sought(("umowa",)), Sought(("najem*",))]), any_of([])])
    assert look.snippet("a tu najem", 60).met == {0}
    assert look.places == {0}


def test_a_text_without_blanks_is_cut_all_the_same() -> None:
    assert len(shown(words("umowa").snippet("x" * 9_000 + " umowa " + "y" * 9_000, 200).pieces)) <= 202
