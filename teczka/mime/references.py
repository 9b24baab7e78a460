"""References in a message: which it names, and the links to them in its page.

Links are made last, in a page that is safe already, and only of its own words: a tag is never touched. So nothing comes back that the
sanitiser took out, and a mail can write no such link itself, for the sanitiser lets neither classes nor addresses of ours through.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from html import escape, unescape
from itertools import accumulate
from typing import Final, NamedTuple
from urllib.parse import quote

from teczka.core.numbering import Pattern
from teczka.core.references import Found, Place, Reference, spans

MOST: Final = 200  # of one message
MOST_LINKS: Final = 1_000  # in one page: each is thirty times as long as the shortest reference
_LONGEST: Final = 200  # characters of how it is written

# As the sanitiser writes tags: values between double quotes, which alone may hold < and >.
_TAG: Final = re.compile(r'(<[^">]*+(?:"[^"]*"[^">]*+)*+>)')
_FOR_SLASH: Final = re.compile(r"(?<=\d)[_-](?=\d{2}(?:\d\d)?(?!\d))")
_SLASHES: Final = str.maketrans("_-", "//")
_NAME: Final = re.compile(r"</?([a-z0-9]+)")
_WITHIN_WORDS: Final = frozenset(
    "a abbr b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strike strong sub sup time tt u var wbr".split()
)
_CELLS: Final = frozenset(("td", "th"))
_OF_LINKS: Final = re.compile(r' (?:rel|target)="[a-z_ ]*"')
_OURS: Final = re.compile(r'<a class="reference"[^>]*>([^<]*)</a>')


class Named(NamedTuple):
    """A reference, and how it is written: as it stands in the text, its runs of spaces as one."""

    written: str
    reference: Reference


class Mention(NamedTuple):
    """A reference that a message names, and the first place that does: the subject, an attachment's name, the text."""

    place: Place
    written: str
    reference: Reference


def named(text: str, own: Sequence[Pattern] = ()) -> list[Named]:
    return _named(text, spans(text, own))


def mentions(subject: str, files: Iterable[str], texts: Iterable[Named], own: Sequence[Pattern] = ()) -> list[Mention]:
    """What a message names, each once, at most `MOST`: first in the subject, then in its attachments' names, then in its text."""
    told: dict[Reference, Mention] = {}
    everywhere = [
        *((Place.SUBJECT, one) for one in named(subject, own)),
        *((Place.FILE, one) for name in files for one in _of_file(name, own)),
        *((Place.TEXT, one) for one in texts),
    ]
    for place, one in everywhere:
        told.setdefault(one.reference, Mention(place, *one))
        if len(told) == MOST:
            break
    return list(told.values())


def _of_file(name: str, own: Sequence[Pattern]) -> list[Named]:
    """No file's name can have a slash: "Wyrok_I_C_12_24.pdf", "KAN-7-24.pdf"."""
    found = named(_FOR_SLASH.sub("/", name).replace("_", " "), own)
    slashed = name.translate(_SLASHES)
    return [*found, *(one for pattern in own for one in _named(slashed, pattern.found(slashed)))]


def _named(text: str, found: Iterable[Found]) -> list[Named]:
    return [Named(" ".join(text[start:end].split())[:_LONGEST], reference) for start, end, reference in found]


def address(reference: Reference) -> str:
    """Of its page. The canonical form: what stands in a mail may be broken over lines, or leave out what stood before."""
    return f"/references/{quote(str(reference))}/"  # web/urls.py: reference


def link(reference: Reference, shown: str) -> str:
    """`shown` is HTML."""
    return f'<a class="reference" href="{escape(address(reference))}" target="_blank" rel="noopener noreferrer">{shown}</a>'


def pieces(text: str, own: Sequence[Pattern] = ()) -> list[tuple[str, str]]:
    """The text in order, and what of it leads to a reference's page: (words, address or "")."""
    told: list[tuple[str, str]] = []
    end = 0
    for one in spans(text, own):
        told += ((text[end : one.start], ""), (text[one.start : one.end], address(one.reference)))
        end = one.end
    return [piece for piece in (*told, (text[end:], "")) if piece[0]]


def words(html: str) -> str:
    """What is read of sanitised `html`, as its reader puts it together."""
    pieces = _TAG.split(html)
    return "".join(_between(piece) if odd & 1 else unescape(piece) for odd, piece in enumerate(pieces))


def unlinked(html: str) -> str:
    """Without our links: as the letter was sent, to be quoted or sent on."""
    return _OURS.sub(r"\1", html)


def linked(html: str, own: Sequence[Pattern] = ()) -> tuple[str, list[Named]]:
    """Sanitised `html` with a link around every reference outside of links, and what is named in it. Tags within a reference
    (`I&nbsp;<b>C</b> 12/24`) stay where they are, with a link to each side. Costs the page's length; linking twice is linking once."""
    pieces = _TAG.split(html)
    signs = {tag: _between(tag) for tag in set(pieces[1::2])}
    words = [
        signs[piece] if odd & 1 else unescape(piece) if "&" in piece else piece for odd, piece in enumerate(pieces)
    ]
    text = "".join(words)
    found = spans(text, own)
    if not found:
        return html, []
    _free_bookmarks(pieces)
    for index, cuts in _cuts(pieces, words, found).items():
        pieces[index] = _with_links(words[index], cuts)
    return "".join(pieces), _named(text, found)


def _between(tag: str) -> str:
    """What a tag is to those who read the words: nothing, or the end of a line."""
    name = _NAME.match(tag)
    if name and name[1] in _CELLS:
        return " "
    return "" if name and name[1] in _WITHIN_WORDS else "\n"


def _free_bookmarks(pieces: list[str]) -> None:
    """Outlook sets whole paragraphs between <a name=…> and </a>, which lead nowhere: in a span, references can be links."""
    ends: list[str] = []
    for index in range(1, len(pieces), 2):
        tag = pieces[index]
        if _opens(tag) > 0:
            ends.append("</a>" if ' href="' in tag else "</span>")
            if ends[-1] == "</span>":
                pieces[index] = "<span" + _OF_LINKS.sub("", tag[2:])
        elif tag == "</a>" and ends:
            pieces[index] = ends.pop()


_Cut = tuple[int, int, Reference]


def _cuts(pieces: Sequence[str], words: Sequence[str], found: Sequence[Found]) -> dict[int, list[_Cut]]:
    """Which stretches of which pieces of text become links."""
    starts = list(accumulate(map(len, words), initial=0))
    within = list(accumulate(_opens(piece) if odd & 1 else 0 for odd, piece in enumerate(pieces)))
    cuts: dict[int, list[_Cut]] = {}
    for start, end, reference in found[:MOST_LINKS]:
        first = bisect_right(starts, start) - 1
        touched = range(first, bisect_right(starts, end - 1))
        stretches = [
            (index, max(start, starts[index]) - starts[index], min(end, starts[index + 1]) - starts[index])
            for index in touched
            if index % 2 == 0
        ]
        # Spaces between a table's rows are no place for a link; what is a link already stays the one it is.
        shown = [(index, begin, stop) for index, begin, stop in stretches if words[index][begin:stop].strip()]
        if not any(within[index] for index, _, _ in shown):
            for index, begin, stop in shown:
                cuts.setdefault(index, []).append((begin, stop, reference))
    return cuts


def _opens(tag: str) -> int:
    if tag.startswith(("<a ", "<a>")):
        return 1
    return -(tag == "</a>")


def _with_links(words: str, cuts: Sequence[_Cut]) -> str:
    out: list[str] = []
    at = 0
    for start, end, reference in cuts:
        out += (_escaped(words[at:start]), link(reference, _escaped(words[start:end])))
        at = end
    return "".join((*out, _escaped(words[at:])))


def _escaped(words: str) -> str:
    """As the sanitiser writes text."""
    return escape(words, quote=False).replace("\xa0", "&nbsp;")
