"""Outlook's files become messages that every reader understands, and the file itself goes along."""

import email
import email.policy
import struct
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.core.errors import Trouble
from teczka.mime.boxes.found import Unfit
from teczka.mime.boxes.outlook import rtf
from teczka.mime.boxes.outlook.message import letter
from tests.outlook import Tree, attached, attachment, binary, compound, message, moment, number, recipient, text

SENT = datetime(2026, 11, 5, 9, 30, tzinfo=UTC)
PLAIN = (
    text(0x1A, "IPM.Note"),
    text(0x37, "Pozew – Źródło"),
    text(0x1000, "Treść ąęć\r\n"),
    text(0x42, "Jan Żółw"),
    text(0x5D02, "jan@a.example"),
    moment(0x39, SENT),
    number(0xE07, 1),
)
ANNA = recipient(1, "Anna Lipowska", "anna@b.example")


def read(tree: Tree) -> tuple[EmailMessage, frozenset[str], datetime | None]:
    found = letter(compound(tree))
    raw = found.body if isinstance(found.body, bytes) else b"".join(found.body)
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed, found.flags, found.at


def test_a_message_without_headers_gets_them_from_its_properties() -> None:
    parsed, flags, at = read(message(*PLAIN, people=[ANNA, recipient(2, "", "ewa@c.example")], files=[]))
    assert parsed["Subject"] == "Pozew – Źródło"
    assert parsed["From"].addresses[0].display_name == "Jan Żółw"
    assert [one.addr_spec for one in parsed["To"].addresses] == ["anna@b.example"]
    assert [one.addr_spec for one in parsed["Cc"].addresses] == ["ewa@c.example"]
    assert parsed["Date"].datetime == at == SENT
    assert flags == {"\\Seen"}
    body = parsed.get_body(("plain",))
    assert body is not None
    assert body.get_content() == "Treść ąęć\r\n"


def test_headers_that_it_came_with_stay_as_they_were() -> None:
    headers = (
        "Received: from a by b;\r\n\tThu, 05 Nov 2026 10:30:00 +0100\r\nFrom: Inny <inny@d.example>\r\nX-Sprawa: 7\r\n"
    )
    headers += "Content-Type: text/html\r\n"
    parsed, _, _ = read(message(*PLAIN, text(0x7D, headers), people=[ANNA], files=[]))
    assert parsed["From"].addresses[0].addr_spec == "inny@d.example"
    assert parsed["X-Sprawa"] == "7"
    assert parsed["Received"].startswith("from a by b;")
    assert parsed.get_content_type() == "multipart/mixed"
    assert parsed["Subject"] == "Pozew – Źródło"  # which they lacked


def test_attachments_pictures_and_messages_inside_come_along_and_the_file_last() -> None:
    inner = message(
        text(0x1A, "IPM.Note"), text(0x37, "W środku"), text(0x1000, "list"), people=[], files=[], top=False
    )
    files = [
        attachment("umowa ąę.pdf", b"%PDF-1" * 1000, "application/pdf"),
        attachment("logo.png", b"\x89PNG", "image/png", cid="logo@1"),
        attached("", inner),
    ]
    html = binary(0x1013, '<p>Witaj <img src="cid:logo@1"> ąę</p>'.encode("cp1250"))
    parsed, _, _ = read(message(*PLAIN, html, number(0x3FDE, 1250), people=[ANNA], files=files))
    names = [part.get_filename() for part in parsed.iter_attachments()]
    assert names == ["umowa ąę.pdf", "W środku.eml", "original.msg"]
    page = parsed.get_body(("html",))
    assert page is not None
    assert "Witaj" in page.get_content()
    assert "ąę" in page.get_content()
    inside = [part for part in parsed.walk() if part.get_content_type() == "message/rfc822"]
    assert inside[0].get_payload(0)["Subject"] == "W środku"  # type: ignore[union-attr, index, call-overload]
    assert any(part["Content-ID"] == "<logo@1>" for part in parsed.walk())
    original = list(parsed.iter_attachments())[-1]
    assert original.get_content().startswith(b"\xd0\xcf\x11\xe0")


def test_the_same_file_becomes_the_same_bytes() -> None:
    raw = compound(message(*PLAIN, people=[ANNA], files=[attachment("a.txt", b"x")]))
    assert letter(raw).body == letter(raw).body


def test_an_address_of_exchange_is_no_address() -> None:
    parsed, _, _ = read(message(*PLAIN[:4], text(0x65, "/O=KANCELARIA/CN=JAN"), people=[], files=[]))
    assert "/O=" not in str(parsed["From"])
    assert "Jan" in str(parsed["From"])


def test_an_appointment_is_no_message() -> None:
    with pytest.raises(Unfit) as met:
        letter(compound(message(text(0x1A, "IPM.Appointment"), people=[], files=[])))
    assert met.value.trouble is Trouble.IMPORT_KIND


def packed(plain: bytes) -> bytes:
    """Not compressed, as MS-OXRTFCP allows."""
    return struct.pack("<IIII", len(plain) + 12, len(plain), 0x414C454D, 0) + plain


def test_html_that_was_wrapped_into_rich_text_is_unwrapped() -> None:
    wrapped = (
        b"{\\rtf1\\ansi\\ansicpg1250\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}}\r\n{\\*\\htmltag64 <p>}"
        b"Za\\'bf\\'f3\\'b3\\'e6 {\\*\\htmltag84 <b>}g\\'ea\\'9cl\\'b9"
        b"{\\*\\htmltag92 </b>}\\htmlrtf \\par \\htmlrtf0 {\\*\\htmltag72 </p>}}"
    )
    parsed, _, _ = read(message(*PLAIN[:2], binary(0x1009, packed(wrapped)), people=[], files=[]))
    page = parsed.get_body(("html",))
    assert page is not None
    assert page.get_content().strip() == "<p>Zażółć <b>gęślą</b></p>"


def test_rich_text_alone_becomes_its_text() -> None:
    rich = b"{\\rtf1\\ansi\\ansicpg1250{\\fonttbl{\\f0\\fcharset238 Times;}}{\\*\\generator X;}\\f0 Wz\\'f3r \\u321?ad\\par {\\b tak}}"
    assert rtf.content(rich).split("\r\n") == ["Wzór Ład", "tak"]


def test_what_was_compressed_is_as_it_was() -> None:
    # MS-OXRTFCP §3.2: "hello world"
    compressed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232 0af3 20 68 65 6c 090020627705b06c647d0a800fa0".replace(
            " ", ""
        )
    )
    assert rtf.unpack(compressed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


@given(st.binary(max_size=400))
def test_no_bytes_break_the_rich_text(raw: bytes) -> None:
    rtf.content(b"{\\rtf1" + raw)
    try:
        rtf.unpack(struct.pack("<IIII", 9, 400, 0x75465A4C, 0) + raw)
    except ValueError:
        pass


@given(st.data())
def test_a_damaged_file_is_told_and_nothing_else(data: st.DataObject) -> None:
    raw = bytearray(compound(message(*PLAIN, people=[ANNA], files=[attachment("a.txt", b"x" * 5000)])))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(8, len(raw)))
    try:
        letter(bytes(raw[:cut]))
    except Unfit as wrong:
        assert wrong.trouble in {Trouble.IMPORT_BROKEN, Trouble.IMPORT_KIND}  # noqa: PT017
