"""Files that are text themselves: plain, HTML and XML."""

import codecs
import re
from typing import Final

from teczka.core.extraction import Lack
from teczka.mime import charset
from teczka.mime import text as texts
from teczka.mime.extraction.markup import parse
from teczka.mime.extraction.sink import Refused, Sink
from teczka.mime.limits import LIMITS

_MARKS: Final = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_SAMPLE: Final = 4_096
_LABEL: Final = re.compile(rb"""(?:charset|encoding)\s{0,4}=\s{0,4}["']?([\w.:-]{2,40})""", re.IGNORECASE)
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))


def words(data: bytes, label: str, sink: Sink) -> None:
    """Text of whatever charset: as it is marked, as the mail says, or Polish first. Raises Refused where it is none."""
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    label = _MARKS.get(mark, label)
    sample = data[:_SAMPLE]
    if not label.startswith("utf-16") and len(sample) - len(sample.translate(None, _CONTROLS)) > len(sample) // 50:
        raise Refused(Lack.UNSUPPORTED)
    sink.add(charset.decode(data[len(mark) : len(mark) + LIMITS.text], label, thorough=True))
    if len(data) > LIMITS.text:
        raise Refused(Lack.CUT)


def page(data: bytes, label: str, sink: Sink) -> None:
    """HTML; a label within the file counts where the mail has none."""
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    inside = _LABEL.search(data, 0, _SAMPLE)
    label = _MARKS.get(mark) or label or (inside[1].decode("ascii") if inside else "")
    html = charset.decode(data[len(mark) : len(mark) + LIMITS.text], label, thorough=True)
    sink.add(texts.of_html(html))
    if len(html) > LIMITS.html:
        raise Refused(Lack.CUT)


def elements(data: bytes, sink: Sink) -> None:
    """XML of any kind (an e-invoice): the text of every element, a line each."""
    parse(iter([data]), _Elements(sink))


class _Elements:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._sink.add("\n")

    def end(self, name: str) -> None:
        self._sink.add("\n")

    def data(self, text: str) -> None:
        self._sink.add(text)
