"""The tree of parts: what the letter is, what is attached, in messages that keep the rules and in those that do not."""

import mmap
import tempfile

import pytest

from teczka.mime import content
from teczka.mime.limits import LIMITS
from teczka.mime.parse import Parsed, inner, scan

TOP = b"MIME-Version: 1.0\nContent-Type: multipart/%s; boundary=%s\n\n"
TEXT = b"Content-Type: text/plain\n\n"
HTML = b"Content-Type: text/html\n\n"
FILE = b"Content-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\n"


def leaves(raw: bytes) -> list[tuple[str, str, bytes]]:
    return [
        (part.path, part.content_type, content.decode(raw, part)) for part in scan(raw).parts if not part.is_multipart
    ]


CASES: dict[str, tuple[bytes, list[tuple[str, str, bytes]]]] = {
    "no headers at all": (b"Hello\n\nworld", [("1", "text/plain", b"Hello\n\nworld")]),
    "empty": (b"", [("1", "text/plain", b"")]),
    "headers only": (b"Subject: x\n", [("1", "text/plain", b"")]),
    "no blank line before the body": (b"Subject: x\nHello\nworld\n", [("1", "text/plain", b"Hello\nworld\n")]),
    "body begins where the blank line was forgotten": (b"Subject: x\nHello\n\nworld\n", [("1", "text/plain", b"Hello\n\nworld\n")]),
    "a broken line between headers": (
        b"Subject: x\ngarbage\nContent-Type: text/html\n\n<p>", [("1", "text/html", b"<p>")]),
    "an mbox line first": (b"From jan Mon Jan 1\nContent-Type: text/html\n\n<p>", [("1", "text/html", b"<p>")]),
    "crlf": (TOP.replace(b"\n", b"\r\n") % (b"mixed", b"b") + b"--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n",
             [("1", "text/plain", b"one"), ("2", "text/plain", b"two")]),
    "crlf headers over an lf body": (TOP.replace(b"\n", b"\r\n") % (b"mixed", b"b") + b"--b\n\none\n\n--b--\n",
        [("1", "text/plain", b"one\n")]),
    "preamble and epilogue": (TOP % (b"mixed", b"b") + b"pre\n--b\n\none\n--b--\nepi\n--b\n\nnot\n", [("1", "text/plain", b"one")]),
    "a boundary that is the prefix of another": (
        TOP % (b"mixed", b"b") + b"--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\n" + TEXT + b"t\n--bb\n" + HTML
        + b"h\n--bb--\n--b\n" + FILE + b"f\n--b--\n",
        [("1.1", "text/plain", b"t"), ("1.2", "text/html", b"h"), ("2", "application/pdf", b"f")]),
    "the outer one is the longer": (
        TOP % (b"mixed", b"bb") + b"--bb\nContent-Type: multipart/alternative; boundary=b\n\n--b\n" + TEXT
        + b"t\n--b--\n--bb\n" + FILE + b"f\n--bb--\n",
        [("1.1", "text/plain", b"t"), ("2", "application/pdf", b"f")]),
    "a boundary that ends in two hyphens": (TOP % (b"mixed", b"b--") + b"--b--\n\none\n--b----\n", [("1", "text/plain", b"one")]),
    "inner and outer have one boundary": (
        TOP % (b"mixed", b"b") + b"--b\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\none\n--b--\n--b\n\ntwo\n--b--\n",
        [("1.1", "text/plain", b"one"), ("2", "text/plain", b"two")]),
    "blanks after the boundary": (TOP % (b"mixed", b"b") + b"--b \t\n\none\n--b-- \n", [("1", "text/plain", b"one")]),
    "words after the boundary": (TOP % (b"mixed", b"b") + b"--b\n\none\n--b x\n--b--\n", [("1", "text/plain", b"one\n--b x")]),
    "missing final boundary": (TOP % (b"mixed", b"b") + b"--b\n\none\n--b\n\ntwo\n",
        [("1", "text/plain", b"one"), ("2", "text/plain", b"two\n")]),
    "inner final boundary missing": (
        TOP % (b"mixed", b"b") + b"--b\nContent-Type: multipart/alternative; boundary=i\n\n--i\n" + TEXT + b"t\n--b\n" + FILE + b"f\n--b--",
        [("1.1", "text/plain", b"t"), ("2", "application/pdf", b"f")]),
    "boundary never used": (TOP % (b"mixed", b"b") + b"just words\n", [("1", "text/plain", b"just words\n")]),
    "boundary not told, but plain to see": (
        b"Content-Type: multipart/mixed\n\n--zz\nContent-Type: text/html\n\n<p>\n--zz--\n", [("1", "text/html", b"<p>")]),
    "boundary not told and none there": (b"Content-Type: multipart/mixed\n\nwords\n", [("1", "text/plain", b"words\n")]),
    "a part without headers": (TOP % (b"mixed", b"b") + b"--b\n\none\n--b--", [("1", "text/plain", b"one")]),
    "a part without a blank line": (TOP % (b"mixed", b"b") + b"--b\nHello\n--b\n" + HTML + b"<p>\n--b--",
        [("1", "text/plain", b"Hello"), ("2", "text/html", b"<p>")]),
    "a part of headers only": (TOP % (b"mixed", b"b") + b"--b\nContent-Type: text/html\n--b\n\nx\n--b--",
        [("1", "text/html", b""), ("2", "text/plain", b"x")]),
    "an empty part": (TOP % (b"mixed", b"b") + b"--b\n" + HTML + b"--b--", [("1", "text/html", b"")]),
    "a digest holds messages": (TOP % (b"digest", b"b") + b"--b\n\nSubject: x\n\ny\n--b--", [("1", "message/rfc822", b"Subject: x\n\ny")]),
    "a quoted boundary with blanks": (b'Content-Type: multipart/mixed; boundary="a b"\n\n--a b\n\none\n--a b--',
        [("1", "text/plain", b"one")]),
    "an 8-bit boundary": (b'Content-Type: multipart/mixed; boundary="\xb1"\n\n--\xb1\n\none\n--\xb1--', [("1", "text/plain", b"one")]),
    "a continued boundary": (b"Content-Type: multipart/mixed; boundary*0=a; boundary*1=b\n\n--ab\n\none\n--ab--",
        [("1", "text/plain", b"one")]),
    "half a content type": (b"Content-Type: text\n\nx", [("1", "text/plain", b"x")]),
    "no content type at all": (b"Content-Type: ; charset=utf-8\n\nx", [("1", "text/plain", b"x")]),
    "a signature line is no boundary": (TOP % (b"mixed", b"b") + b"--b\n\none\n-- \nJan\n--b--", [("1", "text/plain", b"one\n-- \nJan")]),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "meant"), CASES.values(), ids=CASES.keys())
def test_the_parts_are_those_that_a_person_would_see(raw: bytes, meant: list[tuple[str, str, bytes]]) -> None:
    assert leaves(raw) == meant


def roles(parsed: Parsed) -> tuple[list[tuple[list[str], list[str]]], list[str], dict[str, str]]:
    return (
        [([part.path for part in body.texts], [part.path for part in body.pages]) for body in parsed.bodies],
        [part.path for part in parsed.attachments],
        {cid: part.path for cid, part in parsed.inline.items()},
    )


def test_alternatives_are_one_passage_and_the_rest_is_attached() -> None:
    raw = (
        (TOP % (b"mixed", b"m"))
        + b"--m\nContent-Type: multipart/alternative; boundary=a\n\n--a\n"
        + TEXT
        + b"t\n--a\n"
        + HTML
    )
    assert roles(scan(raw + b"h\n--a--\n--m\n" + FILE + b"f\n--m--")) == ([(["1.1"], ["1.2"])], ["2"], {})


def test_a_second_text_is_a_second_passage_and_not_lost() -> None:
    raw = TOP % (b"mixed", b"m") + b"--m\n" + TEXT + b"one\n--m\n" + FILE + b"f\n--m\n" + TEXT + b"two\n--m--"
    assert roles(scan(raw)) == ([(["1"], []), (["3"], [])], ["2"], {})


def test_a_second_page_within_an_alternative_belongs_to_the_same_passage() -> None:
    raw = (
        TOP % (b"alternative", b"a")
        + b"--a\n"
        + TEXT
        + b"t\n--a\nContent-Type: multipart/mixed; boundary=m\n\n--m\n"
        + HTML
    )
    raw += b"<p>1\n--m\n" + FILE + b"f\n--m\n" + HTML + b"<p>2\n--m--\n--a--"
    assert roles(scan(raw)) == ([(["1"], ["2.1", "2.3"])], ["2.2"], {})


def test_a_named_or_attached_text_is_a_file() -> None:
    raw = TOP % (b"mixed", b"m") + b"--m\n" + TEXT + b"t\n--m\nContent-Type: text/plain; name=log.txt\n\nx\n"
    raw += b"--m\nContent-Type: text/html\nContent-Disposition: attachment\n\ny\n--m--"
    assert roles(scan(raw)) == ([(["1"], [])], ["2", "3"], {})


def test_pictures_of_a_page_are_inline_by_their_id_and_others_attached() -> None:
    picture = b"Content-Type: image/png\nContent-ID: <p%d@x>\n\nx\n"
    raw = TOP % (b"related", b"r") + b"--r\n" + HTML + b"<img src=cid:p1@x>\n--r\n" + picture % 1 + b"--r\n"
    raw += b"Content-Type: image/png; name=scan.png\n\nx\n--r--"
    assert roles(scan(raw)) == ([([], ["1"])], ["3"], {"p1@x": "2"})
    alone = TOP % (b"mixed", b"r") + b"--r\n" + TEXT + b"t\n--r\n" + picture % 1 + b"--r--"
    assert roles(scan(alone)) == ([(["1"], [])], ["2"], {})


def test_an_enclosed_message_is_one_attachment_and_can_be_opened() -> None:
    enclosed = (
        b"Subject: inside\nContent-Type: multipart/mixed; boundary=i\n\n--i\n"
        + TEXT
        + b"deep\n--i\n"
        + FILE
        + b"f\n--i--\n"
    )
    raw = TOP % (b"mixed", b"m") + b"--m\n" + TEXT + b"t\n--m\nContent-Type: message/rfc822\n\n" + enclosed + b"\n--m--"
    parsed = scan(raw)
    assert roles(parsed) == ([(["1"], [])], ["2"], {})
    message, opened = inner(raw, parsed.attachments[0])
    assert (message, opened.subject, [part.path for part in opened.attachments]) == (enclosed, "inside", ["2"])


def test_an_enclosed_message_in_base64_is_opened_too() -> None:
    raw = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKeQ==\n"
    assert inner(raw, scan(raw).attachments[0])[1].subject == "x"


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (TOP % (b"mixed", b"b") + b"words", "boundary.absent"),
        (TOP % (b"mixed", b"b") + b"--b\n\nx", "boundary.unclosed"),
        (b"Content-Type: multipart/mixed\n\nx", "boundary.missing"),
        (b"Content-Type: what\n\nx", "type.unreadable"),
        (b"Content-Transfer-Encoding: rot13\n\nx", "encoding.unknown"),
        (b"Subject: x\nHello", "header.unseparated"),
        (b"Date: soon\n\n", "date.unreadable"),
        (b"Date: 1 Jan 1900 00:00:00 +0000\n\n", "date.clamped"),
    ],
)
def test_what_is_wrong_has_a_name(raw: bytes, defect: str) -> None:
    assert defect in scan(raw).defects


def test_a_sound_message_has_no_defects() -> None:
    assert scan(TOP % (b"mixed", b"b") + b"--b\n\nx\n--b--\n").defects == []


def test_parts_beyond_the_limit_stay_in_the_last_one() -> None:
    parsed = scan(TOP % (b"mixed", b"b") + b"--b\n\nx\n" * 12_000 + b"--b--")
    assert len(parsed.parts) == LIMITS.parts
    assert "parts.limit" in parsed.defects


def test_levels_beyond_the_limit_are_one_attachment() -> None:
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(500))
    parsed = scan(raw)
    assert len(parsed.parts) == LIMITS.levels + 1
    assert "levels.limit" in parsed.defects
    assert [part.content_type for part in parsed.attachments] == ["application/octet-stream"]


def test_bytes_views_and_mapped_files_read_alike() -> None:
    raw = TOP % (b"mixed", b"b") + b"--b\n\none\n--b\n" + FILE + b"f\n--b--\n"
    with tempfile.TemporaryFile() as file:
        file.write(raw)
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            assert scan(mapped) == scan(raw) == scan(memoryview(raw)) == scan(bytearray(raw))
            assert content.decode(mapped, scan(mapped).attachments[0]) == b"f"
