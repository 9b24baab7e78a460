"""Names that look like others: a slip of the finger in an address, or a server that would like to be taken for another."""

import unicodedata
from collections.abc import Iterable

SHORTEST = 4  # letters: below it nearly every name is like another

# What is read for what (both of a pair become the same): digits, and letters of other scripts.
_CONFUSED = str.maketrans("01358ıіоаесрхуѕԁɡνοα", "olesbiioaecpxysdgvoa")
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("i", "l"), ("-", ""))


def resembled(domain: str, others: Iterable[str]) -> str:
    """The first of `others` that `domain` could be mistaken for, or "". Domains as registered (kancelaria.pl), A-labels or not."""
    ours = _readable(domain)
    for other in others:
        theirs = _readable(other)
        if theirs != ours and len(theirs.partition(".")[0]) >= SHORTEST and _alike(ours, theirs):
            return other
    return ""


def _alike(ours: str, theirs: str) -> bool:
    return _skeleton(ours) == _skeleton(theirs) or _one_slip(ours, theirs)


def _readable(domain: str) -> str:
    """As a person sees it."""
    try:
        return domain.lower().encode("ascii").decode("idna")
    except UnicodeError:
        return domain.lower()


def _skeleton(name: str) -> str:
    """The same for names that look the same."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    plain = plain.replace("ł", "l").translate(_CONFUSED)
    for seen, read in _PAIRS:
        plain = plain.replace(seen, read)
    return plain


def _one_slip(ours: str, theirs: str) -> bool:
    """Whether one letter was typed wrong, left out, doubled, or changed places with its neighbour."""
    if abs(len(ours) - len(theirs)) > 1:
        return False
    start = next((at for at, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other), None)
    if start is None:
        return True
    mine, their = ours[start:], theirs[start:]
    swapped = mine[:2] == their[1::-1] and mine[2:] == their[2:]
    return swapped or mine[1:] == their[1:] or mine[1:] == their or mine == their[1:]
