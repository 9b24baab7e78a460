"""Where in a text the words stand that were asked for: a window on the best place, with what meets them marked."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final, NamedTuple

from teczka.core.references import spans
from teczka.language.fold import fold
from teczka.language.initials import initials
from teczka.language.numbers import numbers
from teczka.language.words import ENGLISH, composed, lexemes, of_reference, reading_of

REACH: Final = 1_000_000  # signs of a text that are looked through
_MOST_HITS: Final = 100  # of one thing that is sought, and as many of its other forms
_BEGINNING: Final = 1_000  # signs that tell how a text is read
_LEAD: Final = 0.25  # of a window's length stands before its first hit
_MOST_LENGTHS: Final = 4  # of a window, where what it shows is longer
_MOST_TRIES: Final = 30_000  # of words without marks, about 0.3 s
_WORD: Final = re.compile(r"[^\W_]+")
_NEXT: Final = re.compile(r"[\W_]{0,40}([^\W_]+)")  # of a phrase's words
_SPELLINGS: Final[dict[str, str]] = {}  # of a sign that words begin with: with marks or without, capital or small
for _sign in filter(str.isalnum, map(chr, range(ord("0"), 0x530))):
    _SPELLINGS[fold(_sign)[:1]] = _SPELLINGS.get(fold(_sign)[:1], "") + _sign
_BLANKS: Final = re.compile(r"\s+")
# Where a sign begins a word. Behind the sign: a pattern that begins with a set of signs is four times as fast.
_BEGINS: Final = r"(?<![^\W_].)"

Pieces = Sequence[tuple[str, bool]]  # the text in order; True: it meets what was asked


class Sought(NamedTuple):
    """One thing that is looked for. Any of the terms means it, `exact` as it was asked, `also` in another form; so does any of the phrases,
    words one behind another. A term that ends with a star is the beginning of a word."""

    exact: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()

    @property
    def weight(self) -> int:
        """How much it tells: long words are rare ones."""
        return max(map(len, (*self.exact[:1], *map("".join, self.phrases))), default=0)


def any_of(several: Iterable[Sought]) -> Sought:
    return Sought(*(tuple(chain.from_iterable(each)) for each in zip(*several, strict=True)))


class Hit(NamedTuple):
    """text[start:end] meets what stands at that place of what is sought."""

    start: int
    end: int
    which: int
    exact: bool


_NOWHERE: Final = Hit(0, 0, 0, exact=False)


class Found(NamedTuple):
    """A piece of a text, which of the things sought stand in it, and which of these as they were asked."""

    pieces: Pieces = ()
    met: frozenset[int] = frozenset()
    exact: frozenset[int] = frozenset()


class Look:
    """For the same in many texts: each word of theirs is looked up once."""

    def __init__(self, sought: Sequence[Sought]) -> None:
        self.places = frozenset(place for place, one in enumerate(sought) if any(one))
        self._weights = [one.weight for one in sought]
        also = {term: (place, False) for place, one in reversed([*enumerate(sought)]) for term in one.also}
        exact = {term: (place, True) for place, one in reversed([*enumerate(sought)]) for term in one.exact}
        self._wanted = also | exact
        self._exact = exact.keys()
        self._begins = tuple(term[:-1] for term in exact if len(term) > 1 and term.endswith("*"))
        digits = {term for term in self._wanted if any(map(str.isdigit, term))}
        self._references = {term for term in digits if term.startswith("#")}
        self._numbers = bool(digits - self._references)
        self._addresses = [term for term in exact if "@" in term]
        initials = {term.lstrip("~")[:1] for term in self._wanted} - {"#", "*", ""}
        self._initials = re.compile(rf"{_signs(initials)}{_BEGINS}[^\W_]*") if initials else None
        phrases = ((_WORD.findall(" ".join(words)), place) for place, one in enumerate(sought) for words in one.phrases)
        self._phrases = [
            (re.compile(_signs(words[0][:1]) + _BEGINS), words, place) for words, place in phrases if words
        ]
        self._known: dict[tuple[str, int], tuple[int, bool] | None] = {}
        self._tries = _MOST_TRIES

    def marked(self, line: str) -> Pieces:
        """All of it."""
        line = composed(line)
        return _pieces(line, 0, len(line), self._hits(line))

    def met(self, line: str) -> frozenset[int]:
        return frozenset(hit.which for hit in self._hits(composed(line)))

    def snippet(self, text: str, length: int, seen: Collection[int] = ()) -> Found:
        """About `length` signs around the place that holds most of what is sought, rather what is not `seen` elsewhere, rather as it was
        asked; of the beginning where nothing of it stands. Runs of blanks are one."""
        shown = composed(text[:REACH])
        hits = self._hits(shown)
        if not hits:
            return Found(_window(shown[: 2 * length], _NOWHERE, length, ()))
        ahead = length - int(length * _LEAD)
        best = max(range(len(hits)), key=lambda first: (*self.worth(_held(hits, first, ahead), seen), -first))
        hits[best] = hits[best]._replace(end=min(hits[best].end, hits[best].start + _MOST_LENGTHS * length))
        return _held(hits, best, ahead)._replace(pieces=_window(shown, hits[best], length, hits))

    def worth(self, found: Found, seen: Collection[int]) -> tuple[int, int]:
        """The greater the better."""
        told = {which: 1 if which in seen else self._weights[which] for which in found.met}
        return sum(told.values()), sum(map(told.__getitem__, found.exact))

    def _hits(self, text: str) -> list[Hit]:
        """In order, none within another."""
        found = [*self._words(text), *self._others(text)]
        for first, words, place in self._phrases:
            found += (Hit(*span, place, True) for span in islice(_standing(first, words, text), _MOST_HITS))
        out: list[Hit] = []
        often: Counter[tuple[int, bool]] = Counter()
        for hit in sorted(found, key=lambda it: (it.start, -it.end)):
            if (not out or hit.start >= out[-1].end) and often[hit[2:]] < _MOST_HITS:
                often[hit[2:]] += 1
                out.append(hit)
        return out

    def _words(self, text: str) -> Iterator[Hit]:
        """Only words with the first letter of something wanted are looked up, a few of a text: a form that begins otherwise ("ludzie" of
        "człowiek") stays unmarked."""
        if not self._initials:
            return
        reading = reading_of(text, _WORD.findall(text, 0, _BEGINNING))
        often: Counter[tuple[int, bool]] = Counter()
        for word in self._initials.finditer(text):
            if (which := self._which(word[0], reading)) and often[which] < _MOST_HITS:
                often[which] += 1
                yield Hit(*word.span(), *which)

    def _which(self, word: str, reading: int) -> tuple[int, bool] | None:
        key = word, reading
        if key not in self._known:
            # Of words that are read as English no marks are restored.
            tries, terms = lexemes(word, reading if self._tries > 0 else ENGLISH)
            self._tries -= tries
            word = terms[0] if terms else ""  # a mark alone folds to nothing
            standing = [self._wanted[word]] if word in self._exact else []
            forms = (self._wanted[term] for term in terms if term in self._wanted)
            self._known[key] = next(chain(standing, self._begun(word), forms), None)
        return self._known[key]

    def _begun(self, term: str) -> Iterator[tuple[int, bool]]:
        return (self._wanted[begin + "*"] for begin in self._begins if term.startswith(begin))

    def _others(self, text: str) -> Iterator[Hit]:
        """Numbers, initials, references and addresses."""
        for one in chain(numbers(text) if self._numbers else (), initials(text)):
            if which := self._wanted.get(one.term) or next(self._begun(one.term), None):
                yield Hit(one.start, one.end, *which)
        if self._references:
            for told in spans(text):
                # As the index has it: whoever leaves its suffix out means it, too.
                if term := next((term for term in of_reference(told.reference) if term in self._references), None):
                    yield Hit(told.start, told.end, *self._wanted[term])
        for address in self._addresses:
            for each in islice(re.finditer(re.escape(address.removesuffix("*")), text, re.IGNORECASE), _MOST_HITS):
                yield Hit(*each.span(), *self._wanted[address])


def _standing(first: re.Pattern[str], words: Sequence[str], text: str) -> Iterator[tuple[int, int]]:
    """Where they stand one behind another, each as it is folded: letter by letter they are not told, for "ß" is two of them."""
    for one in first.finditer(text):
        end = one.start()
        for word in words:
            following = _NEXT.match(text, end)
            if not following or fold(following[1]) != word:
                break
            end = following.end()
        else:
            yield one.start(), end


def _signs(letters: Iterable[str]) -> str:
    """A set of a pattern's. Of letters whose spellings are not known, any."""
    spellings = [*map(_SPELLINGS.get, letters)]
    return f"[{re.escape(''.join(filter(None, spellings)))}]" if all(spellings) else r"[^\W_]"


def _held(hits: Sequence[Hit], first: int, length: int) -> Found:
    """What stands within `length` signs from a hit on; that hit, however long it is."""
    end = max(hits[first].start + length, hits[first].end)
    held = set()
    for at in range(first, len(hits)):
        if hits[at].end > end:
            break
        held.add(hits[at])
    return Found((), frozenset(hit.which for hit in held), frozenset(hit.which for hit in held if hit.exact))


def _window(text: str, shown: Hit, length: int, hits: Sequence[Hit]) -> Pieces:
    """`shown` whole, with a little before it."""
    start = max(0, shown.start - int(length * _LEAD))
    if start:
        start = next((blank.end() for blank in _BLANKS.finditer(text, start, shown.start)), start)
    end = min(len(text), max(start + length, shown.end))
    if end < len(text):
        least = max(start + length // 2, shown.end)
        blank = max(text.rfind(" ", least, end), text.rfind("\n", least, end))
        end = blank if blank > start else end
    pieces = _pieces(text, start, end, hits)
    before, after = start > 0 and bool(text[:start].strip()), bool(text[end : end + 200].strip())
    return [*([("…", False)] if before else []), *pieces, *([("…", False)] if after else [])]


def _pieces(text: str, start: int, end: int, hits: Sequence[Hit]) -> Pieces:
    out: list[tuple[str, bool]] = []
    at = start
    for begin, until, *_ in hits:
        if at <= begin and until <= end:
            out += ((text[at:begin], False), (text[begin:until], True))
            at = until
    out.append((text[at:end], False))
    return [(_BLANKS.sub(" ", piece), hit) for piece, hit in out if piece]
