"""Plain text as a page, and the whole document that the reading frame shows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby, repeat
from operator import itemgetter
from typing import Final

from teczka.core.numbering import Pattern
from teczka.core.references import spans
from teczka.mime.limits import LIMITS
from teczka.mime.references import MOST_LINKS, link

# What the frame may show in place: none of them can carry script. No SVG, which is a document of its own.
PICTURES: Final = frozenset(
    ("image/png", "image/jpeg", "image/jpg", "image/pjpeg", "image/gif", "image/webp", "image/bmp")
)

_DEEPEST: Final = 12  # quotation marks beyond this are shown as they are
_MOST_TURNS: Final = 5_000  # from one depth of quotation to another
_LOOKED_AT: Final = 500_000  # characters that are looked through for references whenever the text is shown
_MOST_ADDRESSES: Final = 5_000  # in one page: each is fifteen times as long as the shortest
_LONGEST_WORD: Final = 2_000  # that is not cut in its middle, as a link is not
_QUOTE: Final = re.compile(r"(?:> ?){1,12}")
_LINK: Final = re.compile(
    r"(?P<url>(?<![\w.+-])(?:https?://|www\.)[^\s<>\"'`{}|\\^]{1,2000})"
    r"|(?P<mail>(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})",
    re.IGNORECASE,
)
_TRAILING: Final = ".,;:!?)]»”„’…"

_STYLE: Final = """
:root{color-scheme:light dark}
html,body{height:auto}
html{overflow-x:auto;background:transparent}
body{display:flow-root;margin:0;padding:16px 24px;font:15px/1.5 system-ui,sans-serif;overflow-wrap:break-word}
@media (max-width:600px){body{padding:12px 16px}}
[data-kind=html]{color-scheme:light;background:#fff;color:#111}
[data-kind=text] .text{white-space:pre-wrap;max-width:80ch}
a{color:LinkText}
.reference{color:inherit;text-decoration:underline dotted;text-underline-offset:3px}
.reference:hover,.reference:focus{text-decoration-style:solid}
@media print{.reference{text-decoration:none}}
::highlight(found){background:#ffe58a;color:#111}
img{max-width:100%;height:auto}
img[data-src]:not([src]){outline:1px dashed #999;min-width:1em;min-height:1em}
table{max-width:100%}
pre{white-space:pre-wrap}
blockquote{margin:0 0 0 4px;padding-left:12px;border-left:2px solid #b8c0cc}
""".strip()


def plain(text: str, own: Sequence[Pattern] | None = None) -> str:
    """Safe HTML of a plain text: every piece escaped, links made of tokens, quoted lines as blockquotes. References are links, too,
    where the office's patterns are given, even if it has none."""
    out: list[str] = []
    room = _Room()
    depth, left = 0, _LOOKED_AT
    for level, lines in groupby(_levels(beginning(text).replace("\r\n", "\n").split("\n")), key=itemgetter(0)):
        out.append("<blockquote>" * (level - depth) + "</blockquote>" * (depth - level))
        depth = level
        body = "\n".join(_QUOTE.sub("", line, count=1) if level else line for _, line in lines)
        out.append(f'<div class="text">{_linked(body, own if left > 0 else None, room)}</div>')
        left -= len(body)
    out.append("</blockquote>" * depth)
    return "".join(out)


def whole(text: str) -> Iterator[str]:
    """As `plain`, but all of a text however long, in pieces, and without references: for paper."""
    start = 0
    while start < len(text):
        end = start + LIMITS.shown // 3  # so that none is cut by `beginning`
        if end < len(text):
            end = text.rfind("\n", start, end) + 1 or end
        yield plain(text[start:end])
        start = end


def beginning(text: str) -> str:
    """What a page shows of a long text: at most `LIMITS.shown`, and a third of it where it is little but signs that have to be escaped,
    for they are ten times as long in the pane, where the page stands escaped once more."""
    end = LIMITS.shown
    if len(text) > end // 3 and len(escape(text[:end])) > 2 * end:
        end //= 3
    if len(text) <= end:
        return text
    blank = max(text.rfind(sign, end - _LONGEST_WORD, end) for sign in " \n")
    return text[: end if blank < 0 else blank]


def document(html: str, *, plain: bool = False, images: str = "data:") -> str:
    """The exact document of the reading frame around sanitised `html`. HTML mail stands on white, plain text in the reader's colours.

    `images` is the CSP source of the frame's pictures. The policy stands in the page as well as in the response's header, so that a
    saved document is as harmless as a shown one.
    """
    policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src {images}; form-action 'none'; base-uri 'none'"
    return (
        f'<!DOCTYPE html>\n<html data-kind="{"text" if plain else "html"}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
        '<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head><body>{html}</body></html>\n"
    )


def _levels(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """How deep each line is quoted. Beyond _MOST_TURNS nothing is: a page would be fifty times its text."""
    depth = turns = 0
    for line in lines:
        level = _level(line) if turns < _MOST_TURNS else 0
        turns += level != depth
        depth = level
        yield level, line


def _level(line: str) -> int:
    mark = _QUOTE.match(line)
    return min(mark.group().count(">"), _DEEPEST) if mark and not line.startswith(">From ") else 0


class _Room:
    """For links in one page: each takes one of these."""

    def __init__(self) -> None:
        self.addresses = repeat(None, _MOST_ADDRESSES)
        self.references = repeat(None, MOST_LINKS)


def _linked(text: str, own: Sequence[Pattern] | None, room: _Room) -> str:
    out: list[str] = []
    end = 0
    for start, stop, html in _links(text, own, room):
        if start >= end:  # a reference within an address is a part of it
            out += (escape(text[end:start]), html)
            end = stop
    out.append(escape(text[end:]))
    return "".join(out)


def _links(text: str, own: Sequence[Pattern] | None, room: _Room) -> Iterable[tuple[int, int, str]]:
    """Where they stand, in order; an address before what is within it."""
    addresses = [_address(token) for token, _ in zip(_LINK.finditer(text), room.addresses, strict=False)]
    found = [] if own is None else zip(spans(text, own), room.references, strict=False)
    references = [(start, end, link(one, escape(text[start:end]))) for (start, end, one), _ in found]
    return sorted(addresses + references) if references else addresses


def _address(token: re.Match[str]) -> tuple[int, int, str]:
    shown = token.group().rstrip(_TRAILING)
    if token["mail"]:
        target = "mailto:" + shown
    else:
        if token.group()[len(shown) :].startswith(")") and "(" in shown:  # …/wiki/Teczka_(folder)
            shown += ")"
        target = shown if shown[:4].lower() == "http" else "https://" + shown
    html = f'<a href="{escape(target)}" target="_blank" rel="noopener noreferrer">{escape(shown)}</a>'
    return token.start(), token.start() + len(shown), html
