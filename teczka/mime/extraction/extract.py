"""A file's bytes to its text. What its first bytes say of its kind counts more than its name and its type."""

import re
from dataclasses import dataclass
from typing import Final

from teczka.core.extraction import Kind, Lack, kind
from teczka.mime import content
from teczka.mime.extraction import office, pdf, plain, rtf
from teczka.mime.extraction.sink import BOUNDS, Bounds, Refused, Sink
from teczka.mime.parse import scan
from teczka.mime.text import of_html, tidy

_HEAD: Final = 1_024
_PDF: Final = b"%PDF-"
_ZIP: Final = b"PK\x03\x04"
_RTF: Final = b"{\\rtf"
_COMPOUND: Final = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # older programs' documents [MS-CFB], and new ones' behind a password
)
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")  # [MS-OFFCRYPTO] §2.3.4
_MARKUP: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,100}<(?:!doctype\s|html|head|body|\?xml)", re.IGNORECASE)
_PAGE: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body)", re.IGNORECASE)
_LETTER: Final = re.compile(rb"(?:[A-Za-z-]{1,60}:[^\r\n]{0,998}\r?\n(?:[ \t][^\r\n]{0,998}\r?\n){0,50}){2}")
# What a letter that is kept as a file begins with; "Dear Sir: …" is none.
_FIELDS: Final = re.compile(
    rb"^(?:received|return-path|delivered-to|mime-version|message-id|from|date|subject):", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Extracted:
    text: str
    lack: Lack | None = None


def extract(data: bytes, name: str, content_type: str = "", charset: str = "", bounds: Bounds = BOUNDS) -> Extracted:
    """All words of the file, and of what is enclosed in it. Never raises but MemoryError, whatever the bytes."""
    sink = Sink(bounds)
    lack: Lack | None = None
    try:
        _read(data, name, content_type, charset, sink)
    except Refused as refused:
        lack = refused.lack
    except RecursionError:
        lack = Lack.DAMAGED
    text = tidy(sink.text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8"))
    return Extracted(text, lack or (None if text else Lack.EMPTY))


def _read(data: bytes, name: str, content_type: str, charset: str, sink: Sink) -> None:
    found = _kind(data[:_HEAD], kind(content_type, name) or Kind.UNSURE)
    with sink.file():
        _by_kind(data, found, charset, sink)


def _by_kind(data: bytes, found: Kind, charset: str, sink: Sink) -> None:
    if found is Kind.PDF:
        pdf.read(data, sink)
    elif found is Kind.OFFICE:
        office.read(data, sink)
    elif found is Kind.RTF:
        rtf.read(data, sink)
    elif found is Kind.HTML:
        _markup(data, charset, sink)
    elif found is Kind.PLAIN:
        plain.words(data, charset, sink)
    elif found is Kind.LETTER:
        _letter(data, sink)
    else:
        raise Refused(Lack.ENCRYPTED if data.startswith(_COMPOUND) and _ENCRYPTED in data else Lack.UNSUPPORTED)


def _kind(head: bytes, said: Kind) -> Kind:
    if said is Kind.LETTER:  # may begin with anything
        return said
    if _PDF in head:  # PDF 32000-1, appendix H.3: within the first 1024 bytes
        return Kind.PDF
    for mark, meant in ((_ZIP, Kind.OFFICE), (_RTF, Kind.RTF), (_COMPOUND, Kind.UNSURE)):
        if head.startswith(mark):
            return meant
    if _MARKUP.match(head):
        return Kind.HTML
    if said is Kind.UNSURE and _LETTER.match(head) and _FIELDS.match(head):
        return Kind.LETTER
    return said if said in {Kind.PLAIN, Kind.HTML} else Kind.UNSURE


def _markup(data: bytes, charset: str, sink: Sink) -> None:
    head = data[:_HEAD].replace(b"\0", b"")  # in UTF-16 every other byte
    if b"<?xml" in head and not _PAGE.search(head):
        plain.elements(data, sink)
    else:
        plain.page(data, charset, sink)


def _letter(data: bytes, sink: Sink) -> None:
    """An enclosed message with its people, its text and its own attachments, and theirs."""
    parsed = scan(data)
    people = [person for group in (parsed.from_, parsed.to, parsed.cc) for person in group]
    sink.add("\n".join([parsed.subject, *(f"{person.name} {person.address}" for person in people), "", ""]))
    for body in parsed.bodies:
        told = "\n\n".join(content.text(data, part).strip() for part in body.texts)
        sink.add((told or "\n\n".join(of_html(content.text(data, part)) for part in body.pages)) + "\n\n")
    lack: Lack | None = None
    for part in parsed.attachments:
        sink.add(part.name + "\n")
        if kind(part.content_type, part.name) is None:
            continue
        enclosed = content.decode(data, part, sink.bounds.unfolded)
        sink.spend(len(enclosed))
        try:
            _read(enclosed, part.name, part.content_type, part.charset, sink)
        except Refused as refused:  # the others may be read, unless the whole has had its share
            if refused.lack is Lack.CUT:
                raise
            lack = lack or refused.lack
        sink.add("\n\n")
    if lack:
        raise Refused(lack)
