"""The letter that is answered or forwarded, below what is written anew.

Quoted is what the reader was shown, and nothing else: the page was made safe when it was read (no classes, ids, style elements, so that no
rule can make text look otherwise in the answer than in the letter), and what it hid is left out (kobold letters: text that only the next
reader would see). Pictures from outside stay away: they would tell their owner of the answer's readers.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from teczka.core.recipients import Mailbox
from teczka.mime.hidden import drop_hidden
from teczka.mime.preview import beginning
from teczka.mime.references import unlinked
from teczka.mime.text import of_html

_MOST_PEOPLE: Final = 30  # named in the head of a forwarded letter
_BEGINS: Final = re.compile(
    r"\A\s*(?:(?:re|odp\.?|aw|sv|antw|fwd?|fw|pd|wg|tr|vs)(?:\[\d{1,3}\])?\s*:\s*)+", re.IGNORECASE
)
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()

Address = Callable[[str], str | None]  # of a picture, as the page has it → as the answer has it; None: it is left out


@dataclass(frozen=True, slots=True)
class Quoted:
    """What is quoted. `date` in the zone that the quoting person reads it in, None: nobody knows it; `html` is sanitised, "" where the
    letter was plain text."""

    sender: Sequence[Mailbox]
    to: Sequence[Mailbox]
    cc: Sequence[Mailbox]
    subject: str
    date: datetime | None
    text: str
    html: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class _Words:
    """Written into letters, in the language of whoever writes them: these are no texts of the interface."""

    wrote: str
    undated: str  # the same
    forwarded: str
    labels: tuple[str, str, str, str, str]  # From, Date, Subject, To, Cc
    more: str
    cut: str  # what is quoted of a flood of text


_WORDS: Final = {
    "pl": _Words(
        "W dniu {date} {who} napisał(a):",
        "{who} napisał(a):",
        "Wiadomość przekazana",
        ("Od", "Data", "Temat", "Do", "DW"),
        "i jeszcze {n}",
        "[… Wiadomość jest bardzo długa: zacytowano tylko jej początek.]",
    ),
    "en": _Words(
        "On {date}, {who} wrote:",
        "{who} wrote:",
        "Forwarded message",
        ("From", "Date", "Subject", "To", "Cc"),
        "and {n} more",
        "[… The message is very long: only its beginning is quoted.]",
    ),
}


def for_reply(letter: Quoted, language: str, picture: Address) -> Quote:
    """Below an answer: who wrote when, and the letter as a quotation. `language`: pl or en."""
    words = _WORDS[language]
    who = letter.sender[0] if letter.sender else Mailbox("?", "")
    wrote = words.wrote if letter.date else words.undated
    line = wrote.format(date=_moment(letter.date, language), who=_person(who))
    page, text = _shown(letter, words, picture)
    return Quote(f'<div>{escape(line)}</div><blockquote type="cite">{page}</blockquote>', f"{line}\n{_marked(text)}")


def for_forward(letter: Quoted, language: str, picture: Address) -> Quote:
    """Below a letter that passes another on: its head, and the whole of it."""
    words = _WORDS[language]
    people = [_people(line, words) for line in (letter.sender, letter.to, letter.cc)]
    values = (people[0], _moment(letter.date, language), letter.subject, people[1], people[2])
    head = [(label, value) for label, value in zip(words.labels, values, strict=True) if value]
    divider = f"---------- {words.forwarded} ----------"
    lines = "".join(f"<div><b>{escape(label)}:</b> {escape(value)}</div>" for label, value in head)
    page, text = _shown(letter, words, picture)
    told = "\n".join(f"{label}: {value}" for label, value in head)
    return Quote(f"<div>{divider}</div>{lines}<br><div>{page}</div>", f"{divider}\n{told}\n\n{text}")


def is_cut(text: str, html: str) -> bool:
    """Of a flood of text the beginning is quoted, as it is shown."""
    return not html and len(beginning(text)) < len(text)


def bare_subject(subject: str) -> str:
    """Without any "Re:", "Odp.:" or "Fwd:" before it."""
    return _BEGINS.sub("", subject).strip()


def reply_subject(subject: str) -> str:
    """ "Re:" once, in whichever language it was begun: other programs know a conversation by it."""
    return f"Re: {bare_subject(subject)}".strip()


def forward_subject(subject: str) -> str:
    return f"Fwd: {bare_subject(subject)}".strip()


def _shown(letter: Quoted, words: _Words, picture: Address) -> tuple[str, str]:
    """The page and its words. Of a letter that has a page its plain text was shown to nobody."""
    if not letter.html:
        cut = is_cut(letter.text, letter.html)
        text = f"{beginning(letter.text)}\n\n{words.cut}" if cut else letter.text
        return "<br>".join(map(escape, text.split("\n"))), text
    body = LexborHTMLParser(f"<body>{unlinked(letter.html)}</body>").body
    if body is None:
        return "", ""
    drop_hidden(body)
    for image in body.css("img"):
        source = picture(image.attributes.get("src") or "")
        if source:
            image.attrs["src"] = source
        elif alt := image.attributes.get("alt"):
            image.replace_with(f"[{alt}]")
        else:
            image.decompose()
    page = body.inner_html or ""
    return page, of_html(page)


def _marked(text: str) -> str:
    return "\n".join(f">{line}" if line.startswith(">") or not line else f"> {line}" for line in text.split("\n"))


def _people(people: Sequence[Mailbox], words: _Words) -> str:
    named = [_person(person) for person in people[:_MOST_PEOPLE]]
    left = len(people) - len(named)
    return ", ".join([*named, words.more.format(n=left)] if left else named)


def _person(person: Mailbox) -> str:
    return f"{person.name} <{person.address}>" if person.name and person.address else person.name or person.address


def _moment(date: datetime | None, language: str) -> str:
    if date is None:
        return ""
    if language == "pl":
        return f"{date.day}.{date:%m.%Y} o {date:%H:%M}"
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year} at {date:%H:%M}"
