"""Words and the terms that they are found by: the folded form as it stands, and, marked as such, the folded dictionary forms."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from teczka.core.glyphs import seen
from teczka.core.references import Kind, Reference
from teczka.language.families import related
from teczka.language.fold import fold
from teczka.language.lemma import ending_off, english, polish
from teczka.language.marks import restored, tries

FORM: Final = "~"  # begins a dictionary form, so that what is asked for exactly as it stands never meets one
# How a text is read: English stems besides; written without Polish marks, so that words that are some may be others.
ENGLISH: Final = 1
BARE: Final = 2
_LONGEST: Final = 64  # letters of a term
MOST: Final = 40  # terms that are asked for one word
_SHORTEST_NAME: Final = 5  # letters; shorter ones have no endings to take off

_WORD: Final = re.compile(r"\w+")  # where no "_" is: half the work of [^\W_]+
_LOCAL: Final = re.compile(r"[\w.+-]{1,64}\Z")
_DOMAIN: Final = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_MARKED: Final = re.compile("[ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]")
_BEGINNING: Final = 120  # signs of a Polish text that hold a marked letter
_ENGLISH: Final = frozenset(
    "the and of to is that for with this you are have we be your not will please from on as".split()
)


class Lexemes(NamedTuple):
    """tries: how many words were looked up for it without the cache; terms: first the word as it stands."""

    tries: int
    terms: tuple[str, ...]


def composed(text: str) -> str:
    """As words are looked for: letters and their marks as one sign each, for file names from some machines come apart; without signs that
    nobody sees."""
    return text if text.isascii() else unicodedata.normalize("NFC", seen(text))


def spelled(text: str) -> list[str]:
    """Runs of letters and digits, and e-mail addresses whole. Addresses are sought around each "@" alone: other text costs nothing."""
    out: list[str] = []
    start = 0
    at = text.find("@")
    while at >= 0:
        local, domain = _LOCAL.search(text, max(start, at - 64), at), _DOMAIN.match(text, at + 1)
        if local and domain:
            out += _words(text[start : local.start()])
            out.append(text[local.start() : domain.end()])
            start = domain.end()
        at = text.find("@", max(start, at + 1))
    out += _words(text[start:] if start else text)
    return out


def _words(text: str) -> list[str]:
    return _WORD.findall(text.replace("_", " "))


def reading_of(text: str, words: list[str]) -> int:
    """ENGLISH where every twelfth of the first words is one of the commonest English ones; BARE where Polish would have shown a mark."""
    beginning = words[:150]
    if sum(map(_ENGLISH.__contains__, map(str.lower, beginning))) * 12 > len(beginning):
        return ENGLISH
    return 0 if _MARKED.search(text, 0, _BEGINNING) else BARE


@lru_cache(16_384)
def lexemes(word: str, reading: int) -> Lexemes:
    """The terms of a word or an address, each once. A dictionary form that is the word itself stands as the word alone: `asked` knows."""
    folded = fold(word)
    if "@" in word:
        return Lexemes(0, _cut((folded, folded.rpartition("@")[2], *of_address(folded))))
    cost, forms = _forms(word, folded, reading)
    return Lexemes(cost, _cut((folded, *(FORM + form for form in forms if form != folded))))


def _forms(word: str, folded: str, reading: int) -> tuple[int, list[str]]:
    """How many words were looked up, and the dictionary forms: of Polish words, of what they would be with marks, of English ones; of
    names that no dictionary knows, what is left without an ending."""
    forms = [*map(fold, polish(word))]
    known = bool(forms)
    if not folded.isalpha():
        return 0, forms
    cost = 0
    if word.isascii() and (reading & BARE or not (known or reading & ENGLISH)):
        cost = tries(folded)
        forms += map(fold, restored(folded))
    named = not forms
    if word.isascii() and (named or reading & ENGLISH):
        forms.append(english(folded))
    if named and len(folded) >= _SHORTEST_NAME:
        forms.append(ending_off(folded))
    return cost, forms


def of_address(address: str) -> tuple[str, ...]:
    """The terms of its words, or of a domain's: as they stand."""
    return _cut(_words(fold(address)))


def _cut(terms: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term[:_LONGEST] for term in terms if term))


def asked(word: str) -> tuple[str, ...]:
    """The terms to ask for one typed word, in whichever language it is meant, first the word as it stands: any of them means it."""
    folded = fold(word)
    if "@" in word:
        return (folded[:_LONGEST],)
    forms = _forms(word, folded, ENGLISH | BARE)[1]
    readings = (*polish(word), *(restored(folded) if word.isascii() else ()))
    family = [fold(relative) for lemma in readings for relative in related(lemma)]
    return _cut((folded, *(FORM + form for form in forms), *forms, *(FORM + form for form in family), *family))[:MOST]


def of_reference(reference: Reference) -> tuple[str, str]:
    """The terms of a reference: for all who leave its suffix out, and for those who tell it."""
    key = fold("#" + "|".join(map(str, reference.key)))
    return key, f"{key}|{fold(reference.suffix) or '-'}"


def asked_reference(reference: Reference) -> tuple[str, ...]:
    """A suffix that only one of two bears is no difference."""
    key, whole = of_reference(reference)
    if reference.kind is Kind.REGISTER and not reference.court:  # its name may be left out
        return key, reference.number
    return (whole, f"{key}|-") if reference.suffix else (key,)
