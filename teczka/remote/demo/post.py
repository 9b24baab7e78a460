"""From a written letter to the bytes of a message, in the hand of its sender's mail program.

The same letter makes the same bytes: boundaries and ids come from the letter's own digest, never from the clock or the process.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from teczka.core.recipients import Mailbox
from teczka.mime import writing
from teczka.remote.demo.documents import document
from teczka.remote.demo.pictures import logo
from teczka.remote.demo.script import Person
from teczka.remote.demo.slots import luck, spoken

HERE = "poczta.kancelaria-lipowa.example"
_PROGRAMS = {
    "plain": "Thunderbird 128.4.0",
    "outlook": "Microsoft Outlook 16.0",
    "gmail": "",
    "newsletter": "Wysyłki 3.2",
    "letterhead": "",
}
_TYPEWRITER = str.maketrans({"„": '"', "”": '"', "–": "-", "…": "...", "•": "*"})  # ISO 8859-2 has none of these


@dataclass(frozen=True, slots=True)
class Posted:
    """A letter with its place in time and in a thread."""

    sender: Person
    to: tuple[Person, ...]
    subject: str
    text: str
    date: datetime
    cc: tuple[Person, ...] = ()
    attach: tuple[str, ...] = ()
    paper: tuple[str, ...] = ()  # what attached papers say below their title
    style: str = ""
    html: str = ""  # where it is not made from the text
    answers: "Posted | None" = None
    english: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        told = f"{self.sender.address}|{self.subject}|{self.date.isoformat()}|{self.text}"
        return hashlib.sha256(told.encode()).hexdigest()[:24]

    @property
    def message_id(self) -> str:
        return f"<{self.digest}@{self.sender.address.partition('@')[2]}>"

    @property
    def references(self) -> str:
        before = self.answers
        return f"{before.references} {before.message_id}".strip() if before else ""


@dataclass(frozen=True, slots=True)
class Placed:
    """One copy of a message in one person's mailbox."""

    owner: str  # key in `script.OFFICE`
    folder: str
    raw: bytes
    date: datetime
    flags: frozenset[str] = frozenset()
    message_id: str = ""  # with its angle brackets, where the message belongs to a matter
    matter: str = ""  # `short` of the matter; "": of none


def message(letter: Posted) -> bytes:
    style = letter.style or letter.sender.style or luck(letter.sender.address).choice(["plain", "outlook", "gmail"])
    mail = EmailMessage(policy=policy.SMTP)  # of the body alone: it takes a header apart to put it together again
    text, charset = _text(letter)
    transfer = "base64" if charset == "utf-8" and style == "gmail" else "quoted-printable"
    mail.set_content(text, charset=charset, cte=transfer)
    page = letter.html or _html(letter, style)
    if page:
        mail.add_alternative(_fitting(page, charset), subtype="html", charset=charset, cte=transfer)
    if style == "letterhead":
        rich = mail.get_payload()[1]  # type: ignore[index]
        rich.add_related(logo(letter.sender.name), "image", "png", cid="<logo>")  # type: ignore[union-attr]
    for name in letter.attach:
        _attach(mail, letter, name)
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"----={letter.digest}.{number}")
    return _head(letter, style) + mail.as_bytes()


def _head(letter: Posted, style: str) -> bytes:
    return b"".join(
        (
            *_way(letter),
            writing.field("Message-ID", [letter.message_id]),
            writing.field("Date", [format_datetime(letter.date)]),
            writing.people("From", [_mailbox(letter.sender)]),
            writing.people("To", [*map(_mailbox, letter.to)]),
            writing.people("Cc", [*map(_mailbox, letter.cc)]),
            writing.unstructured("Subject", letter.subject),
            writing.field("In-Reply-To", [letter.answers.message_id]) if letter.answers else b"",
            writing.field("References", letter.references.split()) if letter.answers else b"",
            writing.unstructured("X-Mailer", _PROGRAMS[style]) if _PROGRAMS[style] else b"",
            *(writing.field(name, value.split()) for name, value in letter.headers.items()),
        )
    )


def _way(letter: Posted) -> Iterator[bytes]:
    """What the office's mail server writes above a letter from outside."""
    domain = letter.sender.address.partition("@")[2]
    if not domain.startswith("kancelaria-lipowa"):
        arrived = format_datetime(letter.date + timedelta(seconds=7))
        way = f"from mx.{domain} (mx.{domain} [192.0.2.25]) by {HERE} with ESMTPS id {letter.digest[:12]}; {arrived}"
        yield writing.field("Return-Path", [f"<{letter.sender.address}>"])
        yield writing.field("Received", way.split())


def _mailbox(person: Person) -> Mailbox:
    return Mailbox(person.name, person.address)


def _text(letter: Posted) -> tuple[str, str]:
    """The text with what it answers, and a charset that can say it all."""
    text = letter.text + "\n"
    if letter.answers:
        text += f"\n{_said(letter.answers)}\n" + "".join(
            f"> {line}".rstrip() + "\n" for line in letter.answers.text.splitlines()
        )
    fitting = _fitting(text, letter.sender.charset)
    try:
        fitting.encode(letter.sender.charset)
    except UnicodeEncodeError:
        return text, "utf-8"
    return fitting, letter.sender.charset


def _fitting(text: str, charset: str) -> str:
    return text.translate(_TYPEWRITER) if charset == "iso-8859-2" else text


def _said(before: Posted) -> str:
    if before.english:
        return f"On {spoken(before.date, english=True)}, {before.date:%H:%M}, {before.sender.name} wrote:"
    return f"W dniu {before.date:%d.%m.%Y} o {before.date:%H:%M}, {before.sender.name} pisze:"


def _html(letter: Posted, style: str) -> str:
    if style == "plain":
        return ""
    quoted = ""
    if letter.answers:
        before = _paragraphs(letter.answers.text, "<p>", "</p>")
        quoted = f'<p>{escape(_said(letter.answers))}</p><blockquote type="cite">{before}</blockquote>'
    if style == "gmail":
        return f'<div dir="ltr">{_paragraphs(letter.text, "<div>", "</div><div><br></div>")}</div>{quoted}\n'
    head = '<p><img src="cid:logo" width="96" height="32" alt=""></p>' if style == "letterhead" else ""
    opened = (
        '<p class="MsoNormal" style="margin:0 0 8pt"><span style="font-size:11.0pt;font-family:Calibri,sans-serif">'
    )
    body = _paragraphs(letter.text, opened, "</span></p>\n")
    return f'<html><head><meta http-equiv="Content-Type" content="text/html"></head><body>{head}{body}{quoted}</body></html>\n'


def _paragraphs(text: str, before: str, after: str) -> str:
    blocks: Sequence[str] = re.split(r"\n{2,}", text)
    return "".join(before + escape(block).replace("\n", "<br>\n") + after for block in blocks)


def _attach(mail: EmailMessage, letter: Posted, name: str) -> None:
    if name.endswith(".ics"):
        body = invitation(letter)
        mail.add_attachment(body, subtype="calendar", charset="utf-8", filename=name, params={"method": "REQUEST"})
        return
    kind, content = document(name, letter.paper)
    maintype, _, subtype = kind.partition("/")
    mail.add_attachment(content, maintype, subtype, filename=name)


def invitation(letter: Posted) -> str:
    """RFC 5545: an hour the day after, for everyone the letter goes to."""
    start = (letter.date + timedelta(days=1)).replace(hour=9, minute=30)
    people = [f"ATTENDEE;CN={person.name};RSVP=TRUE:mailto:{person.address}" for person in (*letter.to, *letter.cc)]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Kancelaria Lipowa//Terminarz//PL",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        f"UID:{letter.digest}@kancelaria-lipowa.example",
        f"DTSTAMP:{_utc(letter.date)}",
        f"DTSTART:{_utc(start)}",
        f"DTEND:{_utc(start + timedelta(hours=1))}",
        f"SUMMARY:{letter.subject.removeprefix('Zaproszenie: ')}",
        "LOCATION:Sala konferencyjna\\, ul. Lipowa 7/4",
        f"ORGANIZER;CN={letter.sender.name}:mailto:{letter.sender.address}",
        *people,
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "\r\n".join(lines) + "\r\n"


def _utc(moment: datetime) -> str:
    return f"{moment - (moment.utcoffset() or timedelta()):%Y%m%dT%H%M%SZ}"
