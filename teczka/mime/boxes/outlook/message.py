"""A .msg as a message of RFC 5322: the headers that came with it, its texts, its attachments, and last the file itself as it was.

The same file always becomes the same bytes, so that it is known again. What Outlook alone understands is in the file that goes along.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from hashlib import sha256
from io import BytesIO
from typing import Final

import olefile

from teczka.core.errors import Problem, Trouble
from teczka.core.recipients import Mailbox
from teczka.mime import dates, writing
from teczka.mime.boxes.found import HELD_BYTES, Letter, Unfit
from teczka.mime.boxes.outlook import rtf
from teczka.mime.boxes.outlook.properties import Properties

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DEPTH: Final = 10  # messages in messages
ORIGINAL: Final = "original.msg"

_NO_MESSAGES: Final = ("IPM.APPOINTMENT", "IPM.CONTACT", "IPM.TASK", "IPM.STICKYNOTE", "IPM.ACTIVITY", "IPM.DISTLIST")
_TO_FIELDS: Final = {1: "To", 2: "Cc", 3: "Bcc"}
_EMBEDDED: Final = 5  # PR_ATTACH_METHOD
_READ, _UNSENT = 1, 8  # bits of PR_MESSAGE_FLAGS
_ANSWERED: Final = {102, 103}  # PR_LAST_VERB_EXECUTED
_FORWARDED: Final = 104
_LINE: Final = 57 * 16_384  # bytes, whole lines of base64

_FIELD: Final = re.compile(r"^([!-9;-~]+)[ \t]*:(.*(?:\n[ \t].*)*)", re.MULTILINE)
_BODYS_OWN: Final = re.compile(r"(?i)(content-.*|mime-version|x-teczka-original|status|x-status)")
_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_PRINTED: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Part:
    head: bytes
    body: Callable[[], Iterator[bytes]]


def letter(raw: bytes) -> Letter:
    """Raises Unfit; so may the pieces of a long one."""
    with _opened(raw) as top:
        if top.text(0x1A).upper().startswith(_NO_MESSAGES):
            raise Unfit(Trouble.IMPORT_KIND)
        flags, arrived = _flags(top), _arrived(top)
    body = _pieces(raw)
    return Letter(b"".join(body) if len(raw) <= HELD_BYTES // 2 else body, flags, arrived)


@contextmanager
def _opened(raw: bytes) -> Iterator[Properties]:
    """olefile meets strangers' files with whatever Python raises."""
    try:
        with olefile.OleFileIO(BytesIO(raw)) as ole:
            yield Properties(ole)
    except (
        OSError,
        ValueError,
        LookupError,
        RecursionError,
        TypeError,
        AttributeError,
        MemoryError,
        Problem,
    ) as broken:
        raise Unfit(Trouble.IMPORT_BROKEN) from broken


def _pieces(raw: bytes) -> Iterator[bytes]:
    original = _file("application/vnd.ms-outlook", ORIGINAL, "", lambda: iter((raw,)))
    with _opened(raw) as top:
        yield from _message(top, sha256(raw).hexdigest()[:24], [original], 0)


def _message(top: Properties, boundary: str, more: list[Part], depth: int) -> Iterator[bytes]:
    yield _headers(top)
    files = list(_attachments(top, boundary, depth))
    inline = [part for seen, part in files if seen]
    parts = [_related(_body(top, boundary), inline, boundary), *(part for seen, part in files if not seen), *more]
    whole = parts[0] if len(parts) == 1 else _multipart("mixed", f"{boundary}-m", parts)
    yield b"MIME-Version: 1.0\r\n" + whole.head + b"\r\n"
    yield from whole.body()


def _headers(top: Properties) -> bytes:
    """Those that it came with, as they were; what they lack, by its properties."""
    told = [
        (name, value)
        for name, value in _FIELD.findall(top.text(0x7D).replace("\r\n", "\n"))
        if not _BODYS_OWN.fullmatch(name)
    ]
    lines = b"".join(_as_it_was(name, value) for name, value in told)
    known = {name.lower() for name, _ in told}
    return lines + b"".join(line for name, line in _made(top) if name not in known and line)


def _as_it_was(name: str, value: str) -> bytes:
    folded = "\r\n".join(line.replace("\r", " ") for line in value.split("\n") if line.strip())
    return f"{name}:{folded}\r\n".encode("utf-8", "replace").replace(b"\0", b"")


def _made(top: Properties) -> Iterator[tuple[str, bytes]]:
    sent = top.moment(0x39) or top.moment(0xE06)
    yield "date", f"Date: {format_datetime(sent)}\r\n".encode() if sent else b""
    yield "from", _people("From", [_person(top, 0x42, (0x5D02, 0x65))])
    sender = _person(top, 0xC1A, (0x5D01, 0xC1F))
    yield "sender", _people("Sender", [sender] if sender != _person(top, 0x42, (0x5D02, 0x65)) else [])
    people = [
        (one.number(0xC15) or 1, _person(one, 0x3001, (0x39FE, 0x3003))) for one in top.children("__recip_version1.0_")
    ]
    for kind, name in _TO_FIELDS.items():
        yield name.lower(), _people(name, [person for of, person in people if of == kind])
    yield "subject", writing.unstructured("Subject", _line(top.text(0x37)))
    for name, tag in (("Message-ID", 0x1035), ("In-Reply-To", 0x1042), ("References", 0x1039)):
        ids = [one.strip("<>") for one in top.text(tag).split()]
        yield name.lower(), writing.ids(name, ids)


def _person(of: Properties, name: int, addresses: tuple[int, ...]) -> Mailbox:
    """An address of Exchange's own ("/O=…") is none that anybody else could write to."""
    found = [_line(of.text(tag)).strip(" <>'\"") for tag in addresses]
    address = next((one for one in found if "@" in one and " " not in one), "")
    return Mailbox(_line(of.text(name)).strip(" '\""), address)


def _people(name: str, people: Iterable[Mailbox]) -> bytes:
    """Of whom no address is known, by the name alone."""
    people = [one for one in people if one.name or one.address]
    if all(one.address for one in people):
        try:
            return writing.people(name, people)
        except (Problem, ValueError):
            pass
    return writing.unstructured(
        name, ", ".join(f"{one.name} <{one.address}>" if one.address else one.name for one in people)
    )


def _body(top: Properties, boundary: str) -> Part:
    text, html = top.text(0x1000), _html(top)
    if not text and not html:
        packed = top.binary(0x1009)
        text = rtf.content(rtf.unpack(packed)) if packed else ""
    shown = [_text("plain", text.encode("utf-8", "replace"))] if text or not html else []
    if html:
        shown.append(html)
    return shown[0] if len(shown) == 1 else _multipart("alternative", f"{boundary}-a", shown)


def _html(top: Properties) -> Part | None:
    if raw := top.string(0x1013):
        return _text("html", raw, top.codepage)
    if unicode := top.text(0x1013):
        return _text("html", unicode.encode("utf-8", "replace"))
    packed = top.binary(0x1009)
    unpacked = rtf.unpack(packed) if packed else b""
    return _text("html", rtf.content(unpacked).encode("utf-8", "replace")) if rtf.is_html(unpacked) else None


def _text(kind: str, raw: bytes, charset: str = "utf-8") -> Part:
    charset = charset.replace("cp125", "windows-125") if charset.startswith("cp125") else charset
    head = f"Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n".encode()
    return Part(head, lambda: _base64(iter((raw,))))


def _related(body: Part, inline: list[Part], boundary: str) -> Part:
    return _multipart("related", f"{boundary}-r", [body, *inline]) if inline else body


def _attachments(top: Properties, boundary: str, depth: int) -> Iterator[tuple[bool, Part]]:
    """And whether it is a picture that the text shows."""
    for number, one in enumerate(top.children("__attach_version1.0_")):
        name = _line(one.text(0x3707) or one.text(0x3704) or one.text(0x3001))
        inner = one.message(0x3701) if one.number(0x3705) == _EMBEDDED else None
        if inner:
            if depth < DEPTH:
                pieces = list(_message(inner, f"{boundary}-{number}", [], depth + 1))
                yield False, _enclosed(name or _line(inner.text(0x37)) or "message", pieces)
            continue
        cid = _line(one.text(0x3712)).strip("<> ")
        kind = one.text(0x370E).lower()
        kind = (
            kind
            if _TYPE.fullmatch(kind) and not kind.startswith(("multipart/", "message/"))
            else "application/octet-stream"
        )
        stream = one.stream(0x3701)
        if stream:
            yield bool(cid), _file(kind, name or "attachment", cid, partial(_contents, one.ole, stream))


def _contents(ole: olefile.OleFileIO, stream: list[str]) -> Iterator[bytes]:
    yield ole.openstream(stream).read()


def _file(kind: str, name: str, cid: str, pieces: Callable[[], Iterator[bytes]]) -> Part:
    saved = writing.saved_name(name)
    head = writing.content_type(kind, saved) + writing.disposition("inline" if cid else "attachment", saved)
    head += writing.ids("Content-ID", [cid]) if cid else b""
    return Part(head + b"Content-Transfer-Encoding: base64\r\n", lambda: _base64(pieces()))


def _enclosed(name: str, pieces: list[bytes]) -> Part:
    saved = writing.saved_name(name if name.lower().endswith((".eml", ".msg")) else f"{name}.eml")
    return Part(
        writing.content_type("message/rfc822", saved) + writing.disposition("attachment", saved), lambda: iter(pieces)
    )


def _multipart(kind: str, boundary: str, parts: list[Part]) -> Part:
    def body() -> Iterator[bytes]:
        for part in parts:
            yield f"--{boundary}\r\n".encode() + part.head + b"\r\n"
            yield from part.body()
            yield b"\r\n"
        yield f"--{boundary}--\r\n".encode()

    return Part(f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n'.encode(), body)


def _base64(pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        for at in range(0, len(piece), _LINE):
            coded = b64encode(piece[at : at + _LINE])
            yield b"\r\n".join(coded[start : start + 76] for start in range(0, len(coded), 76)) + b"\r\n"


def _flags(top: Properties) -> frozenset[str]:
    told, verb = top.number(0xE07), top.number(0x1081)
    flags = {"\\Seen"} if told & _READ else set()
    flags |= {"\\Draft"} if told & _UNSENT else set()
    flags |= {"\\Flagged"} if top.number(0x1090) == 2 else set()  # PR_FLAG_STATUS: marked
    flags |= {"\\Answered"} if verb in _ANSWERED else {"$Forwarded"} if verb == _FORWARDED else set()
    return frozenset(flags)


def _arrived(top: Properties) -> datetime | None:
    """When it was delivered, or sent; within what a server could tell."""
    moment = top.moment(0xE06) or top.moment(0x39)
    return dates.read(format_datetime(moment.astimezone(UTC)).encode())[0] if moment else None


def _line(text: str) -> str:
    return _PRINTED.sub(" ", text).strip()
