"""Files as people attach them, made anew: PDF, DOCX, XLSX, PPTX, ODT, RTF and letters."""

import zlib
from collections.abc import Mapping, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from hashlib import md5
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

_POLISH = dict(zip("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", range(128, 146), strict=True))  # bytes that our PDF font gives them
_NAMES = (
    "aogonek cacute eogonek lslash nacute oacute sacute zacute zdotaccent Aogonek Cacute Eogonek Lslash Nacute Oacute Sacute Zacute"
    " Zdotaccent"
).split()
_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")  # ISO 32000-1, 7.6.3.3


def pdf(*pages: str, user: str = "", owner: str = "", packed: bool = True) -> bytes:
    """Each page a text of lines. With a password for its `owner` it is encrypted (40 bits), opened with `user`'s."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    differences = " ".join(f"/{name}" for name in _NAMES)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Type/Encoding/Differences[128 %s]>>>>"
        % differences.encode(),
    ]
    identity = b"0123456789abcdef"
    key, encrypt = _encryption(user.encode(), owner.encode(), identity) if owner else (b"", b"")
    for text in pages:
        number = len(objects) + 2
        stream = _page(text)
        stream = zlib.compress(stream) if packed else stream
        if key:
            stream = _rc4(md5(key + number.to_bytes(3, "little") + b"\0\0").digest()[:10], stream)
        coded = b"/Filter/FlateDecode" if packed else b""
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
            % number,
            b"<</Length %d%s>>stream\n%s\nendstream" % (len(stream), coded, stream),
        ]
    return _pdf(objects, identity, encrypt)


def form(text: str, field: str, note: str, stamp: str) -> bytes:
    """A PDF of one page with a filled field, which its program has not drawn, a note that a reader has left on it, and a stamp."""
    filled, noted = (("\ufeff" + each).encode("utf-16-be").hex().encode() for each in (field, note))
    stream, drawn = _page(text), _page(stamp)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/DA(/F1 12 Tf)/DR<</Font<</F1 3 0 R>>>>>>>>",
        b"<</Type/Pages/Kids[4 0 R]/Count 1>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</Font<</F1 3 0 R>>>>/Annots[6 0 R 7 0 R 8 0 R]>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(x)/V<%s>/Rect[50 300 300 330]/F 4/P 4 0 R/DA(/F1 12 Tf)>>" % filled,
        b"<</Type/Annot/Subtype/Text/Contents<%s>/Rect[50 200 70 220]>>" % noted,
        b"<</Type/Annot/Subtype/Stamp/Rect[0 0 595 842]/F 4/AP<</N 9 0 R>>>>",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Length %d>>stream\n%s\nendstream"
        % (len(drawn), drawn),
    ]
    return _pdf(objects, b"0123456789abcdef", b"")


def noted(text: str, note: str, times: int) -> bytes:
    """A PDF of one page with many notes, all of which are one and the same text."""
    stream = _page(text)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[4 0 R]/Count 1>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</Font<</F1 3 0 R>>>>/Annots[%s]>>"
        % (b"7 0 R " * times),
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"(%s)" % note.encode(),
        b"<</Type/Annot/Subtype/Text/Contents 6 0 R/Rect[50 200 70 220]>>",
    ]
    return _pdf(objects, b"0123456789abcdef", b"")


def _pdf(objects: Sequence[bytes], identity: bytes, encrypt: bytes) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    id_ = b"/ID[<%s><%s>]" % (identity.hex().encode(), identity.hex().encode())
    out += b"trailer\n<</Size %d/Root 1 0 R%s%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, id_, encrypt, table)
    return bytes(out)


def _page(text: str) -> bytes:
    shown = []
    for line in text.split("\n"):
        coded = b"".join(
            bytes([_POLISH[sign]]) if sign in _POLISH else sign.encode("latin-1", "replace") for sign in line
        )
        coded = coded.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        shown.append(b"(" + coded + b") Tj T*")
    return b"BT /F1 11 Tf 14 TL 50 800 Td\n" + b"\n".join(shown) + b"\nET"


def _encryption(user: bytes, owner: bytes, identity: bytes) -> tuple[bytes, bytes]:
    """The key, and the entry of the trailer: standard handler, revision 2 (ISO 32000-1, 7.6.3)."""
    permissions = (-4).to_bytes(4, "little", signed=True)
    known = (user + _PADDING)[:32]
    of_owner = _rc4(md5((owner + _PADDING)[:32]).digest()[:5], known)
    key = md5(known + of_owner + permissions + identity).digest()[:5]
    of_user = _rc4(key, _PADDING)
    return key, b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (
        of_owner.hex().encode(),
        of_user.hex().encode(),
    )


def _rc4(key: bytes, data: bytes) -> bytes:
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def zipped(entries: Mapping[str, str | bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def docx(*paragraphs: str, body: str = "", **others: str) -> bytes:
    """`body`: more of the document's XML, `others`: parts such as footnotes, of one paragraph each."""
    told = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    entries = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{told}{body}</w:body></w:document>',
    }
    for name, text in others.items():
        entries[f"word/{name}.xml"] = f'<w:x xmlns:w="{_WORD}"><w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p></w:x>'
    return zipped(entries)


def xlsx(*rows: Sequence[str | int]) -> bytes:
    """Words through the table of shared strings, as all programs write them; numbers as they are."""
    words = list(dict.fromkeys(cell for row in rows for cell in row if isinstance(cell, str)))
    cells = "".join(
        "<row>"
        + "".join(
            f'<c t="s"><v>{words.index(cell)}</v></c>' if isinstance(cell, str) else f"<c><v>{cell}</v></c>"
            for cell in row
        )
        + "</row>"
        for row in rows
    )
    shared = "".join(f"<si><t>{escape(word)}</t></si>" for word in words)
    return zipped(
        {
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{cells}</sheetData></worksheet>',
            "xl/sharedStrings.xml": f'<sst xmlns="{_SHEET}">{shared}</sst>',
        }
    )


def pptx(*slides: str) -> bytes:
    return zipped(
        {
            f"ppt/slides/slide{number}.xml": f'<s xmlns:a="{_DRAWING}"><a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p></s>'
            for number, text in enumerate(slides, 1)
        }
    )


def odt(*paragraphs: str, manifest: str = "<m/>") -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    told = "".join(f"<text:p>{escape(one)}</text:p>" for one in paragraphs)
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f'<office:document-content xmlns:office="{office}" xmlns:text="{text}"><office:body><office:text>{told}'
            "</office:text></office:body></office:document-content>",
            "META-INF/manifest.xml": manifest,
        }
    )


def rtf(text: str) -> bytes:
    """In windows-1250, as WordPad writes it; what that does not know by its number."""
    coded = []
    for sign in text:
        if sign == "\n":
            coded.append(b"\\par\n")
        elif sign.isascii():
            coded.append(sign.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}").encode())
        else:
            try:
                coded.append(b"\\'%02x" % sign.encode("cp1250")[0])
            except UnicodeEncodeError:
                coded.append(b"\\u%d?" % ord(sign))
    return (
        rb"{\rtf1\ansi\ansicpg1250\deff0{\fonttbl{\f0\fswiss\fcharset238 Arial;}}{\colortbl;\red0\green0\blue0;}"
        rb"{\*\generator Nie szukaj;}\f0 " + b"".join(coded) + b"}"
    )


def letter(
    subject: str, text: str, *files: tuple[str, str, bytes], sender: str = "Jan <jan@kancelaria.example>"
) -> bytes:
    """`files`: (name, type, bytes); a message/rfc822 is enclosed as it is."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, sender, "anna@kancelaria.example"
    message["Date"] = "Mon, 2 Mar 2026 10:00:00 +0100"
    message.set_content(text)
    for name, content_type, data in files:
        kind, _, sub = content_type.partition("/")
        if content_type == "message/rfc822":
            message.add_attachment(message_from_bytes(data, policy=default), filename=name)
        else:
            message.add_attachment(data, kind, sub, filename=name)
    return message.as_bytes()
