import pytest

from teczka.core.names import free_name, safe_name

HOSTILE = [
    ("../../etc/passwd", "_.._etc_passwd"),
    ("C:\\Windows\\evil.exe", "C__Windows_evil.exe"),
    ("faktura\u202efdp.exe", "fakturafdp.exe"),  # right-to-left override: it would be shown as fakturaexe.pdf
    ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
    ('"; filename="x.html', "_; filename=_x.html"),
    ("...", "plik"),
    ("\u200b\u0000", "plik"),
    ("zażółć gęślą jaźń.pdf", "zażółć gęślą jaźń.pdf"),
    ("x" * 400 + ".docx", "x" * 145 + ".docx"),
    ("con", "_con"),
    ("LPT1.pdf", "_LPT1.pdf"),
    ("console.pdf", "console.pdf"),
]


@pytest.mark.parametrize(("name", "expected"), HOSTILE)
def test_a_hostile_name_is_made_harmless(name: str, expected: str) -> None:
    assert safe_name(name, "plik") == expected


def test_names_that_one_file_system_takes_for_the_same_are_numbered() -> None:
    taken: set[str] = set()
    names = ["Pozew.pdf", "pozew.PDF", "Pozew (2).pdf", "pozew.pdf", "bez końcówki", "Bez Końcówki"]
    assert [free_name(name, taken) for name in names] == [
        "Pozew.pdf",
        "pozew (2).PDF",
        "Pozew (2) (2).pdf",
        "pozew (3).pdf",
        "bez końcówki",
        "Bez Końcówki (2)",
    ]
