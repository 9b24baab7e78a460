"""What a page's address asks for: the query as it was written, and in which order what is found stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import get_language

from teczka.core.search import Query, parse, said
from teczka.core.search_tree import Leaf, Node, Not, Phrase, Prefix, Where, Words
from teczka.language.asking import ask

BEST = "best"
YES = "1"
KEY = "search?"  # what the tree would call the list


@dataclass(frozen=True, slots=True)
class Chip:
    name: str  # with its colon
    value: str
    text: str  # both, as it is written
    without: str  # the address of the same search without it


@dataclass(frozen=True)
class Asked:
    text: str = ""
    best: bool = False
    typing: bool = False  # the last word may be only begun
    begun: bool = False  # so it was taken, for nothing fits what is written

    @cached_property
    def query(self) -> Query:
        return parse(self.text)

    @cached_property
    def sought(self) -> Query:
        return self.query.being_typed() if self.typing or self.begun else self.query

    @property
    def last(self) -> str:
        """The word that may be only begun. A number is what it is."""
        part = self.query.parts[-1] if self.query.parts else None
        word = part.text.split()[-1] if isinstance(part, Words) else ""
        return word if word.isalpha() else ""

    @cached_property
    def said(self) -> str:
        """In the one way that the viewer's language has for it."""
        return self.query.text(get_language() or "pl")

    @property
    def key(self) -> str:
        return f"{KEY}{self._fields(listed=True)}"

    @property
    def fields(self) -> str:
        """Of an address that tells what is asked."""
        return self._fields()

    @property
    def url(self) -> str:
        return f"{reverse('search')}?{self.fields}"

    @property
    def rows_url(self) -> str:
        return f"{reverse('search_rows')}?{self._fields(listed=True)}"

    @property
    def save_url(self) -> str:
        return f"{reverse('search_save')}?{self.fields}"

    @property
    def other_order(self) -> "Asked":
        return Asked(self.text, not self.best)

    @cached_property
    def chips(self) -> list[Chip]:
        return [self._chip(place) for place, part in enumerate(self.query.parts) if _is_operator(part)]

    @property
    def lifted(self) -> list[Chip]:
        """The chips that stand before the field: all; but the first ones alone where what stands on both sides of another would be read as
        one, as that of "12 od:jan 500" as a number."""
        return self.chips[: self._leading]

    @property
    def words(self) -> str:
        """What stands in the field beside them: as it was written, where they stand before it."""
        before = "".join(f"{chip.text} " for chip in self.lifted)
        if f"{self.text} ".startswith(before):
            return self.text[len(before) :]
        return _said(self._reordered[self._leading :])

    @cached_property
    def _reordered(self) -> list[Node]:
        """The operators first, where that asks for the same."""
        parts = list(self.query.parts)
        moved = sorted(parts, key=_is_operator, reverse=True)
        return moved if _asks(parse(_said(moved)).parts) == _asks(moved) else parts

    @cached_property
    def _leading(self) -> int:
        return sum(1 for _ in takewhile(_is_operator, self._reordered))

    def _fields(self, *, listed: bool = False) -> str:
        """`listed`: with how the last word was taken."""
        more = {"order": BEST} if self.best else {}
        more |= {name: YES for name, so in (("typing", self.typing), ("begun", self.begun)) if listed and so}
        return urlencode({"q": self.text, **more})

    def _chip(self, place: int) -> Chip:
        language = get_language() or "pl"
        text = said(self.query.parts[place], language)
        name, colon, value = text.partition(":")
        rest = Asked(self.query.without(place).text(language), self.best)
        return Chip(name + colon, value, text, rest.url)


def asked_of(fields: QueryDict) -> Asked:
    """Chips and words come as fields of one name where no script has joined them."""
    text = " ".join(filter(None, map(str.strip, fields.getlist("q")))).replace("\0", " ")  # which no table can keep
    return Asked(text, fields.get("order") == BEST, fields.get("typing") == YES, fields.get("begun") == YES)


def asked_by_key(key: str) -> Asked | None:
    return asked_of(QueryDict(key.removeprefix(KEY))) if key.startswith(KEY) else None


def _said(parts: Iterable[Node]) -> str:
    return " ".join(said(part, get_language() or "pl") for part in parts)


def _asks(parts: Iterable[Node]) -> list[object]:
    """Words may stand together. What has a digit is told by how it stands, for what the office's numbers look like is its own matter."""
    out: list[object] = []
    for part in parts:
        if isinstance(part, Words) and not part.where and not any(map(str.isdigit, part.text)):
            out += [word.exact for word in ask(part.text)]
        else:
            out.append(part)
    return out


def _is_operator(part: Node) -> bool:
    one = part.of if isinstance(part, Not) else part
    if isinstance(one, Words | Phrase | Prefix):
        return one.where is not Where.ANYWHERE
    return isinstance(one, Leaf)
