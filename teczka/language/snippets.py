"""Where in a text the words stand that were asked for: a window on the best place, with what meets them marked."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice, takewhile
from typing import Final, TypeVar

from teczka.core.references import spans
from teczka.language.asking import Asked
from teczka.language.fold import fold
from teczka.language.numbers import numbers
from teczka.language.words import asked_reference, composed, lexemes, reading_of

REACH: Final = 50_000  # signs of a text that are looked through
_MOST_HITS: Final = 200
_BEGINNING: Final = 1_000  # signs that tell how a text is read
_MOST_TRIED: Final = 32  # hits that the window may begin with
_LEAD: Final = 0.25  # of a window's length stands before its first hit
_WORD: Final = re.compile(r"[^\W_]+")
_LETTERS: Final = "".join(filter(str.isalpha, map(chr, range(ord("A"), 0x250))))
_BLANKS: Final = re.compile(r"\s+")

W = TypeVar("W")

Pieces = list[tuple[str, bool]]  # the text in order; True: it meets what was asked
_Hit = tuple[int, int, int]  # text[start:end], and which of the things asked it meets


def marked(line: str, asked: Sequence[Asked]) -> Pieces:
    """A whole line. A term that ends with a star is the beginning of a word."""
    line = composed(line)
    return _pieces(line, 0, len(line), _hits(line, asked))


def snippet(texts: Sequence[tuple[W, str]], asked: Sequence[Asked], length: int = 200) -> tuple[W | None, Pieces]:
    """About `length` signs of the first text that meets something, around the place that meets the most of it, and which text it is. Of
    the first one's beginning where none does. Runs of blanks are one."""
    for where, text in texts:
        shown = composed(text[:REACH])
        if hits := _hits(shown, asked):
            return where, _window(shown, hits, length)
    if not texts:
        return None, []
    where, text = texts[0]
    return where, _window(composed(text[: 2 * length]), [], length)


def _hits(text: str, asked: Sequence[Asked]) -> list[_Hit]:
    """In order, none within another."""
    wanted = {term: place for place, one in reversed([*enumerate(asked)]) for term in one.terms}
    begins = tuple(term[:-1] for term in wanted if len(term) > 1 and term.endswith("*"))
    found = [*islice(_words(text, wanted, begins), _MOST_HITS)]
    if any(not term.isalpha() for term in wanted if term[0] not in "~*"):
        found += islice(_others(text, wanted), _MOST_HITS)
    out: list[_Hit] = []
    for hit in sorted(found, key=lambda it: (it[0], -it[1])):
        if not out or hit[0] >= out[-1][1]:
            out.append(hit)
    return out


def _words(text: str, wanted: dict[str, int], begins: tuple[str, ...]) -> Iterator[_Hit]:
    """Only words with the first letter of something wanted are looked up, a few of a text: a form that begins otherwise ("ludzie" of
    "człowiek") stays unmarked."""
    initials = "".join(sorted({term.lstrip("~")[:1] for term in wanted}))
    if not initials:
        return
    reading = reading_of(text, _WORD.findall(text, 0, _BEGINNING))
    for found in _beginning_with(initials).finditer(text):
        terms = lexemes(found[0], reading).terms
        which = next((wanted[term] for term in terms if term in wanted), None)
        if which is None and begins and terms[0].startswith(begins):
            which = next(wanted[begun + "*"] for begun in begins if terms[0].startswith(begun))
        if which is not None:
            yield *found.span(), which


@lru_cache(1_024)
def _beginning_with(initials: str) -> re.Pattern[str]:
    """Words that begin so, with marks or without, capital or small."""
    signs = "".join(sign for sign in _LETTERS if fold(sign)[:1] in initials) + initials
    return re.compile(rf"(?<![^\W_])[{re.escape(signs)}][^\W_]*")


def _others(text: str, wanted: dict[str, int]) -> Iterator[_Hit]:
    """Numbers, references and addresses."""
    for number in numbers(text):
        if number.term in wanted:
            yield number.start, number.end, wanted[number.term]
    for one in spans(text):
        for term in asked_reference(one.reference):
            if term in wanted:
                yield one.start, one.end, wanted[term]
    for address in (term for term in wanted if "@" in term):
        for found in re.finditer(re.escape(address), text, re.IGNORECASE):
            yield *found.span(), wanted[address]


def _window(text: str, hits: list[_Hit], length: int) -> Pieces:
    lead = int(length * _LEAD)
    start = 0
    if hits:
        best = max(range(min(len(hits), _MOST_TRIED)), key=lambda first: (_met(hits, first, length - lead), -first))
        start = max(0, hits[best][0] - lead)
    if start:
        start = next((blank.end() for blank in _BLANKS.finditer(text, start, start + lead)), start)
    end = min(len(text), start + length)
    if end < len(text):
        end = max(text.rfind(" ", start + length // 2, end), text.rfind("\n", start + length // 2, end))
        end = end if end > start else start + length
    pieces = _pieces(text, start, end, hits)
    before, after = start > 0 and bool(text[:start].strip()), bool(text[end : end + 200].strip())
    return [*([("…", False)] if before else []), *pieces, *([("…", False)] if after else [])]


def _met(hits: list[_Hit], first: int, length: int) -> int:
    """How much of what was asked stands within `length` signs from a hit on."""
    end = hits[first][0] + length
    return len({which for _, _, which in takewhile(lambda hit: hit[1] <= end, islice(hits, first, None))})


def _pieces(text: str, start: int, end: int, hits: list[_Hit]) -> Pieces:
    out: Pieces = []
    at = start
    for begin, until, _ in hits:
        if at <= begin and until <= end:
            out += ((text[at:begin], False), (text[begin:until], True))
            at = until
    out.append((text[at:end], False))
    return [(_BLANKS.sub(" ", piece), hit) for piece, hit in out if piece]
