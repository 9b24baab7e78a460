import pytest

from teczka.core.names import free_name, part_name, safe_name

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
    ("CON .txt", "_CON .txt"),
    ("LPT1.pdf", "_LPT1.pdf"),
    ("console.pdf", "console.pdf"),
]


@pytest.mark.parametrize(("name", "expected"), HOSTILE)
def test_a_hostile_name_is_made_harmless(name: str, expected: str) -> None:
    assert safe_name(name, "plik") == expected


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("", "message/rfc822", "plik.eml"),
        ("I C 12/24: wyrok", "message/rfc822", "I C 12_24_ wyrok.eml"),
        ("Umowa.EML", "message/rfc822", "Umowa.EML"),
        ("", "application/pdf", "plik.pdf"),
        ("", "image/jpeg", "plik.jpg"),
        ("", "text/calendar", "plik.ics"),
        ("", "application/pkcs7-mime", "plik.p7m"),
        ("", "application/x-nobody-knows", "plik"),
        ("skan", "application/pdf", "skan"),
        ("   .pdf", "application/pdf", "plik.pdf"),
        (".Pozew", "application/pdf", "Pozew"),
        ("  .tar.gz", "application/gzip", "tar.gz"),
        ("ż" * 300, "message/rfc822", "ż" * 113 + ".eml"),
    ],
)
def test_a_part_has_a_name_that_it_can_be_opened_by(name: str, kind: str, expected: str) -> None:
    assert part_name(name, kind, "plik") == expected


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


def test_a_name_is_no_longer_than_file_systems_take_whatever_its_letters() -> None:
    for name in ("😀" * 90 + ".pdf", "ż" * 150 + ".pdf"):
        shown = safe_name(name, "document")
        assert len(shown.encode()) <= 230
        assert shown.endswith(".pdf")
    assert safe_name("a" * 79 + ".. " + "b" * 30, "document", 81) == "a" * 79, "no folder can end with a dot"


def test_a_name_is_as_long_as_windows_counts_and_no_letter_is_halved() -> None:
    assert safe_name("a" + "😀" * 40 + ".pdf", "document", 60) == "a" + "😀" * 27 + ".pdf"


def test_what_is_no_ending_does_not_take_the_rest_of_a_long_name_with_it() -> None:
    assert (
        safe_name("12.04 jan@klient.example - " + "pozew " * 30, "message", 40)
        == "12.04 jan@klient.example - pozew pozew po"[:40]
    )


def test_one_name_written_in_two_ways_is_taken_once() -> None:
    taken: set[str] = set()
    assert free_name("é.txt", taken) == "é.txt"
    assert free_name("e\u0301.txt", taken) == "e\u0301 (2).txt"
