"""Mentions in comments: “@Anna Lipowska”, or “@Anna” where one person alone is called so."""

from collections.abc import Sequence
from unicodedata import normalize


def named(text: str, people: Sequence[str]) -> list[int]:
    """Whom a text names, by their places, in the order of the people. A sign before it makes an address of it and no mention."""
    flat = _flat(text)
    firsts = [_flat(name).partition(" ")[0] for name in people]
    return [
        place
        for place, name in enumerate(people)
        if _stands(flat, _flat(name)) or (firsts.count(firsts[place]) == 1 and _stands(flat, firsts[place]))
    ]


def _stands(text: str, name: str) -> bool:
    at = text.find(f"@{name}") if name else -1
    while at >= 0:
        end = at + 1 + len(name)
        if not (text[:at][-1:].isalnum() or text[end : end + 1].isalnum()):
            return True
        at = text.find(f"@{name}", end)
    return False


def _flat(text: str) -> str:
    return " ".join(normalize("NFC", text).casefold().split())
