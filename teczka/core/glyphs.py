"""Signs that look alike made one, within a small window of a text and with the way back to where each stood."""

import re
from collections.abc import Sequence
from unicodedata import category, normalize

# Letters of other scripts that are read as Latin ones; dashes; slashes.
_ALIKE = str.maketrans(
    "АВСЕНІКМОРТХУЅЈасеорхуіѕјΑΒΕΖΗΙΚΜΝΟΡΤΥΧοικνρχ‐‑‒–—−⁄∕",
    "ABCEHIKMOPTXYSJaceopxyisjABEZHIKMNOPTYXoikvpx------//",
)
# Anything but Latin letters and the usual quotes; most windows of Polish text have none.
_STRANGE = re.compile("[^\x00-\x7fÀ-ž„”“’«»…]")
# Superscripts and fractions: a footnote's mark after a year is no digit of it.
_NO_TEXT = {"No"}
_UNSEEN = {"Cf", "Mn"}
# Within a word: a soft hyphen, joiners, a mark of byte order. Programs that make letters put them there, and nobody types them.
_WITHIN_WORDS = "\u00ad\u034f\u200c\u200d\u2060\ufeff"
_LONGEST = 4  # of one sign, as VIII is: the eighteen letters of an Arabic ligature would be windows of thousands


def plain(raw: str) -> tuple[str, Sequence[int]]:
    """`raw` in NFKC, without unseen signs and with Latin letters for look-alikes; and for each sign, and the end, its place in `raw`."""
    if not _STRANGE.search(raw):
        return raw, range(len(raw) + 1)
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(raw):
        read = _read(sign) if _STRANGE.match(sign) else sign
        signs.append(read)
        places.extend([place] * len(read))
    return "".join(signs), [*places, len(raw)]


def seen(text: str) -> str:
    """Without the signs within words that nobody sees; the text itself where there are none."""
    if not text.isascii():
        for sign in _WITHIN_WORDS:
            if sign in text:  # a twentieth of what replacing nothing costs
                text = text.replace(sign, "")
    return text


def _read(sign: str) -> str:
    kind = category(sign)
    if kind in _UNSEEN:
        return ""
    read = " " if kind in _NO_TEXT or kind.startswith("Z") else normalize("NFKC", sign).translate(_ALIKE)
    return read if len(read) <= _LONGEST else "?"
