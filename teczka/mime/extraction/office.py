"""Text of DOCX, XLSX, PPTX (ECMA-376) and of ODT, ODS, ODP (OASIS OpenDocument 1.3): ZIP archives of XML, unpacked as a bounded stream."""

import re
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from teczka.core.extraction import Lack
from teczka.mime.extraction.cells import Cells, SharedStrings
from teczka.mime.extraction.markup import Handler, parse
from teczka.mime.extraction.passages import OpenDocument, Words
from teczka.mime.extraction.sink import Refused, Sink

_STRIDE: Final = 65_536
_ENCRYPTED: Final = 0x1
_NUMBER: Final = re.compile(r"\d+")
_WORDS: Final = re.compile(
    r"word/(?:(?:document|footnotes|endnotes|comments)\d*|header\d*|footer\d*)\.xml|ppt/(?:slides|notesSlides)/[^/]+\.xml"
    r"|xl/(?:comments\d*|drawings/drawing\d+)\.xml|xl/comments/comment\d+\.xml"
)
_SHEETS: Final = re.compile(r"xl/worksheets/sheet[^/]*\.xml")
_OPEN: Final = ("content.xml", "styles.xml")  # headers and footers are in the second


def read(data: bytes, sink: Sink) -> None:
    """Raises Refused."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            _Office(archive, sink).read()
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise Refused(Lack.DAMAGED) from error


class _Office:
    def __init__(self, archive: ZipFile, sink: Sink) -> None:
        self._archive = archive
        self._sink = sink
        self._entries = {entry.filename: entry for entry in archive.infolist()}

    def read(self) -> None:
        if "content.xml" in self._entries:
            self._refuse_encrypted()
            self._each(_OPEN, OpenDocument)
            return
        words = sorted(filter(_WORDS.fullmatch, self._entries), key=_in_order)
        sheets = sorted(filter(_SHEETS.fullmatch, self._entries), key=_in_order)
        if not (words or sheets):
            raise Refused(Lack.UNSUPPORTED)
        self._each(words, Words)
        if sheets:
            strings = SharedStrings(self._sink.bounds.unfolded)
            self._parse("xl/sharedStrings.xml", strings)
            self._each(sheets, lambda sink: Cells(sink, strings.found))

    def _refuse_encrypted(self) -> None:
        """OpenDocument encrypts the entries, not the archive (part 2, §4.8)."""
        entry = self._entries.get("META-INF/manifest.xml")
        if entry and b"encryption-data" in b"".join(self._pieces(entry)):
            raise Refused(Lack.ENCRYPTED)

    def _each(self, names: "tuple[str, ...] | list[str]", make: Callable[[Sink], Handler]) -> None:
        for name in names:
            self._parse(name, make(self._sink))
            self._sink.add("\n")

    def _parse(self, name: str, handler: Handler) -> None:
        entry = self._entries.get(name)
        if entry:
            parse(self._pieces(entry), handler)

    def _pieces(self, entry: ZipInfo) -> Iterator[bytes]:
        """What an entry says of its size is not believed: what comes out is counted."""
        if entry.flag_bits & _ENCRYPTED:
            raise Refused(Lack.ENCRYPTED)
        if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise Refused(Lack.UNSUPPORTED)
        unfolded = 0
        with self._archive.open(entry) as file:
            while piece := file.read(_STRIDE):
                unfolded += len(piece)
                self._sink.spend(len(piece))
                self._sink.judge(entry.compress_size, unfolded)
                yield piece


def _in_order(name: str) -> tuple[bool, str, int]:
    """The document before its footers, slide 2 before slide 10."""
    number = _NUMBER.search(name.rpartition("/")[2])
    return "document" not in name, name.rpartition("/")[0], int(number[0]) if number else 0
