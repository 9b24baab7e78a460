"""One spelling for what people type with and without diacritics, in any case and width."""

import unicodedata
from functools import lru_cache
from typing import Final

# Letters that Unicode does not take apart into a base and a mark.
_WHOLE: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)


@lru_cache(65_536)
def fold(word: str) -> str:
    """Lower case (ß → ss), compatibility forms unified, marks gone: "ŁÓDŹ", "łódź" and "lodz" are one. Idempotent."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKC", word).casefold().translate(_WHOLE)
    # Once more: what the case fold or the table made may itself be composed or have compatibility forms.
    parts = unicodedata.normalize("NFKD", plain)
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).casefold().translate(_WHOLE)
