import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.web.mail.names import disposition, safe_name
from teczka.web.mail.parts import saved_type

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
]


@pytest.mark.parametrize(("name", "expected"), HOSTILE)
def test_a_hostile_name_is_made_harmless(name: str, expected: str) -> None:
    assert safe_name(name, "plik") == expected


@given(st.text(max_size=400))
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    header = disposition(safe_name(name, "plik"))
    assert header.isascii()
    assert header.isprintable()
    plain = header.split('filename="', 1)[1].split("; filename*=", 1)[0]
    assert plain.count('"') == 1
    assert "\\" not in plain
    assert "/" not in plain


def test_a_polish_name_is_told_twice_once_for_old_programs() -> None:
    assert (
        disposition("Pozew żony.pdf")
        == "attachment; filename=\"Pozew zony.pdf\"; filename*=UTF-8''Pozew%20%C5%BCony.pdf"
    )


@pytest.mark.parametrize(
    "content_type",
    [
        "text/html",
        "image/svg+xml",
        "application/xhtml+xml",
        "text/xml",
        "application/javascript",
        "text/css",
        "x/y\r\nA: b",
        "",
        "multipart/x-mixed-replace",
    ],
)
def test_what_a_browser_would_run_is_sent_as_plain_bytes(content_type: str) -> None:
    assert saved_type(content_type) == "application/octet-stream"


def test_a_harmless_type_is_kept() -> None:
    assert saved_type("application/pdf") == "application/pdf"
