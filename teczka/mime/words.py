"""Encoded words (RFC 2047) and what may stand in a line that people read."""

import binascii
import re
from typing import Final
from unicodedata import category

from teczka.mime import charset
from teczka.mime.limits import LIMITS

_ENCODED: Final = re.compile(r"=\?([^?\s*]+)(?:\*[^?]*)?\?([bBqQ])\?([^?]*)\?=")
# White space between two encoded words is no part of the text (RFC 2047 §6.2).
_BETWEEN: Final = re.compile(r"(\?=)\s+(?==\?[^?\s]+\?[bBqQ]\?)")
_FOLD: Final = re.compile(rb"\r?\n[ \t]*")
# Controls, and the marks that turn reading direction round ("exe.fdp" shown for a name that ends in .exe).
_UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
# What shows nothing: marks of direction, soft hyphens, blanks without width, fillers, tags. The tags of a flag stay (Scotland's), and so
# does a joiner that joins what it is meant for: Indic and Arabic letters, and emoji.
_FILLERS: Final = "\u034f\u115f\u1160\u3164\uffa0"
_UNSEEN: Final = (
    f"{_FILLERS}\u00ad\u061c\u180e\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_FILLED: Final = re.compile(f"[{_FILLERS}]")  # Python takes these for signs that show something
_LEFT_OUT: Final = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f)"
    f"|(?:[{_UNSEEN}]|(?<![^\0-\u024f\u200c\u200d])[\u200c\u200d])[{_UNSEEN}\u200c\u200d]*"
)
_MARKS: Final = re.compile(r"[^\0-\u02ff\w]{5,}")  # and other signs that are no letters
_MOST_MARKS: Final = 4  # on one letter
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")


def decode_words(value: bytes) -> str:
    """An unstructured field (a subject, or the raw string of an IMAP ENVELOPE) as one line of text. Never raises."""
    if value.isascii() and b"=?" not in value and b"\n" not in value:
        return clean(value[: LIMITS.field].decode("ascii"))
    return decode_text(charset.decode(_FOLD.sub(b" ", value)))


def decode_text(text: str) -> str:
    """The same for a value whose own bytes are decoded already."""
    if "=?" not in text:
        return clean(text[: LIMITS.field])
    text = _BETWEEN.sub(r"\1", text)
    out: list[str] = []
    pending = b""  # bytes of adjacent words of one charset: some senders split a character between two words
    label = ""
    end = 0
    for word in _ENCODED.finditer(text):
        if pending and (word.start() > end or word[1].lower() != label):
            out.append(charset.decode(pending, label))
            pending = b""
        out.append(text[end : word.start()])
        pending += _payload(word)
        label, end = word[1].lower(), word.end()
    out += [charset.decode(pending, label), text[end:]]
    return clean("".join(out)[: LIMITS.field])


def clean(text: str) -> str:
    """One line: controls and marks that turn the direction round become a space, other signs that show nothing are left out, as are marks
    piled up on a letter; the ends are stripped."""
    if not text.isprintable() or _FILLED.search(text):
        text = _LEFT_OUT.sub(r"\1", _UNFIT.sub(" ", text))
    if not text.isascii():
        text = _MARKS.sub(_few_marks, text)
    return text.strip()


def _few_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for sign in run.group():
        kind = category(sign)
        marks = marks + 1 if kind in {"Mn", "Me"} else marks if kind == "Cf" else 0
        if marks <= _MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def _payload(word: re.Match[str]) -> bytes:
    encoded = word[3].encode("utf-8", "replace")
    if word[2] in "qQ":
        return binascii.a2b_qp(encoded, header=True)
    digits = _NOT_BASE64.sub(b"", encoded)
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))
