"""Address fields, RFC 5322 §3.4, as they come: one pass over tokens, no recursion, nothing raised.

Words are decoded after the split, so that a comma inside an encoded name stays in the name (RFC 2047 §5 rule 3).
"""

import re
from typing import Final

from teczka.core.recipients import Mailbox, called
from teczka.mime import charset
from teczka.mime.limits import LIMITS
from teczka.mime.words import clean, decode_text

_TOKEN: Final = re.compile(
    r"""(?P<word>=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)      # kept whole whatever it holds
      | "(?P<quoted>[^"\\]*+(?:\\.[^"\\]*+)*+)(?P<closed>")?
      | <(?P<angle>[^<>]*+)>?
      | (?P<mark>[(),;:>])
      | (?P<space>\s+)
      | (?P<atom>[^"(),;:<>\s]+)""",
    re.VERBOSE | re.DOTALL,
)
_UNQUOTED: Final = str.maketrans({'"': " ", "\\": " "})
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


def read(value: bytes) -> list[Mailbox]:
    """The addresses of one field, at most `LIMITS.addresses`. Group names are dropped, their members kept (RFC 5322 §3.4), and so are names
    that read like an address."""
    reader = _Reader()
    reader.take_all(charset.decode(value))
    reader.flush()
    return reader.found[: LIMITS.addresses]


class _Reader:
    def __init__(self) -> None:
        self.found: list[Mailbox] = []
        self._phrase: list[str] = []
        self._comment: list[str] = []
        self._angle: str | None = None
        self._depth = 0  # of comments
        self._spaced = False
        self._surname = ""  # "Nowak, Jan <jan@…>" with the quotes forgotten

    def take_all(self, text: str) -> None:
        for token in _TOKEN.finditer(text):
            if len(self.found) >= LIMITS.addresses:
                return
            if token.lastgroup == "quoted":  # never closed, so it runs to the end: read once more without quotes
                self.take_all(token["quoted"].translate(_UNQUOTED))
            else:
                self._take(token)

    def _take(self, token: re.Match[str]) -> None:
        kind = token.lastgroup
        text = token.group()
        if kind == "mark":
            self._mark(text)
        elif self._depth:
            self._comment.append(text)
        elif kind == "space":
            self._spaced = True
        elif kind == "angle":
            inner = token["angle"].strip()
            if inner or self._angle is None:
                self._angle = inner
        else:
            self._word(_ESCAPED.sub(r"\1", token["quoted"]) if kind == "closed" else text)

    def _word(self, text: str) -> None:
        """Words that touch are one: `jan."x"@host` is one address."""
        if self._phrase and not self._spaced:
            self._phrase[-1] += text
        else:
            self._phrase.append(text)
        self._spaced = False

    def _mark(self, mark: str) -> None:
        if mark in "()":
            if self._depth > (mark == ")"):
                self._comment.append(mark)
            self._depth = max(0, self._depth + (1 if mark == "(" else -1))
            self._spaced = True
        elif self._depth:
            self._comment.append(mark)
        elif mark in ",;":
            self.flush(comma=mark == ",")
        elif mark == ":" and not any("@" in word for word in self._phrase):
            self._phrase.clear()  # the name of a group

    def flush(self, *, comma: bool = False) -> None:
        name, address = self._meaning()
        self._phrase, self._comment, self._angle, self._spaced = [], [], None, False
        if address and self._surname:
            name = f"{self._surname}, {name}" if name else self._surname
        elif self._surname:
            self.found.append(Mailbox(self._surname, ""))
        self._surname = ""
        if name and not address and comma:
            self._surname = name
        elif name or address:
            self.found.append(called(name, address[: LIMITS.address]))

    def _meaning(self) -> tuple[str, str]:
        words = self._phrase
        address = self._angle or ""
        if self._angle is None:
            bare = next((word for word in words if "@" in word), "")
            if bare:
                address, words = bare, [word for word in words if word is not bare]
        elif not address and len(words) == 1 and "@" in words[0]:  # "jan@example.pl <>"
            address, words = words[0], []
        name = decode_text(" ".join(words)) or decode_text("".join(self._comment).strip())
        address = clean(address).replace(" ", "")
        return ("" if name == address else name), address
