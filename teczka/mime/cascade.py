"""The rules of a page's sheets written into its elements, under what each says itself (CSS Cascade 5 §6).

A parser that looks for `.a .b .c` climbs from every .c anew, and again from every .b above it: a deep page of 40 KB took minutes. Here
it is asked only what an element says of itself; who stands within whom is told by places in the document.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from teczka.mime import css

_CALL = 20  # tags that could be looked at while the parser reads a selector


@dataclass(slots=True)
class Room:
    """What styles may still cost in one message, all its pages together. A page that would cost more goes without."""

    sheets: int = 300_000  # characters that are read
    # Names in selectors × tags. A hundred characters of classes count as a tag: they are looked through like tags.
    matches: int = 8_000_000
    written: int = 4_000_000  # characters, and a hundred for each element that they are written into


def write(tree: LexborHTMLParser, sheet: str, room: Room) -> None:
    """Each rule into the elements that it meets."""
    sheet = sheet[: css.LONGEST_SHEET]
    room.sheets -= len(sheet)
    rules = css.rules(sheet) if room.sheets >= 0 else ()
    if not rules:
        return
    elements = _Elements(tree)
    classes = sum(len(node.attributes.get("class") or "") for node in elements.nodes)
    tags = len(elements.nodes) + classes // 100 + _CALL
    room.matches -= sum(len(rule.steps) + sum(rule.weight) for rule in rules) * tags
    if room.matches < 0:
        return
    styles: dict[int, list[str]] = {}
    for rule in rules:
        for place in elements.met(rule.steps):
            room.written -= len(rule.style) + 100
            if room.written < 0:
                break
            styles.setdefault(place, []).append(rule.style)
    for place, given in styles.items():
        node = elements.nodes[place]
        own = node.attributes.get("style")
        node.attrs["style"] = ";".join([*given, own] if own else given)


class _Elements:
    """Of a page, in the order of the document: an element is known by its place."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self.nodes = tree.css("*")
        self._tree = tree
        self._places = {node.mem_id: place for place, node in enumerate(self.nodes)}
        self._called: dict[str, list[int]] = {}

    def met(self, steps: tuple[str, ...]) -> list[int]:
        """By a rule (`css.Rule.steps`). Nothing where the parser cannot read it."""
        try:
            found = self._call(steps[0])
            for between, one in zip(steps[1::2], steps[2::2], strict=True):
                if found:
                    found = (self._children if between == ">" else self._within)(found, self._call(one))
        except (SelectolaxError, ValueError):
            return []
        return found

    def _call(self, one: str) -> list[int]:
        if one not in self._called:
            self._called[one] = [self._places[node.mem_id] for node in self._tree.css(one)]
        return self._called[one]

    def _children(self, above: list[int], called: list[int]) -> list[int]:
        parents = set(above)
        return [place for place in called if self._parents[place] in parents]

    def _within(self, above: list[int], called: list[int]) -> list[int]:
        found: list[int] = []
        end = 0
        for place in above:
            if place >= end:  # else it stands within the one before
                end = self._ends[place]
                found += called[bisect_right(called, place) : bisect_left(called, end)]
        return found

    @cached_property
    def _parents(self) -> list[int]:
        return [self._places.get(node.parent.mem_id, -1) if node.parent else -1 for node in self.nodes]

    @cached_property
    def _ends(self) -> list[int]:
        """The place behind the last that stands within each."""
        ends = list(range(1, len(self.nodes) + 1))
        for place in reversed(range(len(self.nodes))):
            if (parent := self._parents[place]) >= 0:
                ends[parent] = max(ends[parent], ends[place])
        return ends
