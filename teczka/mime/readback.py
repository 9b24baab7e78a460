"""A letter's bytes, read again before they are sent: by our own reader, and by the standard library's, beside what was to be said."""

import email
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from teczka.core.errors import Problem, Trouble
from teczka.core.recipients import Mailbox, called
from teczka.mime import compose, content, flowed, writing
from teczka.mime.compose import Letter
from teczka.mime.parse import scan
from teczka.mime.recipients import wire
from teczka.mime.structure import Raw, filename


@dataclass(frozen=True, slots=True)
class _Said:
    """What a letter says to whoever reads it. Blanks are not compared: how many stand between two encoded words, readers disagree on."""

    subject: str
    sender: list[str]
    reply_to: list[str]
    to: list[str]
    cc: list[str]
    bcc: list[str]
    date: datetime | None
    message_id: str
    case: str
    text: str
    page: str
    attachments: list[tuple[str, int]]  # name, bytes


def check(letter: Letter, raw: Raw) -> None:
    """Raises Problem(LETTER_CHECK) where `raw`, the letter as its sender keeps it (`Built.own`), does not say what the letter does.

    The standard library, which holds several copies of what it reads, is given the letter with its attachments empty.
    """
    _compare(_meant(letter), _read_by_us(raw))
    hollow = replace(letter, attachments=[replace(one, size=0, pieces=lambda: iter(())) for one in letter.attachments])
    _compare(_meant(hollow), _read_by_others(b"".join(compose.build(hollow).own())))


def _compare(meant: _Said, read: _Said) -> None:
    for field in fields(_Said):
        if getattr(meant, field.name) != getattr(read, field.name):
            raise Problem(Trouble.LETTER_CHECK, field=field.name)


def _meant(letter: Letter) -> _Said:
    inside = [one for one in letter.attachments if one.inline and letter.html]
    files = [*inside, *(one for one in letter.attachments if one not in inside)]
    return _Said(
        subject=_joined(writing.fit("Subject", letter.subject)),
        sender=_people([letter.sender]),
        reply_to=_people(letter.reply_to),
        to=_people(letter.to),
        cc=_people(letter.cc),
        bcc=_people(letter.bcc),
        date=letter.date.replace(microsecond=0).astimezone(
            UTC
        ),  # of a zone's own no time that comes twice equals another (PEP 495)
        message_id=letter.message_id,
        case=letter.case,
        text=_lines(flowed.unflow(flowed.flow(compose.words(letter)).replace("\r\n", "\n"))),
        page=_lines(compose.page(letter)),
        attachments=[(filename(writing.saved_name(one.name)), one.size) for one in files],
    )


def _read_by_us(raw: Raw) -> _Said:
    parsed = scan(raw)
    files = sorted([*parsed.inline.values(), *parsed.attachments], key=lambda part: part.offset)
    return _Said(
        subject=_joined(parsed.subject),
        sender=_people(parsed.from_),
        reply_to=_people(parsed.reply_to),
        to=_people(parsed.to),
        cc=_people(parsed.cc),
        bcc=_people(parsed.bcc),
        date=parsed.date,
        message_id=parsed.message_id,
        case=parsed.case,
        text=_lines("\n".join(content.text(raw, part) for body in parsed.bodies for part in body.texts)),
        page=_lines("\n".join(content.text(raw, part) for body in parsed.bodies for part in body.pages)),
        attachments=[(part.name, sum(map(len, content.decode_chunks(_slice(raw), part)))) for part in files],
    )


def _read_by_others(raw: bytes) -> _Said:
    message = email.message_from_string(raw.decode())
    leaves = list(_leaves(message))
    told = {kind: _payload(part).decode() for part in reversed(leaves) if (kind := _body_kind(part))}
    files = [part for part in leaves if not _body_kind(part)]
    return _Said(
        subject=_joined(_decoded(message.get("Subject", ""))),
        sender=_named(message, "From"),
        reply_to=_named(message, "Reply-To"),
        to=_named(message, "To"),
        cc=_named(message, "Cc"),
        bcc=_named(message, "Bcc"),
        date=parsedate_to_datetime(message["Date"]),
        message_id=message.get("Message-ID", "").strip("<>"),
        case=_joined(message.get("Teczka-Case", "")),
        text=_lines(flowed.unflow(_lines(told.get("text/plain", "")))),
        page=_lines(told.get("text/html", "")),
        attachments=[(filename(_decoded(part.get_filename(""))), len(_payload(part))) for part in files],
    )


def _leaves(message: Message) -> Iterator[Message]:
    if message.get_content_maintype() != "multipart":
        yield message
        return
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from _leaves(part)


def _body_kind(part: Message) -> str:
    kind = part.get_content_type()
    return kind if kind in {"text/plain", "text/html"} and not part.get_content_disposition() else ""


def _payload(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""  # of an enclosed message: emptied like all attachments here


def _decoded(value: str) -> str:
    return str(make_header(decode_header(value)))


def _named(message: Message, name: str) -> list[str]:
    found = getaddresses([str(value) for value in message.get_all(name, [])])
    return _people(Mailbox(_decoded(person), address) for person, address in found if address)


def _people(people: Iterable[Mailbox]) -> list[str]:
    out: list[str] = []
    for person in people:
        address = wire(person.address.replace('"', ""))
        name = called(person.name, person.address).name  # as our reader reads it, whatever the sender calls themselves
        out.append(f"{_joined(writing.fit('name', name))}<{address}>")
    return out


def _joined(text: str) -> str:
    return "".join(text.split())


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def _slice(raw: Raw) -> content.Read:
    return lambda offset, length: raw[offset : offset + length]
