"""XML, as a stream of starts, ends and text. No document type, hence no entities; a bounded depth; nothing is ever held whole."""

from collections.abc import Iterator
from typing import Final, Protocol
from xml.parsers import expat

from teczka.core.extraction import Lack
from teczka.mime.extraction.sink import Refused

DEEPEST: Final = 500  # elements within one another; a text processor makes thirty


class Handler(Protocol):
    """Names are local ones, attributes too: a program may call a namespace's prefix what it likes."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def data(self, text: str) -> None: ...


def parse(pieces: Iterator[bytes], handler: Handler) -> None:
    """Raises Refused: DAMAGED where it is no XML; what was told to the handler before stays told."""
    parser = expat.ParserCreate(namespace_separator=" ")
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Refused(Lack.DAMAGED)
        handler.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(_local(name))

    def document_type(*_: object) -> None:
        raise Refused(Lack.DAMAGED)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handler.data
    parser.StartDoctypeDeclHandler = document_type
    parser.buffer_text = True
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Refused(Lack.DAMAGED) from error


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
