"""Maildir: a message a file in cur or new, what was done to it in its name; folders below by Maildir++ (Courier, Dovecot) or as folders.

tmp holds what was never finished, and is not looked into: https://cr.yp.to/proto/maildir.html
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Final

HOMES: Final = ("cur", "new")
KEYWORDS: Final = "dovecot-keywords"  # a line each: number, keyword; the number is a letter from "a" on

_FLAGS: Final = {"S": "\\Seen", "R": "\\Answered", "F": "\\Flagged", "D": "\\Draft", "P": "$Forwarded"}
_LETTERS: Final = {flag: letter for letter, flag in _FLAGS.items()}
_INFO: Final = re.compile(r"[:;!_]2,([A-Za-z]*)$")  # Windows allows no ":" in names
_SECONDS: Final = re.compile(r"(\d{1,11})\.")

Decode = Callable[[str], str]


def flags(name: str, home: str, keywords: Mapping[str, str]) -> frozenset[str]:
    """By a message's file name. What lies in new nobody has seen. T, thrown away but not yet gone, is no flag of ours."""
    told = _INFO.search(name)
    letters = told[1] if told and home == "cur" else ""
    found = {_FLAGS[letter] for letter in letters if letter in _FLAGS}
    return frozenset(found | {keywords[letter] for letter in letters if letter in keywords})


def arrived(name: str) -> datetime | None:
    """Names begin with the second in which the message came."""
    told = _SECONDS.match(name)
    return datetime.fromtimestamp(int(told[1]), UTC) if told and 0 < int(told[1]) < 4_000_000_000 else None


def keywords(table: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in table[:100_000].decode("utf-8", "replace").splitlines():
        number, _, keyword = line.partition(" ")
        if number.isdecimal() and int(number) < 26 and keyword.strip():
            found[chr(ord("a") + int(number))] = keyword.strip()
    return found


def folder(path: tuple[str, ...], decode: Decode) -> tuple[str, ...]:
    """Of the folder that holds cur and new: the last name may be a Maildir++ folder's, with a dot before each level."""
    if not path or not path[-1].startswith(".") or path[-1] == ".":
        return path
    return (*path[:-1], *map(decode, path[-1][1:].split(".")))


def name(seconds: int, number: int, size: int, flags: Collection[str], letters: Mapping[str, str]) -> str:
    """A message's file name: of `letters`, keyword → letter."""
    system = {_LETTERS[flag] for flag in flags if flag in _LETTERS}
    info = "".join(sorted(system)) + "".join(sorted(letters[flag] for flag in flags if flag in letters))
    return f"{seconds}.M{number}P1.teczka,S={size}:2,{info}"


def keyword_table(letters: Mapping[str, str]) -> bytes:
    lines = (f"{ord(letter) - ord('a')} {keyword}\n" for keyword, letter in letters.items())
    return "".join(lines).encode()
