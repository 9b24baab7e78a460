"""The cells of a sheet (SpreadsheetML, ECMA-376 part 1 §18.3): a line for each row. Most words stand in a table of their own."""

from teczka.core.extraction import Lack
from teczka.mime.extraction.sink import Refused, Sink


class SharedStrings:
    """xl/sharedStrings.xml: `found`, by number."""

    def __init__(self, most: int) -> None:
        self.found: list[str] = []
        self._left = most
        self._pieces: list[str] = []
        self._within = False
        self._phonetic = False  # how Japanese is pronounced stands beside it

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "rPh":
            self._phonetic = True
        elif name == "t":
            self._within = not self._phonetic

    def end(self, name: str) -> None:
        if name == "rPh":
            self._phonetic = False
        elif name == "t":
            self._within = False
        elif name == "si":
            self.found.append("".join(self._pieces))
            self._pieces.clear()

    def data(self, text: str) -> None:
        if self._within:
            self._left -= len(text)
            if self._left < 0:
                raise Refused(Lack.CUT)
            self._pieces.append(text)


class Cells:
    """A worksheet. Numbers as they are stored: an invoice's is found, a date is the number of its day."""

    def __init__(self, sink: Sink, strings: list[str]) -> None:
        self._sink = sink
        self._strings = strings
        self._kind = ""
        self._pieces: list[str] = []
        self._within = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._kind = attributes.get("t", "n")
        elif name in {"v", "t"}:
            self._within = True

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._within = False
        elif name == "c":
            self._cell("".join(self._pieces))
            self._pieces.clear()
        elif name == "row":
            self._sink.add("\n")

    def data(self, text: str) -> None:
        if self._within:
            self._pieces.append(text)

    def _cell(self, value: str) -> None:
        if self._kind == "s":
            number = int(value) if value.isdecimal() and len(value) < 10 else -1
            value = self._strings[number] if 0 <= number < len(self._strings) else ""
        if value and self._kind not in {"b", "e"}:
            self._sink.add(value + "\t")
