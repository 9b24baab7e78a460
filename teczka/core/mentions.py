"""Mentions in comments: “@Anna Lipowska”, or “@Anna” and “@Lipowska” where one person alone is called so; titles (“adw.”) are no names."""

from collections import Counter
from collections.abc import Sequence
from unicodedata import normalize


def named(text: str, people: Sequence[str]) -> list[int]:
    """Whom a text names, by their places, in the order of the people. A sign before it makes an address of it and no mention."""
    flat = _flat(text)
    words = [[word for word in _flat(name).split() if not word.endswith(".")] for name in people]
    bearers = Counter(word for its in words for word in set(its))
    calls = (
        (_flat(name), " ".join(its), *(word for word in its if bearers[word] == 1))
        for name, its in zip(people, words, strict=True)
    )
    return [place for place, names in enumerate(calls) if any(_stands(flat, name) for name in names)]


def _stands(text: str, name: str) -> bool:
    at = text.find(f"@{name}") if name else -1
    while at >= 0:
        end = at + 1 + len(name)
        if not (text[:at][-1:].isalnum() or text[end:].lstrip("-")[:1].isalnum()):
            return True
        at = text.find(f"@{name}", end)
    return False


def _flat(text: str) -> str:
    return " ".join(normalize("NFC", text).casefold().split())
