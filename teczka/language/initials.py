"""Words of which only initials are written, a dot behind each: "k.c." and "k. p. c." are what others write as "kc" and "KPC"."""

import re
from typing import Final

from teczka.language.fold import fold
from teczka.language.numbers import Number

# From the first dot on: what begins with a sign of its own is found thirty times as fast. All stand together, and the last dot may be
# missing, or all apart: else those of "k.c. A. Nowak", where a sentence ends, would be one word.
_TOGETHER: Final = r"[^\W\d_](?:\.[^\W\d_]){0,6}+(?![^\W_])\.?"
_APART: Final = r"(?:\s[^\W\d_]\.){1,7}"
_INITIALS: Final = re.compile(rf"\.(?<=\b[^\W\d_]\.)(?:{_TOGETHER}|{_APART})")


def initials(text: str) -> list[Number]:
    """Where they stand, and the word, folded."""
    if not _INITIALS.search(text):  # a third of the work: most texts have none
        return []
    spans = ((found.start() - 1, found.end()) for found in _INITIALS.finditer(text))
    told = (Number(start, end, fold("".join(filter(str.isalnum, text[start:end])))) for start, end in spans)
    return [one for one in told if one.term]  # marks alone fold to nothing
