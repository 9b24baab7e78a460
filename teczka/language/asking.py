"""What is asked of the index for what a person typed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from teczka.core.numbering import Pattern
from teczka.core.references import Found, parse, spans
from teczka.language.fields import Field
from teczka.language.fold import fold
from teczka.language.numbers import numbers
from teczka.language.vectors import quoted
from teczka.language.words import asked, asked_reference, composed, spelled

MOST: Final = 64  # words of one query
LONGEST: Final = 1_000  # signs; what is typed or pasted beyond is not asked for
_SHAPE: Final = re.compile(r"[^\W_][\w.@+/-]*")
_TOKEN: Final = re.compile(r"\S+")
_WORDS_OF_A_REFERENCE: Final = 5
# Who half remembers a sentence remembers these last; they stand in half of all mail.
_LITTLE: Final = frozenset(
    """a aby albo ale bez bo by co czy dla do gdy i ich iz ja jak jako je jest jego jej juz kiedy ktora ktore ktory lub ma mi mimo na nad
    nie niz o od on ona oraz po pod ponad przed przez przy sa sie sobie ta tak te tego tej ten to tu tym u w we wg z za ze zas
    an and are as at be been by for from has have he in is it its of on or our she that the their them they this was we were with you
    your""".split()
)


class Asked(NamedTuple):
    """text[start:end] of what was typed; any of the terms means it. `exact`: as it stands; `also`: in another form."""

    start: int
    end: int
    exact: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        return self.exact + self.also


def ask(text: str, own: Sequence[Pattern] = ()) -> list[Asked]:
    """What a run of words asks for: each word, but a reference, a telephone or an amount as the one term that it is; prepositions and the
    like only where nothing else is asked. In order, at most `MOST`. `own`: the patterns of the office's file numbers."""
    text = composed(text)[:LONGEST]
    found = [Asked(one.start, one.end, asked_reference(one.reference)) for one in _references(text, own)]
    found += _numbers(text, found)
    told = sorted(found)
    ends = [(0, 0), *((one.start, one.end) for one in told), (len(text), len(text))]
    for (_, start), (end, _) in pairwise(ends):
        found += _words(text, start, end)
    telling = [one for one in found if one.exact[0] not in _LITTLE]
    return sorted(telling or found)[:MOST]


def phrase(text: str) -> list[tuple[str, ...]]:
    """For words that stand one behind another: of each the terms of which any means it, first the word as it stands."""
    return [asked(word) for word in spelled(composed(text[:LONGEST]))][:MOST]


def prefix(word: str) -> str:
    """The beginning of the terms that are asked for; "" for what begins no word."""
    word = composed(word.strip())
    return fold(word) if _SHAPE.fullmatch(word) else ""


def tsquery(terms: Iterable[str], field: Field = Field.TEXT, *, begins: bool = False, marks: str = "") -> str:
    """Any of these terms, anywhere or in a field that has terms of its own. `marks`: only at places that bear such a weight; no index
    tells that."""
    end = f":{'*' * begins}{marks}" if begins or marks else ""
    quotes = (f"'{quoted(field.mark + term)}'{end}" for term in terms)
    return f"({' | '.join(quotes)})"


def _references(text: str, own: Sequence[Pattern]) -> list[Found]:
    """As mail is read for them; and, more trustingly than in a letter, as one types them: "i c 12/24", "ic 12/24"."""
    found = spans(text, own)
    tokens = list(_TOKEN.finditer(text))
    for index, token in enumerate(tokens):
        if "/" in token[0] and not any(one.start < token.end() and token.start() < one.end for one in found):
            for first in tokens[max(0, index - _WORDS_OF_A_REFERENCE) : index + 1]:
                told = parse(text[first.start() : token.end()], own)
                if (
                    told
                    and told.division
                    and not any(one.end > first.start() for one in found if one.start < token.end())
                ):
                    found.append(Found(first.start(), token.end(), told))
                    break
    return found


def _numbers(text: str, taken: Sequence[Asked]) -> list[Asked]:
    out: list[Asked] = []
    widest = sorted(numbers(text), key=lambda one: (one.start - one.end, one.start))
    for one in widest:
        apart = all(one.end <= each.start or each.end <= one.start for each in (*taken, *out))
        if apart:
            same = [each.term for each in widest if each[:2] == one[:2]]
            out.append(Asked(one.start, one.end, tuple(dict.fromkeys(same))))
    return out


def _words(text: str, start: int, end: int) -> Iterator[Asked]:
    at = start
    for word in spelled(text[start:end]):
        at = text.index(word, at, end)
        terms = asked(word)
        yield Asked(at, at + len(word), terms[:1], terms[1:])
        at += len(word)
