"""Sharing a message: how far it reaches, whose faces stand beside it, and which letters it gives away by quoting them."""

from collections.abc import Sequence
from enum import StrEnum

from teczka.core.people import initials

PROBE = 48  # signs of a letter that have to stand in a quotation for it to be that letter's
SHORTEST = 12  # of a letter that is known again at all: "Dziękuję." is everybody's
FACES = 3  # initials beside a row


class Scope(StrEnum):
    """What one decision to share is about. Nothing is ever shared with a wider one than was said."""

    MESSAGE = "message"
    THREAD = "thread"  # the conversation as it is now
    FOLLOWING = "following"  # and what is answered to it from now on


def faces(names: Sequence[str]) -> str:
    """AL, BN, CC +2."""
    more = len(names) - FACES
    return ", ".join(initials(name) for name in names[:FACES]) + (f" +{more}" if more > 0 else "")


def quoted(tail: str, letters: Sequence[str]) -> list[int]:
    """Which of the letters the quoted tail of another quotes, by their places. Of each letter two pieces are looked for, away from its
    greeting and its signature, which many letters share; lines are broken anew in quotations, and marked. Costs the letters' length
    times the tail's at worst: cut both."""
    flat = _flat(tail)
    return [
        place for place, letter in enumerate(letters) if (pieces := _pieces(letter)) and all(p in flat for p in pieces)
    ]


def _pieces(letter: str) -> list[str]:
    flat = _flat(letter)
    if len(flat) < SHORTEST:
        return []
    if len(flat) <= 2 * PROBE:
        return [flat]
    return [flat[at : at + PROBE].strip() for at in (len(flat) // 3, len(flat) // 2)]


def _flat(text: str) -> str:
    words = " ".join(line.lstrip("> \t") for line in text.splitlines())
    return " ".join(words.split()).casefold()
