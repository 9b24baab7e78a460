"""The paragraphs of text documents and slides."""

from typing import Final

from teczka.mime.extraction.sink import Sink

_SIGNS: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_ENDS: Final = {"p": "\n", "tc": "\t", "tr": "\n"}


class Words:
    """WordprocessingML, DrawingML and comments of sheets: every element `t` holds text, whatever its namespace."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._within = 0  # elements `t`
        self._skipped = 0  # elements whose content stands elsewhere again

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipped or name == "Fallback":  # a text box, drawn once more for older programs
            self._skipped += 1
        elif name == "t":
            self._within += 1
        elif name in _SIGNS:
            self._sink.add(_SIGNS[name])

    def end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif name == "t":
            self._within -= 1
        elif name in _ENDS:
            self._sink.add(_ENDS[name])

    def data(self, text: str) -> None:
        if self._within and not self._skipped:
            self._sink.add(text)


class OpenDocument:
    """Paragraphs and headings, notes and comments where they stand, cells a line each. What was deleted but is kept is left out."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._within = 0  # paragraphs
        self._skipped = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipped or name == "tracked-changes":
            self._skipped += 1
        elif name in {"p", "h"}:
            self._within += 1
        elif not self._within:
            return
        elif name == "s":
            self._sink.add(" ")
        elif name == "tab":
            self._sink.add("\t")
        elif name in {"line-break", "note", "annotation"}:
            self._sink.add("\n")

    def end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif name in {"p", "h"}:
            self._within -= 1
            self._sink.add("\n")

    def data(self, text: str) -> None:
        if self._within and not self._skipped:
            self._sink.add(text)
