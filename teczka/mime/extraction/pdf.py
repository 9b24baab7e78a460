"""Text of PDF files, by PDFium (ISO 32000-2)."""

import ctypes
import re
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from pypdfium2 import PdfDocument, PdfiumError, PdfPage, raw

from teczka.core.extraction import Lack
from teczka.mime.extraction.sink import Refused, Sink

# How PDFium tells the hyphen at the end of a line, in the line's place; one before a small letter only divides a word.
_DIVIDED: Final = re.compile(r"[\x02\ufffe\xad](?:\r?\n)?(?=[a-ząćęłńóśźż])")
_HYPHENS: Final = str.maketrans({"\x02": "-", "\ufffe": "-", "\r": None})
_MOST_NOTES: Final = 1_000  # of one page: what putting them into it takes grows with their square
_NO_WORDS: Final = {raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP}
_FILLED: Final = {raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX}
# Takes a place and its length in bytes, and tells the length that is needed, with two bytes of nothing at the end.
_Ask = Callable[[Any, int], int]


def read(data: bytes, sink: Sink) -> None:
    """A page after the other. Raises Refused."""
    try:
        document = PdfDocument(data)
        if document.get_formtype() == raw.FORMTYPE_ACRO_FORM:
            document.init_forms()
    except PdfiumError as error:
        raise Refused(Lack.ENCRYPTED if error.err_code == raw.FPDF_ERR_PASSWORD else Lack.DAMAGED) from error
    broken = 0
    try:
        for number in range(len(document)):
            try:
                words, whole = _words(document, number, sink.bounds.text)
            except PdfiumError:
                broken += 1
                continue
            sink.add(words + "\n\n")
            if not whole:
                raise Refused(Lack.CUT)
    finally:
        document.close()
    if broken:
        raise Refused(Lack.DAMAGED)


def _words(document: PdfDocument, number: int, most: int) -> tuple[str, bool]:
    """And whether they are all: of notes, `most` signs at most."""
    page = document[number]
    notes, drawn, whole = _notes(page, most)
    if drawn and raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS:
        page.close()
        page = document[number]
    text = page.get_textpage()
    try:
        found = text.get_text_range()
    finally:
        text.close()
        page.close()
    return "\n".join([_DIVIDED.sub("", found).translate(_HYPHENS), *notes]), whole


def _notes(page: PdfPage, most: int) -> tuple[list[str], bool, bool]:
    """What stands in fields and what readers have noted, up to the one with which it would be more than `most` signs; whether anything is
    drawn over the page, as stamps and signatures are; and whether that is all. A field's drawing may be missing, or lack letters for
    which there is no font in here. Many notes may be one and the same long text."""
    notes: list[str] = []
    drawn = False
    count = raw.FPDFPage_GetAnnotCount(page)
    for place in range(min(_MOST_NOTES, count)):
        note = raw.FPDFPage_GetAnnot(page, place)
        kind = raw.FPDFAnnot_GetSubtype(note)
        field = raw.FPDFAnnot_GetFormFieldType(page.formenv, note) if page.formenv else None
        ask: _Ask | None = None
        if kind == raw.FPDF_ANNOT_WIDGET and field in _FILLED:
            ask = partial(raw.FPDFAnnot_GetFormFieldValue, page.formenv, note)
        elif kind in {raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_STAMP}:
            drawn = count <= _MOST_NOTES
        elif kind not in _NO_WORDS:
            ask = partial(raw.FPDFAnnot_GetStringValue, note, b"Contents")
        if ask and most >= 0:
            length = ask(None, 0)
            most -= length // 2
            if most >= 0:
                notes.append(_told(ask, length))
        raw.FPDFPage_CloseAnnot(note)
    return notes, drawn, most >= 0


def _told(ask: _Ask, length: int) -> str:
    buffer = ctypes.create_string_buffer(length)
    ask(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), length)
    return buffer.raw[:-2].decode("utf-16-le", "replace")
