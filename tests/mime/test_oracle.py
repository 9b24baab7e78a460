"""The scanner beside the standard library's compat32 parser: messages built with known truth, then broken at random."""

import base64
import email
import quopri
import re
from dataclasses import dataclass
from email.message import Message
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from teczka.mime import content
from teczka.mime.parse import scan
from teczka.mime.reading import read

ENCODINGS = ["7bit", "8bit", "base64", "quoted-printable"]
# No line of a body begins with "--": that is what boundaries are for, and what the second test is about.
LINES = st.lists(st.text("abcćłŚ .=?<>-@ \t", max_size=30).map(lambda line: line.lstrip("-")), max_size=6)


@dataclass
class Leaf:
    content_type: str
    data: bytes


@dataclass
class Tree:
    raw: bytes  # with its headers
    leaves: list[Leaf]


@st.composite
def leaf(draw: st.DrawFn, eol: bytes) -> Tree:
    data = eol.join(line.encode() for line in draw(LINES))
    kind = draw(st.sampled_from(["text/plain", "text/html", "application/pdf", "image/png"]))
    encoding = draw(st.sampled_from(ENCODINGS))
    body = data
    if encoding == "base64":
        body = base64.encodebytes(data).replace(b"\n", eol).rstrip()
    elif encoding == "quoted-printable":
        body = quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", eol)
    headers = [f"Content-Type: {kind}; charset=utf-8".encode(), f"Content-Transfer-Encoding: {encoding}".encode()]
    if draw(st.booleans()):
        headers.reverse()
    return Tree(eol.join([*headers, b"", body]), [Leaf(kind, data)])


@st.composite
def multipart(draw: st.DrawFn, eol: bytes, depth: int) -> Tree:
    boundary = draw(st.sampled_from([b"b", b"bb", b"b1", b"=_b", b"b b"])) + b"x" * depth
    inside = st.one_of(leaf(eol), multipart(eol, depth - 1)) if depth else leaf(eol)
    children = draw(st.lists(inside, min_size=1, max_size=4))
    kind = draw(st.sampled_from([b"mixed", b"alternative", b"related"]))
    head = b"Content-Type: multipart/" + kind + b";" + eol + b'\tboundary="' + boundary + b'"' + eol + eol
    body = b"".join(b"--" + boundary + eol + child.raw + eol for child in children)
    preamble = draw(st.sampled_from([b"", b"This is a multi-part message" + eol]))
    return Tree(
        head + preamble + body + b"--" + boundary + b"--" + eol, [leaf for child in children for leaf in child.leaves]
    )


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    eol = draw(st.sampled_from([b"\n", b"\r\n"]))
    return draw(multipart(eol, draw(st.integers(0, 3))))


def oracle(raw: bytes) -> list[tuple[str, bytes]]:
    parsed: Message[Any, Any] = email.message_from_bytes(raw)
    found = []
    for part in parsed.walk():
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            found.append((part.get_content_type(), payload))
    return found


def ours(raw: bytes) -> list[tuple[str, bytes]]:
    return [(part.content_type, content.decode(raw, part)) for part in scan(raw).parts if not part.is_multipart]


@given(trees())
def test_a_message_built_by_the_rules_reads_as_it_was_built_and_as_the_standard_library_reads_it(tree: Tree) -> None:
    truth = [(leaf.content_type, leaf.data) for leaf in tree.leaves]
    assert [(kind, data.rstrip()) for kind, data in ours(tree.raw)] == [(kind, data.rstrip()) for kind, data in truth]
    assert scan(tree.raw).defects == []
    assert ours(tree.raw) == oracle(tree.raw)


def cut(raw: bytes, start: int, length: int, junk: bytes) -> bytes:
    start %= len(raw) + 1
    return raw[:start] + junk + raw[start + length :]


def understood_alike(raw: bytes) -> bool:
    """Whether the two parsers mean to agree. They do not where

    - the sender left out the boundary or never used it: ours shows the words, theirs an undecoded multipart;
    - a line among the headers is none: theirs ends the headers there and shows the rest raw, ours skips it as every mail program does;
    - a type is misspelt ("text/plain charset=x", "multipart/a/b"): theirs takes text/plain or all of it, ours what can be read;
    - a part is an enclosed message: theirs opens it; or its encoding is unheard of: theirs knows uuencode;
    - a bare CR stands for a line end, which RFC 5322 §2.3 forbids: theirs takes it for one, ours for a sign;
    - inner and outer boundary are the same: theirs closes the outer one, ours the inner one;
    - a boundary follows itself: theirs skips the second, ours finds an empty part between them.
    """
    parsed = scan(raw)
    nodes = list(email.message_from_bytes(raw).walk())
    theirs = [type(defect).__name__ for part in nodes for defect in part.defects]
    types = [str(part.get("Content-Type", "a/b")).split(";")[0].strip() for part in nodes]
    return not (
        set(parsed.defects) - {"boundary.unclosed"}
        or any(name != "CloseBoundaryNotFoundDefect" and not name.startswith("InvalidBase64") for name in theirs)
        or not all(re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) for kind in types)
        or raw.replace(b"\r\n", b"").count(b"\r")
        or b"message/" in raw
        or len({part.offset for part in parsed.parts}) != len(parsed.parts)
        or _repeats_a_boundary(raw)
        or re.search(rb"^(--.+?)\r?\n\1\r?$", raw, re.MULTILINE)
    )


def _repeats_a_boundary(raw: bytes) -> bool:
    named = [line for line in raw.split(b"\n") if b"boundary=" in line]
    return len(set(named)) != len(named)


@given(
    trees(),
    st.integers(0, 5_000),
    st.integers(0, 40),
    st.sampled_from([b"", b"\n", b"\n\n", b"--", b"\n--b\n", b"=", b"\xb1", b"(", b'"', b";"]),
)
def test_a_broken_message_loses_no_part_that_the_standard_library_finds(
    tree: Tree, start: int, length: int, junk: bytes
) -> None:
    raw = cut(tree.raw, start, length, junk)
    found = ours(raw)
    if understood_alike(raw):
        assert [kind for kind, _ in found] == [kind for kind, _ in oracle(raw)]


@given(st.binary(max_size=400))
def test_no_bytes_raise(raw: bytes) -> None:
    read(raw, lambda part: None)


@given(trees(), st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 40), st.binary(max_size=20)), max_size=8))
def test_no_broken_message_raises_and_no_part_lies_outside(tree: Tree, wounds: list[tuple[int, int, bytes]]) -> None:
    raw = tree.raw
    for wound in wounds:
        raw = cut(raw, *wound)
    reading = read(raw, lambda part: "data:,")
    for part in reading.parsed.parts:
        assert 0 <= part.offset <= part.offset + part.length <= len(raw)
