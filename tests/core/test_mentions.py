"""Whom “@…” names, among colleagues of whom some have titles before their names."""

import pytest

from teczka.core.mentions import named

PEOPLE = ["adw. Helena Zawilska", "r. pr. Tomasz Gorzelak", "Beata Ostrowicz", "Anna Ostrowicz-Nowak", "Anna Lis"]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("@Tomasz, proszę zerknąć", [1]),
        ("@gorzelak i @HELENA", [0, 1]),
        ("@Tomasz Gorzelak", [1]),
        ("@r. pr. Tomasz Gorzelak", [1]),
        ("@Ostrowicz", [2]),
        ("@Ostrowicz-Nowak", [3]),
        ("@Anna", []),  # there are two
        ("@Anna Lis.", [4]),
        ("@adw. i @r. pr.", []),
        ("@Tomaszek, tomasz@Gorzelak, Tomasz", []),
    ],
)
def test_a_name_is_known_by_any_word_that_one_person_alone_bears(text: str, people: list[int]) -> None:
    assert named(text, PEOPLE) == people
