"""Contents decoded: encodings with junk, in pieces, and charsets that lie."""

import base64
import binascii
import quopri
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teczka.mime import charset, content
from teczka.mime.limits import LIMITS
from teczka.mime.parse import scan
from teczka.mime.parts import BASE64, IDENTITY, QUOTED, Part

PANGRAM = "Zażółć gęślą jaźń, Świadek źle się ŹLE czuł; ĄĘ"


def part(raw: bytes, encoding: str) -> Part:
    return Part("1", "application/pdf", 0, len(raw), encoding=encoding)


BASE64_CASES = {
    "lines": (b"YWJj\r\nZGVm\r\n", b"abcdef"),
    "no padding": (b"YWI", b"ab"),
    "one digit too many": (b"YWJjZ", b"abc"),
    "junk between": (b"YW Jj\n!!ZG\x00Vm", b"abcdef"),
    "padding in the middle": (b"YQ==\nYg==\nYw==", b"abc"),
    "padding alone": (b"====", b""),
    "a footer of a mailing list": (b"YWJj\n\n-- \n_", b"abc"),
    "nothing": (b"", b""),
}


@pytest.mark.parametrize(("raw", "meant"), BASE64_CASES.values(), ids=BASE64_CASES.keys())
def test_base64_gives_what_is_there(raw: bytes, meant: bytes) -> None:
    assert content.decode(raw, part(raw, BASE64)) == meant


QUOTED_CASES = {
    "soft break": (b"a=\r\nb", b"ab"),
    "small hex": (b"=c4=85", "ą".encode()),
    "no hex": (b"100 =ZZ", b"100 =ZZ"),
    "ends in the middle": (b"a=4", b"a=4"),
    "blanks before a soft break's end": (b"a=  \nb", b"ab"),
}


@pytest.mark.parametrize(("raw", "meant"), QUOTED_CASES.values(), ids=QUOTED_CASES.keys())
def test_quoted_printable_gives_what_is_there(raw: bytes, meant: bytes) -> None:
    assert content.decode(raw, part(raw, QUOTED)) == meant


def pieces(raw: bytes, encoding: str, monkeypatch: pytest.MonkeyPatch, step: int) -> bytes:
    monkeypatch.setattr(content, "LIMITS", replace(LIMITS, chunk=step))
    return b"".join(content.decode_chunks(lambda offset, length: raw[offset : offset + length], part(raw, encoding)))


@given(st.binary(max_size=300), st.integers(1, 40), st.sampled_from([BASE64, QUOTED, IDENTITY]))
def test_pieces_of_any_size_make_the_whole(data: bytes, step: int, encoding: str) -> None:
    encoded = (
        base64.encodebytes(data) if encoding == BASE64 else quopri.encodestring(data) if encoding == QUOTED else data
    )
    with pytest.MonkeyPatch.context() as patch:
        assert pieces(encoded, encoding, patch, step) == content.decode(encoded, part(encoded, encoding)) == data


@given(st.binary(max_size=200), st.integers(1, 30))
def test_hostile_base64_decodes_the_same_in_pieces(junk: bytes, step: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        assert (
            pieces(junk, BASE64, patch, step) == content.decode(junk, part(junk, BASE64)) or b"=" in junk.rstrip()[:-2]
        )


def test_a_large_attachment_is_read_a_piece_at_a_time() -> None:
    line = base64.b64encode(b"x" * 57) + b"\r\n"
    size = 40 * LIMITS.chunk
    asked: list[int] = []

    def read(offset: int, length: int) -> bytes:
        asked.append(length)
        shift = offset % len(line)
        return (line * (length // len(line) + 2))[shift : shift + length]

    longest = max(
        len(piece) for piece in content.decode_chunks(read, Part("1", "a/b", 7 * len(line), size, encoding=BASE64))
    )
    assert max(asked) <= LIMITS.chunk
    assert longest <= LIMITS.chunk
    assert sum(asked) == size


def test_bytes_that_end_early_end_the_pieces() -> None:
    def none(offset: int, length: int) -> bytes:
        return b""

    pieces: Iterator[bytes] = content.decode_chunks(none, Part("1", "a/b", 0, 10_000))
    assert list(pieces) == []


def test_decoding_stops_at_its_limit() -> None:
    raw = base64.encodebytes(b"x" * 10_000)
    assert content.decode(raw, part(raw, BASE64), 100) == b"x" * 100
    assert content.decode(b"y" * 500, part(b"y" * 500, IDENTITY), 100) == b"y" * 100


@pytest.mark.parametrize("size", [0, 1, 2, 3, 56, 57, 58, 1000, 12345])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_the_size_of_a_regular_attachment_is_known_without_decoding_it(size: int, end: bytes) -> None:
    encoded = base64.encodebytes(b"x" * size).replace(b"\n", end)
    parsed = scan(b"Content-Type: a/b" + end + b"Content-Transfer-Encoding: base64" + end * 2 + encoded)
    assert parsed.parts[0].size == size


CHARSETS = {
    "labelled iso-8859-2": (PANGRAM.encode("iso8859-2"), "iso-8859-2"),
    "labelled windows-1250": (PANGRAM.encode("cp1250"), "windows-1250"),
    "unlabelled windows-1250": (PANGRAM.encode("cp1250"), ""),
    "unlabelled iso-8859-2": (PANGRAM.encode("iso8859-2"), ""),
    "unlabelled utf-8": (PANGRAM.encode(), ""),
    "windows-1250 called utf-8": (PANGRAM.encode("cp1250"), "utf-8"),
    "iso-8859-2 called utf-8": (PANGRAM.encode("iso8859-2"), "utf-8"),
    "windows-1250 called ascii": (PANGRAM.encode("cp1250"), "us-ascii"),
    "iso-8859-2 called latin-1": (PANGRAM.encode("iso8859-2"), "iso-8859-1"),
    "utf-8 called latin-1": (PANGRAM.encode(), "iso-8859-1"),
    "utf-8 called something unheard of": (PANGRAM.encode(), "x-user-defined-9"),
    "cp1250 under a nickname": (PANGRAM.encode("cp1250"), "CP-1250"),
    "utf-16 with its mark": (PANGRAM.encode("utf-16"), "utf-16"),
    "utf-7": (PANGRAM.encode("utf-7"), "utf-7"),
}


@pytest.mark.parametrize(("raw", "label"), CHARSETS.values(), ids=CHARSETS.keys())
def test_polish_survives_labels_that_lie(raw: bytes, label: str) -> None:
    assert charset.decode(raw, label).lstrip("\ufeff") == PANGRAM


@pytest.mark.parametrize(
    "text", ["Привет, как дела? Посылаю договор на подпись.", "Добрий день, надсилаю позов до суду."]
)
def test_unlabelled_cyrillic_is_found_by_the_last_resort(text: str) -> None:
    raw = (text * 4).encode("cp1251")
    assert charset.decode(raw, thorough=True) == text * 4


def test_utf8_with_one_broken_byte_stays_utf8() -> None:
    assert charset.decode(PANGRAM.encode() + b"\xff", "utf-8") == PANGRAM + "\ufffd"


def test_true_western_text_is_not_made_polish() -> None:
    for text in ("Müller, Straße, größer", "façade à côté", "¿Qué año?"):
        assert charset.decode(text.encode("latin-1"), "iso-8859-1") == text


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "utf-7", "utf-16", "hz", "iso-2022-jp", "big5", "zip", "punycode", "\0", "idna", "cp1252"]),
)
def test_no_bytes_and_no_label_raise_or_leave_what_a_database_refuses(raw: bytes, label: str) -> None:
    text = charset.decode(raw, label, thorough=True)
    assert "\0" not in text
    text.encode()


@pytest.mark.parametrize(
    "label", ["zip", "hex", "rot13", "unicode_escape", "punycode", "idna", "undefined", "mbcs", "raw_unicode_escape"]
)
def test_a_codec_that_is_no_charset_is_not_used(label: str) -> None:
    assert charset.codec(label) is None


def test_the_fast_way_and_the_slow_way_of_base64_agree() -> None:
    raw = base64.encodebytes(b"x" * 1_000)
    assert content.decode(raw, part(raw, BASE64)) == binascii.a2b_base64(raw)
