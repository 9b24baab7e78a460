"""The labelled texts of `data/references.txt`, and how well a finder finds what is in them."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from teczka.core.references import Reference

DATA = Path(__file__).with_name("data") / "references.txt"
_TUPLE = re.compile(r"\(([^()]*)\)")
_ESCAPE = re.compile(r"\\n|\\u([0-9a-f]{4})")


@dataclass(frozen=True)
class Labelled:
    text: str
    expected: tuple[Reference, ...]


def labelled() -> Iterator[Labelled]:
    for line in DATA.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            text, _, expected = line.rpartition(" =>")
            yield Labelled(_ESCAPE.sub(_sign, text), tuple(map(_reference, _TUPLE.findall(expected))))


@dataclass
class Score:
    right: int = 0
    missed: list[tuple[str, object]] = field(default_factory=list)
    wrong: list[tuple[str, object]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / ((self.right + len(self.wrong)) or 1)

    @property
    def recall(self) -> float:
        return self.right / ((self.right + len(self.missed)) or 1)


def scored(find: Callable[[str], Collection[Reference]]) -> Score:
    score = Score()
    for one in labelled():
        found, expected = set(find(one.text)), set(one.expected)
        score.right += len(found & expected)
        score.missed += [(one.text, it) for it in expected - found]
        score.wrong += [(one.text, it) for it in found - expected]
    return score


def _sign(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else "\n"


def _reference(written: str) -> Reference:
    repertory, number, *rest = (part.strip() for part in written.split(","))
    year = int(rest[0] or 0) if rest else 0
    return Reference(repertory, number, year, *rest[1:])
