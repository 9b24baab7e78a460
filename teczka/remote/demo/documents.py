"""Attachments made by code: one-page PDFs with Polish letters, minimal DOCX files, pictures. Small, deterministic, openable."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

from teczka.remote.demo.pictures import photograph, screenshot

# The standard fonts have no encoding with Polish letters, so eighteen codes are lent to them (ISO 32000-1 §9.6.6.2).
_GLYPHS = {
    "ą": "aogonek", "ć": "cacute", "ę": "eogonek", "ł": "lslash", "ń": "nacute", "ś": "sacute", "ź": "zacute", "ż": "zdotaccent",
    "Ą": "Aogonek", "Ć": "Cacute", "Ę": "Eogonek", "Ł": "Lslash", "Ń": "Nacute", "Ś": "Sacute", "Ź": "Zacute", "Ż": "Zdotaccent",
    "–": "endash", "„": "quotedblbase",
}  # fmt: skip
_CODES = {letter: 128 + index for index, letter in enumerate(_GLYPHS)}
_DOCX_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_DOCX_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def document(name: str, lines: Sequence[str]) -> tuple[str, bytes]:
    """(media type, bytes) for a file of that name; `lines` are what a paper says below its title."""
    stem, _, kind = name.rpartition(".")
    if kind == "pdf":
        return "application/pdf", pdf(stem, lines)
    if kind == "docx":
        return _DOCX, docx(stem, lines)
    if kind == "png":
        return "image/png", screenshot(name)
    return "image/jpeg", photograph(name)


def pdf(title: str, lines: Sequence[str]) -> bytes:
    shown = ["BT", "/F1 16 Tf", "60 770 Td", f"({_pdf_text(title)}) Tj", "/F1 11 Tf"]
    for line in lines:
        shown += ["0 -22 Td", f"({_pdf_text(line)}) Tj"]
    stream = "\n".join([*shown, "ET"]).encode("latin-1")
    differences = " ".join(f"/{glyph}" for glyph in _GLYPHS.values())
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Type /Encoding /BaseEncoding /WinAnsiEncoding "
        b"/Differences [128 " + differences.encode("ascii") + b"] >> >>",
        b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream",
    ]
    return _pdf_file(objects)


def _pdf_file(objects: Sequence[bytes]) -> bytes:
    out, offsets = io.BytesIO(), []
    out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def _pdf_text(text: str) -> str:
    shown = "".join(chr(_CODES[letter]) if letter in _CODES else letter for letter in text.replace("”", '"'))
    plain = shown.encode("latin-1", "replace").decode("latin-1")
    return plain.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def docx(title: str, lines: Sequence[str]) -> bytes:
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in (title, "", *lines))
    body = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{paragraphs}</w:body></w:document>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        parts = {"[Content_Types].xml": _DOCX_TYPES, "_rels/.rels": _DOCX_RELATIONS, "word/document.xml": body}
        for name, text in parts.items():
            archive.writestr(
                zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), text.encode("utf-8")
            )  # a fixed date: same bytes
    return out.getvalue()
