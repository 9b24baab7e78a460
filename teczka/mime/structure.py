"""The MIME tree in one pass (RFC 2046 §5.1): every line that begins with "--" is looked up among the open boundaries.

No recursion and no second look, so time is linear in the bytes whatever the nesting. A boundary counts only as a whole line: one that
is the prefix of another is not mistaken for it. Of two equal boundaries the innermost is meant.
"""

import re
from dataclasses import dataclass
from mmap import mmap
from pathlib import PurePosixPath
from typing import Final

from teczka.mime import headers
from teczka.mime.limits import LIMITS
from teczka.mime.parts import BASE64, IDENTITY, QUOTED, Part
from teczka.mime.words import clean, decode_words

Raw = bytes | mmap

_TYPE: Final = re.compile(rb"\s*([\w!#$&^.+-]+/[\w!#$&^.+*-]+)")
_GUESSED: Final = re.compile(rb"(?:[^\n]{0,998}\n){0,20}?--([^\s-][^\r\n]{0,200})\r?\n(?=[A-Za-z-]+:|\r?\n)")
_ENCODINGS: Final = {
    b"base64": BASE64,
    b"quoted-printable": QUOTED,
    b"": IDENTITY,
    b"7bit": IDENTITY,
    b"8bit": IDENTITY,
    b"binary": IDENTITY,
}


@dataclass(slots=True)
class _Open:
    """A multipart whose end was not seen yet."""

    part: Part
    boundary: bytes
    alternative: str  # path of the outermost multipart/alternative, "" outside one
    related: bool
    children: int = 0


class Structure:
    """`parts` (containers too), `fields` of the message and `defects`, after `read()`."""

    def __init__(self, raw: Raw, end: int) -> None:
        self.raw = raw
        self.end = end
        self.parts: list[Part] = []
        self.fields: headers.Fields = {}
        self.defects: dict[str, None] = {}
        self._open: list[_Open] = []
        self._levels: dict[bytes, list[int]] = {}  # boundary → places in _open, innermost last
        self._blank = {b"\n\n": -1, b"\n\r\n": -1}  # where each kind of blank line was found last: never searched twice
        self._leaf: Part | None = None

    def read(self) -> None:
        place = self._begin(0)
        while self._open:
            line = self.raw.find(b"\n--", max(0, place - 1), self.end)
            if line < 0:
                break
            place = self._delimiter(line) or line + 3
        if self._open:
            self.defects["boundary.unclosed"] = None
        self._close(0, self.end)

    def _delimiter(self, line: int) -> int:
        """Act on the line after `line`; the place to go on from, or 0 where it is no delimiter."""
        start = line + 3
        stop = self.raw.find(b"\n", start, min(self.end, start + LIMITS.boundary + 80))
        text = self.raw[start : stop if stop >= 0 else min(self.end, start + LIMITS.boundary + 80)].rstrip()
        levels = self._levels.get(text)
        closes = not levels and text.endswith(b"--")
        if closes:
            levels = self._levels.get(text[:-2].rstrip())
        if not levels:
            return 0
        if not closes and len(self.parts) >= LIMITS.parts:
            self.defects["parts.limit"] = None
            return 0
        level = levels[-1]
        self._close(level + (not closes), line)
        following = stop + 1 if stop >= 0 else self.end
        return following if closes else self._begin(following)

    def _close(self, level: int, line: int) -> None:
        """End the leaf being read at the line break that belongs to the delimiter, and every multipart from `level` on."""
        if self._leaf is not None:
            self._finish(self._leaf, line)
            self._leaf = None
        while len(self._open) > level:
            ended = self._open.pop()
            self._levels[ended.boundary].pop()
            self._finish(ended.part, line)
            if not ended.children:
                # Nothing was inside: the whole is shown as text rather than not at all.
                self.defects["boundary.absent"] = None
                ended.part.content_type = "text/plain"
                ended.part.path = ended.part.path or "1"

    def _finish(self, part: Part, line: int) -> None:
        end = max(part.offset, line)
        if part.offset < end < self.end and self.raw[end - 1 : end] == b"\r":
            end -= 1
        part.length = end - part.offset
        part.size = self._decoded_size(part)

    def _decoded_size(self, part: Part) -> int:
        if part.encoding != BASE64 or not part.length:
            return part.length
        start, end = part.offset, part.offset + part.length
        last = self.raw[max(start, end - 16) : end]
        tail = last.rstrip()
        length = part.length - len(last) + len(tail)
        full = self.raw.find(b"\n", start, min(end, start + 1_000))
        digits = length
        if full >= 0:
            line = len(self.raw[start:full].rstrip())
            lines, rest = divmod(length, full - start + 1)
            digits = lines * line + min(rest, line)
        return max(0, digits * 3 // 4 - tail[-2:].count(b"="))

    def _begin(self, place: int) -> int:
        """Read the headers at `place`, add the part that they describe; where its content starts."""
        stop, content = self._header_end(place)
        fields = headers.fields(self.raw[place : min(stop, place + LIMITS.header_block)], of_message=not self.parts)
        if stop - place > LIMITS.header_block:
            self.defects["header.limit"] = None
        if not self.parts:
            self.fields = fields
        parent = self._open[-1] if self._open else None
        part = self._part(fields, parent, content)
        self.parts.append(part)
        if not (part.is_multipart and self._enter(part, parent, fields)):
            self._leaf = part
            if not parent:
                part.path = "1"
        return content

    def _header_end(self, place: int) -> tuple[int, int]:
        """The end of the header block at `place`, and the start of what follows its blank line."""
        for mark in (b"\n", b"\r\n"):
            if self.raw[place : place + 2].startswith(mark):
                return place, place + len(mark)
        found = min((self._blank_line(mark, place), len(mark)) for mark in self._blank)
        stop, content = (found[0] + 1, found[0] + found[1]) if found[0] < self.end else (self.end, self.end)
        if self._levels and (cut := self._cut(place, stop)) < stop:
            stop = content = cut
        block = self.raw[place : min(stop, place + LIMITS.header_block)]
        length = headers.length_without_body(block) if len(block) == stop - place else len(block)
        if length < len(block):
            self.defects["header.unseparated"] = None
            return place + length, place + length
        return stop, content

    def _blank_line(self, mark: bytes, place: int) -> int:
        if self._blank[mark] < place:
            found = self.raw.find(mark, place, self.end)
            self._blank[mark] = found if found >= 0 else self.end
        return self._blank[mark]

    def _cut(self, place: int, stop: int) -> int:
        """A delimiter inside the header block ends it (the part has no blank line)."""
        line = self.raw.find(b"\n--", max(0, place - 1), stop)
        while line >= 0:
            following = self.raw.find(b"\n", line + 3, self.end)
            text = self.raw[line + 3 : following if following >= 0 else self.end][: LIMITS.boundary + 2].rstrip()
            if text in self._levels or text.removesuffix(b"--") in self._levels:
                return line + 1
            line = self.raw.find(b"\n--", line + 3, stop)
        return stop

    def _part(self, fields: headers.Fields, parent: _Open | None, content: int) -> Part:
        kind, told = self._content_type(fields.get(b"content-type", b""), parent)
        part = Part(path="", content_type=kind, offset=content, charset=(told.get("charset", "").split() or [""])[0])
        if parent:
            parent.children += 1
            part.path = f"{parent.part.path}.{parent.children}".lstrip(".")
            part.related = parent.related
        part.group = parent.alternative if parent and parent.alternative else part.path
        disposition = fields.get(b"content-disposition", b"")
        part.disposition = disposition.partition(b";")[0].strip().decode("ascii", "replace").lower()
        name = (headers.parameters(disposition).get("filename", "") if b";" in disposition else "") or told.get(
            "name", ""
        )
        part.name = filename(name) if name else ""
        part.flowed = kind == "text/plain" and told.get("format", "").lower() == "flowed"
        part.delsp = told.get("delsp", "").lower() == "yes"
        part.cid = decode_words(fields.get(b"content-id", b"")).strip("<> ")
        encoding = fields.get(b"content-transfer-encoding", b"").partition(b";")[0].strip(b" \t\"'").lower()
        part.encoding = _ENCODINGS.get(encoding, IDENTITY)
        if encoding not in _ENCODINGS:
            self.defects["encoding.unknown"] = None
        return part

    def _content_type(self, value: bytes, parent: _Open | None) -> tuple[str, dict[str, str]]:
        """RFC 2045 §5.2: without a readable one, text/plain; in a digest, message/rfc822 (RFC 2046 §5.1.5)."""
        told = headers.parameters(value) if b";" in value else {}
        found = _TYPE.match(value)
        if found:
            return found[1].decode("ascii").lower(), told
        if value:
            self.defects["type.unreadable"] = None
            return ("application/octet-stream" if told.get("name") else "text/plain"), told
        return ("message/rfc822" if parent and parent.part.content_type == "multipart/digest" else "text/plain"), told

    def _enter(self, part: Part, parent: _Open | None, fields: headers.Fields) -> bool:
        """Open a multipart. False where it cannot be looked into: it stays a leaf."""
        if len(self._open) >= LIMITS.levels:
            self.defects["levels.limit"] = None
            part.content_type = "application/octet-stream"
            return False
        boundary = self._boundary(part, fields)
        if not boundary:
            part.content_type = "text/plain"
            return False
        outer = parent.alternative if parent else ""
        if part.content_type == "multipart/alternative":
            outer = outer or part.path or "0"
        related = part.content_type == "multipart/related" or bool(parent and parent.related)
        self._levels.setdefault(boundary, []).append(len(self._open))
        self._open.append(_Open(part, boundary, outer, related))
        return True

    def _boundary(self, part: Part, fields: headers.Fields) -> bytes:
        value = fields.get(b"content-type", b"")
        told = headers.raw_parameter(value, b"boundary").rstrip()
        if told and len(told) <= LIMITS.boundary:
            return told
        self.defects["boundary.missing"] = None
        guessed = _GUESSED.match(self.raw, part.offset, min(self.end, part.offset + 20_000))
        return guessed[1].rstrip() if guessed else b""


def filename(name: str) -> str:
    """What may be offered for saving: the last step of a path, no controls, at most `LIMITS.filename` signs, its ending kept."""
    name = PurePosixPath(clean(name).replace("\\", "/")).name.strip(". ")
    if len(name) > LIMITS.filename:
        ending = PurePosixPath(name).suffix[:20]
        name = name[: LIMITS.filename - len(ending)] + ending
    return name
