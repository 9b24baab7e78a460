"""A small tree of a foreign XML document. Document types, and with them entities, are refused; depth and size are bounded."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

DEPTH = 16
ELEMENTS = 2000


class NotRead(ValueError):
    """It is no XML, or more of it than we read."""


@dataclass(slots=True)
class Element:
    """`name` without its namespace's prefix."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own, without that of its children."""
        return "".join(self.pieces).strip()

    def all(self, name: str) -> Iterator["Element"]:
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> str:
        """The text of the first child of this name, or ""."""
        return next((child.text for child in self.all(name)), "")


def read(document: bytes) -> Element:
    """Its root. Raises NotRead."""
    builder = _Builder()
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(document, True)
    except NotRead:
        raise
    except (
        ExpatError,
        LookupError,
        ValueError,
    ) as error:  # the last two: an encoding that nobody knows, or a false one
        raise NotRead(str(error)) from error
    return builder.root.children[0]


class _Builder:
    def __init__(self) -> None:
        self.root = Element("")
        self._open = [self.root]
        self._count = 0

    def refuse(self, *_: object) -> None:
        raise NotRead("a document type")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > ELEMENTS or len(self._open) > DEPTH:
            raise NotRead("too much of it")
        made = Element(name.rpartition(":")[2], attributes)
        self._open[-1].children.append(made)
        self._open.append(made)

    def end(self, _name: str) -> None:
        self._open.pop()

    def data(self, text: str) -> None:
        self._open[-1].pieces.append(text)
