"""What is asked of the index for what a person typed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from teczka.core.numbering import Pattern
from teczka.core.references import Found, parse, spans
from teczka.core.search_tree import cut
from teczka.language.companies import companies
from teczka.language.fields import Field
from teczka.language.initials import initials
from teczka.language.numbers import asked_numbers
from teczka.language.vectors import quoted
from teczka.language.words import asked, asked_reference, composed, spelled

MOST: Final = 64  # words of one query
_LONGEST_WORD: Final = 64  # letters
_GROUP: Final = re.compile(r"[^\W_]*\Z")
_CENTURY: Final = re.compile(r"0+|(?:19|20)\d?")  # a year of two digits tells none, nor does a number its zeros
_TOKEN: Final = re.compile(r"\S+")
_WORDS_OF_A_REFERENCE: Final = 5
# Who half remembers a sentence remembers these last; they stand in half of all mail.
_LITTLE: Final = frozenset(
    """a aby albo ale bez bo by co czy dla do gdy i ich iz ja jak jako je jest jego jej juz kiedy ktora ktore ktory lub ma mi mimo na nad
    nie niz o od on ona oraz po pod ponad przed przez przy sa sie sobie ta tak te tego tej ten to tu tym u w we wg z za ze zas
    an and are as at be been by for from has have he in is it its of on or our she that the their them they this was we were with you
    your""".split()
)
# What people write before a number, as a label: its own number stands without it elsewhere.
_OF_NUMBERS: Final = frozenset(
    """nr numer numeru numerem tel telefon telefonu kom fax faks konto konta rachunek rachunku iban no number phone account""".split()
)
_OF_REFERENCES: Final = _OF_NUMBERS | frozenset(
    """syg sygn sygnatura sygnature sygnatury sygnaturze akt akta sprawa sprawe sprawy sprawie case ref file docket""".split()
)


class Asked(NamedTuple):
    """text[start:end] of what was typed; any of the terms means it: one that ends with a star by its beginning. `exact`: as it stands;
    `also`: in another form."""

    start: int
    end: int
    exact: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        return self.exact + self.also


def ask(text: str, own: Sequence[Pattern] = (), *, begun: bool = False) -> list[Asked]:
    """What a run of words asks for: each word, but a reference, a telephone, an amount or initials as the one term that it is, "sp. z o.o."
    and the like in all ways to write them; prepositions and the like, and what only says that a number follows, where nothing else is
    asked. In order, at most `MOST`. `own`: the patterns of the office's file numbers. `begun`: its last word or number may go on."""
    text = cut(composed(text))
    found = [Asked(one.start, one.end, asked_reference(one.reference)) for one in _references(text, own)]
    found += _numbers(text, found)
    told = sorted(found)
    found += [Asked(*one) for one in companies(text) if _apart(one, told)]
    found += [Asked(one.start, one.end, (one.term,)) for one in initials(text) if _apart(one, found)]
    ends = [(0, 0), *((one.start, one.end) for one in sorted(found)), (len(text), len(text))]
    for (_, start), (end, _) in pairwise(ends):
        found += _words(text, start, end)
    found = sorted(found)
    if begun and found and not any(map(str.isalnum, text[found[-1].end :])):
        found[-1] = _begun(found[-1], text)
    telling = [one for one in _unlabelled(found, told) if one.exact[0] not in _LITTLE or one.exact[-1].endswith("*")]
    return (telling or found)[:MOST]


def beginning(text: str, own: Sequence[Pattern] = ()) -> list[Asked]:
    """For what is asked by its beginning. Of what is put together ("coca-co") the last word alone is only begun."""
    found = ask(text, own, begun=True)
    if not found:
        return []
    *before, last = found
    begins = tuple(term for term in last.exact if term.endswith("*"))
    return [*before, Asked(last.start, last.end, begins or last.exact)]


def phrase(text: str) -> list[tuple[str, ...]]:
    """For words that stand one behind another: of each the terms of which any means it, first the word as it stands."""
    return [_terms(word) for word in spelled(cut(composed(text)))][:MOST]


def number(text: str, own: Sequence[Pattern] = ()) -> Asked | None:
    """Where the whole of it is one reference or number, however it is written."""
    found = ask(text, own)
    whole = len(found) == 1 and found[0][:2] == (0, len(composed(text))) and any(map(str.isdigit, text))
    return found[0] if whole and len(spelled(text)) > 1 else None


def tsquery(terms: Iterable[str], field: Field, *, marks: str = "") -> str:
    """Any of these terms, anywhere or in a field that has terms of its own. `marks`: only at places that bear such a weight; no index
    tells that."""
    each = ((field.mark + term.removesuffix("*"), "*" * term.endswith("*") + marks) for term in terms)
    quotes = (f"'{quoted(term)}'{':' * bool(end)}{end}" for term, end in each)
    return f"({' | '.join(quotes)})"


def _begun(one: Asked, text: str) -> Asked:
    """With all that it may become. A reference becomes none: what goes on as it does is another's."""
    if one.exact[0].startswith("#"):
        return one
    begins = [*one.exact]
    group = _GROUP.search(text, one.start, one.end)
    for term in one.exact:
        head, slash, last = term.rpartition("/")
        if slash and group and _CENTURY.fullmatch(group[0]):
            begins.append(head + slash + last[2:])
    return one._replace(exact=one.exact + tuple(f"{each}*" for each in begins))


def _unlabelled(found: Sequence[Asked], told: Sequence[Asked]) -> list[Asked]:
    """Without what stands before a reference or number to say that it is one. `told`: these."""
    out: list[Asked] = []
    labels: frozenset[str] = frozenset()
    for one in reversed(found):
        if any(one.start == each.start for each in told):
            labels = _OF_REFERENCES if one.exact[0].startswith("#") else _OF_NUMBERS
        elif one.exact[0] in labels:
            continue
        elif one.exact[0] not in _LITTLE:
            labels = frozenset()
        out.append(one)
    return out[::-1]


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
    widest = sorted(asked_numbers(text), key=lambda one: (one.start - one.end, one.start))
    for one in widest:
        if _apart(one, (*taken, *out)):
            same = [each.term for each in widest if each[:2] == one[:2]]
            out.append(Asked(one.start, one.end, tuple(dict.fromkeys(same))))
    return out


def _apart(one: tuple[int, int, *tuple[object, ...]], taken: Iterable[Asked]) -> bool:
    return all(one[1] <= each.start or each.end <= one[0] for each in taken)


def _words(text: str, start: int, end: int) -> Iterator[Asked]:
    at = start
    for word in spelled(text[start:end]):
        at = text.index(word, at, end)
        terms = _terms(word)
        yield Asked(at, at + len(word), terms[:1], terms[1:])
        at += len(word)


def _terms(word: str) -> tuple[str, ...]:
    """A mark alone folds to nothing, and is asked for as it stands."""
    return asked(word) or (word[:_LONGEST_WORD],)
