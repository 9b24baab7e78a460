"""Styles that mail may have: an allow-list over real tokens (CSS Syntax 3), so that no spelling trick matters.

Nothing that loads, positions over other things or refers to names survives: no url(), var(), at-rules, expressions, position, animation.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import tinycss2

_LONGEST_STYLE: Final = 4_000
LONGEST_SHEET: Final = 100_000
# Kept for as long as the process lives, so no more than what letters have in common.
_KEPT_STYLE: Final = 300
_KEPT_SHEET: Final = 20_000
_MOST_RULES: Final = 400

_PROPERTIES: Final = frozenset(
    "color background-color background border-collapse border-spacing border-color border-style border-width border-radius caption-side"
    " clear direction display empty-cells float font font-family font-size font-style font-variant font-weight height letter-spacing"
    " line-height list-style list-style-position list-style-type max-height max-width min-height min-width opacity overflow-wrap"
    " table-layout text-align text-decoration text-decoration-color text-decoration-line text-indent text-transform unicode-bidi"
    " vertical-align visibility white-space width word-break word-spacing word-wrap margin padding border box-sizing".split()
) | frozenset(
    f"{box}-{side}{detail}"
    for box, details in (("margin", ("",)), ("padding", ("",)), ("border", ("", "-color", "-style", "-width")))
    for side in ("top", "right", "bottom", "left")
    for detail in details
)
_PLAIN: Final = frozenset(("ident", "number", "percentage", "dimension", "hash", "whitespace"))
# The frame is as high as its mail: a length that grows with the frame would never end (CSS Values 4 §6.1.2).
_VIEWPORT: Final = re.compile(r"[sld]?v(?:w|h|i|b|min|max)")
_NAME: Final = re.compile(r"[\w .-]*")  # of a font
_SEPARATORS: Final = (",", "/")  # a literal token equals its sign
_COLOURS: Final = frozenset(("rgb", "rgba", "hsl", "hsla"))
# Tag, class and id names, descendants and children: no pseudo-class (:visited), no attribute (spies on values).
_SELECTOR: Final = re.compile(r"[\w.#*-]+(?:\s*[\s>]\s*[\w.#*-]+){0,2}")
_BETWEEN: Final = re.compile(r"\s*([\s>])\s*")


@dataclass(frozen=True, slots=True)
class Rule:
    # What one element says of itself, and between two of these ">" or a blank: (".a", " ", "td").
    steps: tuple[str, ...]
    style: str
    weight: tuple[int, int, int]  # specificity (Selectors 4 §17): ids, classes, names


def declarations(style: str) -> tuple[str, tuple[str, ...]]:
    """What is allowed of a style attribute, and the addresses of the images that it would have loaded."""
    if len(style) > _LONGEST_STYLE:
        return "", ()
    return _kept_declarations(style) if len(style) <= _KEPT_STYLE else _declarations(style)


def rules(sheet: str) -> tuple[Rule, ...]:
    """The rules of a <style> block that can be written into style attributes, weakest first. At-rules are left out."""
    return _kept_rules(sheet) if len(sheet) <= _KEPT_SHEET else _rules(sheet[:LONGEST_SHEET])


def _declarations(style: str) -> tuple[str, tuple[str, ...]]:
    return _allowed(tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True))


def _rules(sheet: str) -> tuple[Rule, ...]:
    found: list[Rule] = []
    for node in tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True):
        if node.type != "qualified-rule":
            continue
        style, _ = _allowed(tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True))
        if not 0 < len(style) <= _LONGEST_STYLE:
            continue
        for selector in tinycss2.serialize(node.prelude).split(","):
            selector = selector.strip()
            if len(found) < _MOST_RULES and _SELECTOR.fullmatch(selector):
                names = len(re.findall(r"(?:^|[\s>])[a-zA-Z]", selector))
                steps = tuple(_BETWEEN.split(selector))
                found.append(Rule(steps, style, (selector.count("#"), selector.count("."), names)))
    return tuple(sorted(found, key=lambda rule: rule.weight))


_kept_declarations = lru_cache(4_096)(_declarations)
_kept_rules = lru_cache(32)(_rules)


def _allowed(nodes: Iterable[Any]) -> tuple[str, tuple[str, ...]]:
    kept: list[str] = []
    images: list[str] = []
    for node in nodes:
        if node.type != "declaration":
            continue
        value = [token for token in node.value if not _image(token, images)]
        if node.lower_name in _PROPERTIES and all(_harmless(token) for token in value):
            written = tinycss2.serialize(value).strip()
            if written and "\\" not in written and "<" not in written:
                kept.append(f"{node.lower_name}:{written}")
    return ";".join(kept), tuple(images)


def _image(token: Any, images: list[str]) -> bool:
    if token.type == "url":
        images.append(token.value)
        return True
    if token.type == "function" and token.lower_name == "url":
        images.append("".join(inner.value for inner in token.arguments if inner.type == "string"))
        return True
    return False


def _harmless(token: Any) -> bool:
    if token.type == "function":
        return token.lower_name in _COLOURS and all(
            inner.type in {"number", "percentage", "dimension", "whitespace"} or inner in _SEPARATORS
            for inner in token.arguments
        )
    if token.type == "string":
        return _NAME.fullmatch(token.value) is not None
    if token.type == "dimension" and _VIEWPORT.fullmatch(token.lower_unit):
        return False
    return token.type in _PLAIN or token in _SEPARATORS
