"""Text of PDF files, by PDFium (ISO 32000-2)."""

import re
from typing import Final

from pypdfium2 import PdfDocument, PdfiumError, PdfPage
from pypdfium2.raw import FPDF_ERR_PASSWORD

from teczka.core.extraction import Lack
from teczka.mime.extraction.sink import Refused, Sink

# How PDFium tells the hyphen at the end of a line, in the line's place; one before a small letter only divides a word.
_DIVIDED: Final = re.compile(r"[\x02\ufffe\xad](?:\r?\n)?(?=[a-ząćęłńóśźż])")
_HYPHENS: Final = str.maketrans({"\x02": "-", "\ufffe": "-", "\r": None})


def read(data: bytes, sink: Sink) -> None:
    """A page after the other. Raises Refused."""
    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        raise Refused(Lack.ENCRYPTED if error.err_code == FPDF_ERR_PASSWORD else Lack.DAMAGED) from error
    broken = 0
    try:
        for number in range(len(document)):
            try:
                page = document[number]
            except PdfiumError:
                broken += 1
                continue
            sink.add(_words(page) + "\n\n")
    finally:
        document.close()
    if broken:
        raise Refused(Lack.DAMAGED)


def _words(page: PdfPage) -> str:
    text = page.get_textpage()
    try:
        found = text.get_text_range()
    finally:
        text.close()
        page.close()
    return _DIVIDED.sub("", found).translate(_HYPHENS)
