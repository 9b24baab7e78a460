"""format=flowed (RFC 3676): paragraphs as lines that any reader may wrap anew, both ways.

A text here has one line for each paragraph; a quoted line begins with as many ">" as it is deep, and a blank.
"""

import re
from collections.abc import Iterator
from typing import Final

_WIDTH: Final = 72  # §4.2: 78 at most, better less
_NARROWEST: Final = 20  # beside however many marks of quotation
_SIGNATURE: Final = "-- "  # §4.3: ends in a blank and does not flow
_MARKS: Final = re.compile(r"(?:> ?)+")


def flow(text: str) -> str:
    """The text as it is sent, lines ending in CRLF. Blanks at the ends of lines are lost: they say that a line goes on."""
    return "".join(f"{line}\r\n" for paragraph in _lines(text) for line in _wrapped(paragraph))


def unflow(text: str, *, delsp: bool = False) -> str:
    """The paragraphs of what was sent, lines ending in "\\n" on both sides. `delsp`: the blank at a line's end is not the text's."""
    paragraphs: list[list[str]] = []
    going_on = -1  # how deep the paragraph is quoted that the last line left open
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        ends_open = content.endswith(" ") and content != _SIGNATURE
        if going_on != depth or content == _SIGNATURE:
            paragraphs.append([">" * depth + " "] if depth and content else [">" * depth])
        paragraphs[-1].append(content[:-1] if ends_open and delsp else content)
        going_on = depth if ends_open else -1
    return "\n".join(map("".join, paragraphs))


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def _wrapped(paragraph: str) -> Iterator[str]:
    marks = _MARKS.match(paragraph)
    quote = ">" * marks.group().count(">") if marks else ""
    content = paragraph[marks.end() :] if marks else paragraph
    if content != _SIGNATURE:
        content = content.rstrip(" ")
    start = 0
    while True:
        stuffed = bool(quote and content) or content.startswith((" ", ">", "From "), start)
        end = _end(content, start, _WIDTH - len(quote))
        yield f"{quote}{' ' if stuffed else ''}{content[start:end]}"
        if end == len(content):
            return
        start = end


def _end(content: str, start: int, room: int) -> int:
    """Where a line ends: behind a blank that a word follows. A word too long for a line stays whole."""
    room = max(room, _NARROWEST)
    if len(content) - start <= room:
        return len(content)
    end = content.rfind(" ", start, start + room) + 1
    if not content[start:end].strip() or content[start:end] == _SIGNATURE:
        end = content.find(" ", start + room) + 1
    return end or len(content)
