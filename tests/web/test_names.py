import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.names import safe_name
from teczka.web.mail.names import disposition
from teczka.web.mail.parts import saved_type


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
