"""What a company is by law, as people write it: "sp. z o.o.", "Sp. zoo" and "sp. k.", "spk". Letters are read as they stand; whoever looks
for one is asked for in all ways to write it. "S.A." asks for nothing, as "SA" does: that is "są", too."""

import re
from collections.abc import Iterator
from typing import Final

# What letters bear that is "sp. z o.o.", and what they bear where it is written otherwise, or in words.
_LIMITED: Final = ("oo",), ("zoo", "zo", "spzoo", "odpowiedzialnoscia")
_FORM: Final = re.compile(
    r"(?<!\w)(?:sp(?:[óo][łl]\w{2,4})?\.?\s?z\s?(?:o\.?\s?o|ograniczon[ąa]\sodpowiedzialno[śs]ci[ąa])"
    r"|sp\.?\s?(?P<letter>[jk]))(?!\w)\.?",
    re.IGNORECASE,
)


def companies(text: str) -> Iterator[tuple[int, int, tuple[str, ...], tuple[str, ...]]]:
    """Where they stand, the terms of what is written, and those of what others write. "sp.k." is two words, as letters have it."""
    for found in _FORM.finditer(text):
        start, end, letter = *found.span(), found["letter"]
        if letter:
            word, apart = letter.lower(), found.start("letter")
            yield start, apart, ("sp",), (f"sp{word}",)
            yield apart, end, (word,), (f"sp{word}",)
        else:
            yield start, end, *_LIMITED
