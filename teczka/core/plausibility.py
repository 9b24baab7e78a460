"""Whether signs that could be a court's reference are meant as one. What a repertory is called is often a word, a unit or an initial."""

import re
from typing import NamedTuple

from teczka.core.repertories import BAILIFF, CONSTITUTIONAL, PLAIN, PROCUREMENT

# "sygn. akt", "sygn.:", "akta", "sprawa nr": behind it even one letter is a repertory.
_LABEL = re.compile(
    r"\b(?:(?:sygn\w{0,8}|syg|akt|akta|aktach|aktami|repertorium|spraw\w{0,3}|spr)[\s.:]{0,3}){1,3}(?:(?:nr|numer)[\s.:]{1,2})?[\"'„”»«(\[]?\s?\Z",
    re.IGNORECASE,
)
_FOLLOWING = re.compile(r"\d/(?:\d{4}|\d\d)\s?(?:,|;|i|oraz)\s{1,3}\Z")  # one reference behind another
_LONGEST_LABEL = 48
_TRIBUNAL = re.compile(r"Trybuna|\bTK\b|\bOTK\b|Konstytucyj")
# What else is numbered so.
_OTHER = re.compile(
    r"\b(?:faktur\w{0,3}|FV|umow\w{0,3}|aneks\w{0,3}|zam\w{0,9}|zlece\w{0,4})[\s.:]{0,3}(?:nr\s)?\Z", re.IGNORECASE
)
_OPENING = re.compile(r"(?:\A|[\n:;(\[\"„-])\s{0,9}\Z")
_WORDS = frozenset("a am ca co d do ka ko m n no o op p po s sa u w wa wo z za zi zo now pen".split())
_NOT_GLUED = frozenset(("VIP", "IP", "VW", "XP", "LP"))


class Candidate(NamedTuple):
    """before: the text up to it; division, word: as written; gap: from the word to the number; repertory: what the word is taken for."""

    before: str
    division: str
    word: str
    gap: str
    repertory: str


def labelled(before: str) -> bool:
    return bool(_LABEL.search(before, max(0, len(before) - _LONGEST_LABEL)))


def believable(it: Candidate) -> bool:
    if _OTHER.search(it.before, max(0, len(it.before) - _LONGEST_LABEL)):
        return False
    if not it.division:
        return _alone(it)
    if not it.word.islower() or labelled(it.before):
        return True
    if it.word in _WORDS or "l" in it.division or (len(it.word) == 1 and it.gap.startswith(".")):
        return False  # "I do 12/24", "l.dz. 12/24", "t. II k. 12/24"
    if not it.division.islower():
        return len(it.word) > 1 or it.word == "c"  # as telephones begin a line
    return it.division != "i" or bool(_OPENING.search(it.before))  # "i" is "and"


def glued(word: str, before: str) -> bool:
    """Whether a division and its repertory may have lost the space between them: "IC 12/24"."""
    return labelled(before) or not (word.islower() or word in _NOT_GLUED)


def _alone(it: Candidate) -> bool:
    """Without a division."""
    if it.repertory in PLAIN:
        by_name = it.repertory in BAILIFF or it.repertory in PROCUREMENT
        if it.word == it.repertory or (by_name and not it.word.islower()):
            return True
    if len(it.word) == 1 and ("-" in it.gap or not it.word.isupper()):
        return False  # "C-123/24" is the Court of Justice's, "k. 12/24" a leaf
    if it.repertory in CONSTITUTIONAL and it.word == it.repertory and _TRIBUNAL.search(it.before):
        return True
    if it.word == it.repertory and not it.word.isupper() and _FOLLOWING.search(it.before):
        return True
    return it.word not in _WORDS and labelled(it.before)
