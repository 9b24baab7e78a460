"""What the reader is shown of a message: the one place where parsing, decoding, text and sanitising meet."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from teczka.core.names import part_name
from teczka.core.numbering import Pattern
from teczka.mime import content, preview, references
from teczka.mime import text as texts
from teczka.mime.limits import LIMITS
from teczka.mime.parse import Parsed, scan, scan_headers
from teczka.mime.parts import Body, Part
from teczka.mime.references import Mention, Named
from teczka.mime.sanitize import MOST_HOSTS, Cid, Room, sanitize
from teczka.mime.structure import Raw

_MESSAGE: Final = "message/rfc822"
_LOOKED_THROUGH: Final = 1_000_000  # characters of passages: after so many, no more are looked through for references


@dataclass(slots=True)
class Reading:
    """`html` is "" where the letter is plain text only: then `text` is shown (`preview.plain`). References are links in it already."""

    parsed: Parsed
    text: str
    html: str = ""
    blocked_images: int = 0
    blocked_hosts: tuple[str, ...] = ()
    attachments: list[Part] = field(default_factory=list)  # with the inline images that no page shows
    mentions: list[Mention] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


def read(raw: Raw, address: Callable[[Part], str | None], own: Sequence[Pattern] = ()) -> Reading:
    """Everything that is shown and searched of the message. `address` says where an inline image is served; `own` are the patterns of
    the office's file numbers. Never raises."""
    parsed = scan(raw)
    reading = Reading(parsed, "", defects=list(parsed.defects))
    shown: dict[str, str] = {}  # where the pages have inline images from

    def cid(name: str) -> str | None:
        part = parsed.inline.get(name)
        where = address(part) if part else None
        if where:
            shown[name] = where
        return where

    passages = _Passages(raw, reading, own)
    if any(body.pages for body in parsed.bodies):
        pages = [passages.page(body, cid) for body in parsed.bodies]
        reading.text = _joined(map(passages.text, parsed.bodies, pages))
        reading.html = "".join(page if len(pages) == 1 else f"<div>{page}</div>" for page in pages)
    else:
        reading.text = _joined(map(passages.text, parsed.bodies))
        passages.named = references.named(reading.text, own)
    # A page that was too much for the reader is shown as text, without them.
    loose = [part for name, part in parsed.inline.items() if name not in shown or shown[name] not in reading.html]
    reading.attachments = sorted([*parsed.attachments, *loose], key=lambda part: part.offset)
    for part in reading.attachments:
        if part.content_type == _MESSAGE and not part.name:
            part.name = _called(raw, part)
    names = [part.name for part in reading.attachments]
    reading.mentions = references.mentions(parsed.subject, names, passages.named, own)
    reading.defects = list(dict.fromkeys(reading.defects))
    return reading


def _called(raw: Raw, part: Part) -> str:
    """An enclosed message that was given no name has its subject for one."""
    subject = scan_headers(content.decode(raw, part, LIMITS.header_block)).subject
    return part_name(subject, _MESSAGE, "") if subject else ""


def _joined(passages: Iterable[str]) -> str:
    return "\n\n".join(filter(None, passages))


class _Passages:
    """The bodies decoded once each, within one limit for all together."""

    def __init__(self, raw: Raw, reading: Reading, own: Sequence[Pattern]) -> None:
        self.named: list[Named] = []  # in what is shown
        self._raw = raw
        self._reading = reading
        self._own = own
        self._left = LIMITS.text
        self._room = Room()
        self._looked = 0  # characters of passages so far
        self._shown = 0  # characters of pages so far
        self._before: dict[str, int] = {}  # tags of the pages before each
        self._decoded: dict[str, str] = {}

    def text(self, body: Body, page: str = "") -> str:
        """`page`: of the same body. Some programs write little more than "This message needs HTML" beside it; but a password may stand
        in the shorter one alone."""
        told = _joined(self._text(part).strip() for part in body.texts)
        if told and not (body.pages and texts.is_more(page, told)):
            return told
        shown = _joined(texts.of_html(self._text(part), self._before[part.path]) for part in body.pages)
        less, more = sorted((told, shown), key=len)
        return more if " ".join(less.split()) in " ".join(more.split()) else _joined((more, less))

    def page(self, body: Body, cid: Cid) -> str:
        if not body.pages:
            text = "\n".join(self._text(part) for part in body.texts)
            if not self._looks_through(text):
                return self._within(preview.plain(text))
            self.named += references.named(text, self._own)
            return self._within(preview.plain(text, self._own))
        out: list[str] = []
        for part in body.pages:
            self._before[part.path] = self._room.tags
            clean = sanitize(self._text(part), cid=cid, room=self._room)
            looked = self._looks_through(clean.html)
            page, named = references.linked(clean.html, self._own) if looked else (clean.html, [])
            out.append(self._within(page))
            self.named += named
            self._reading.blocked_images += clean.blocked_images
            hosts = sorted({*self._reading.blocked_hosts, *clean.blocked_hosts})
            self._reading.blocked_hosts = tuple(hosts[:MOST_HOSTS])
            self._reading.defects += clean.defects
        return "".join(out)

    def _within(self, page: str) -> str:
        """They are shown all at once."""
        if self._shown >= LIMITS.page:
            self._reading.defects.append("html.limit")
            return ""
        self._shown += len(page)
        return page

    def _looks_through(self, passage: str) -> bool:
        before, self._looked = self._looked, self._looked + len(passage)
        return before < _LOOKED_THROUGH

    def _text(self, part: Part) -> str:
        if part.path not in self._decoded:
            decoded = content.text(self._raw, part, self._left)
            if part.size > self._left and len(decoded) * 4 >= self._left:
                self._reading.defects.append("text.limit")
            self._left = max(0, self._left - len(decoded))
            self._decoded[part.path] = decoded
        return self._decoded[part.path]
