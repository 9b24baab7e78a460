"""Encoded words (RFC 2047) and what may stand in a line that people read."""

import binascii
import re
from typing import Final

from teczka.mime import charset
from teczka.mime.limits import LIMITS

_ENCODED: Final = re.compile(r"=\?([^?\s*]+)(?:\*[^?]*)?\?([bBqQ])\?([^?]*)\?=")
# White space between two encoded words is no part of the text (RFC 2047 §6.2).
_BETWEEN: Final = re.compile(r"(\?=)\s+(?==\?[^?\s]+\?[bBqQ]\?)")
_FOLD: Final = re.compile(rb"\r?\n[ \t]*")
# Controls, and the marks that turn reading direction round ("exe.fdp" shown for a name that ends in .exe).
_UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
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
    """One line: controls and direction marks become a space, the ends are stripped."""
    return _UNFIT.sub(" ", text).strip() if not text.isprintable() else text.strip()


def _payload(word: re.Match[str]) -> bytes:
    encoded = word[3].encode("utf-8", "replace")
    if word[2] in "qQ":
        return binascii.a2b_qp(encoded, header=True)
    digits = _NOT_BASE64.sub(b"", encoded)
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))
