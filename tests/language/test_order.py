from teczka.language.order import sort_key


def test_polish_letters_follow_their_latin_ones() -> None:
    right = ["Adam", "Ąk", "Cz", "Ćma", "Dom", "Lech", "Łoś", "Ola", "Ósma", "Zofia", "Źrebak", "Żaba"]
    assert sorted(set(right), key=sort_key) == right
    assert sort_key("ŁÓDŹ") == sort_key("łódź")
