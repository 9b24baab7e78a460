"""Text of a page that nobody is shown. Looked for in style attributes alone: a sanitised page has its rules there, and no others."""

import re
from dataclasses import dataclass, replace
from typing import Final

from selectolax.lexbor import LexborNode
from tinycss2.color4 import Color, parse_color

_SMALLEST: Final = 2.0  # px of letters that anybody could read
_FAINTEST: Final = 0.1
_ALIKE: Final = 0.05  # of 1, between letters and what they stand on, in each of three colours
_FAR: Final = -200.0  # px: pushed out of sight
_PUSHING: Final = ("text-indent", "margin-left", "margin-top", "margin-right", "margin-bottom", "margin")
_PX: Final = {"px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "cm": 37.8, "mm": 3.78, "in": 96.0, "": 1.0}
_LENGTH: Final = re.compile(r"([+-]?\d*\.?\d+)(px|pt|em|rem|cm|mm|in|%|)", re.IGNORECASE)

Shade = tuple[float, float, float]

_WHITE: Final[Shade] = (1.0, 1.0, 1.0)
_BLACK: Final[Shade] = (0.0, 0.0, 0.0)
_LINK: Final[Shade] = (0.0, 0.0, 0.9)


@dataclass(frozen=True, slots=True)
class _Look:
    """What an element hands down to those inside it."""

    gone: bool = False  # with all that is in it
    seen: bool = True  # visibility
    size: float = 16.0  # px
    letters: Shade = _BLACK
    ground: Shade = _WHITE

    @property
    def readable(self) -> bool:
        contrast = max(abs(one - other) for one, other in zip(self.letters, self.ground, strict=True))
        return not self.gone and self.seen and self.size > _SMALLEST and contrast > _ALIKE


def drop_hidden(body: LexborNode) -> None:
    """Take out of a sanitised page what its styles keep from the reader: not displayed, invisible, too small, in the colour of the
    ground, or pushed out of sight."""
    looks: dict[int, _Look] = {}
    dropped: list[LexborNode] = []
    for node in body.traverse(include_text=True):
        above = looks.get(node.parent.mem_id, _Look()) if node.parent else _Look()
        if node.is_text_node:
            if not above.gone and not above.readable:
                dropped.append(node)
            continue
        look = _look(node, above)
        looks[node.mem_id] = look
        if look.gone and not above.gone:
            dropped.append(node)
    for node in dropped:
        node.decompose()


def _look(node: LexborNode, above: _Look) -> _Look:
    told = {name: value or "" for name, value in node.attributes.items()}
    style = dict(_pairs(told.get("style", "")))
    ground = _shade(style.get("background-color") or style.get("background") or told.get("bgcolor", ""), above.ground)
    letters = style.get("color") or ("" if node.tag == "a" else told.get("color", ""))
    look = replace(
        above,
        gone=above.gone or _is_gone(style),
        size=_size(style.get("font-size", ""), above.size),
        letters=_LINK if node.tag == "a" and not letters else _shade(letters, above.letters, through=ground),
        ground=ground,
    )
    if "visibility" in style:
        look = replace(look, seen=style["visibility"] not in {"hidden", "collapse"})
    return look


def _pairs(style: str) -> list[tuple[str, str]]:
    """As css.declarations writes them: nothing is quoted that could hold a mark of these."""
    return [(name, value) for name, colon, value in (one.partition(":") for one in style.split(";")) if colon]


def _is_gone(style: dict[str, str]) -> bool:
    if style.get("display") == "none":
        return True
    opacity = _LENGTH.match(style.get("opacity", ""))
    if opacity and float(opacity[1]) / (100 if opacity[2] == "%" else 1) <= _FAINTEST:
        return True
    lengths = [length for name in _PUSHING for length in _LENGTH.finditer(style.get(name, ""))]
    return any(float(length[1]) * _PX.get(length[2].lower(), 0) < _FAR for length in lengths)


def _size(value: str, above: float) -> float:
    length = _LENGTH.fullmatch(value)
    if not length:
        return 16.0 if value else above  # xx-small is still read
    unit = length[2].lower()
    if unit in {"em", "%"}:
        return float(length[1]) * above / (100 if unit == "%" else 1)
    return float(length[1]) * _PX[unit]


def _shade(value: str, above: Shade, through: Shade | None = None) -> Shade:
    """The first colour in it, or the one from above; `through` where it is nearly transparent."""
    for word in (value, *value.split()):
        colour = parse_color(word) or parse_color(f"#{word}")
        if isinstance(colour, Color):
            red, green, blue, alpha = colour.to("srgb")
            return (red, green, blue) if alpha > _FAINTEST else through or above
    return above
