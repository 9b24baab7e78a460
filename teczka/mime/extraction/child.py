"""The process that extracts: `python -m teczka.mime.extraction.child`, its standard input a socket. No Django, no database, no settings.

It warms up, confines itself, says so, and then takes one file after another: a line about it and its bytes; it answers with a line and
the text.
"""

import codecs
import time
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from teczka.core.extraction import MOST_BYTES, Lack
from teczka.mime import charset
from teczka.mime.extraction import wire
from teczka.mime.extraction.confinement import confine, leashed
from teczka.mime.extraction.extract import Extracted, extract

_SHEET = b"<worksheet><c t='n'><v>1</v></c></worksheet>"
_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 29>>stream
BT /F 1 Tf (warm up !) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
"""


def main() -> None:
    leashed()
    warm_up()
    wire.say(wire.give_own, {"confined": confine(), "seconds": time.process_time()})
    while True:
        try:
            asked = wire.hear(wire.take_own)
        except EOFError:
            return
        data = wire.take_pieces(wire.take_own, MOST_BYTES)
        done = _extract(data, asked)
        del data
        wire.say(wire.give_own, {"lack": done.lack, "seconds": time.process_time()})
        text = done.text.encode()
        for start in range(0, len(text), wire.PIECE):
            wire.give_piece(wire.give_own, text[start : start + wire.PIECE])
        wire.give_piece(wire.give_own, b"")


def warm_up() -> None:
    """Once confined, nothing more can be imported and no file be opened: each way is gone once."""
    for name in charset.KNOWN:
        codecs.lookup(name)
    archive = BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", _SHEET)
    letter = b"Subject: =?iso-8859-2?q?=B1?=\r\nContent-Type: text/html\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\n\r\n<p>\xb1</p>"
    for name, data in (
        ("a.pdf", _PDF),
        ("a.xlsx", archive.getvalue()),
        ("a.rtf", b"{\\rtf1 \\'b9}"),
        ("a.txt", "Вышлите договор".encode("koi8-r")),
        ("a.xml", b"<?xml version='1.0'?><a>b</a>"),
        ("a.eml", letter),
    ):
        extract(data, name)


def _extract(data: bytes, asked: dict[str, object]) -> Extracted:
    name, content_type, label = (str(asked.get(key, "")) for key in ("name", "type", "charset"))
    try:
        return extract(data, name, content_type, label)
    except MemoryError:
        return Extracted("", Lack.TOO_HUNGRY)
    except Exception:  # noqa: BLE001  whatever a library meant by it: the file is not as it should be
        return Extracted("", Lack.DAMAGED)


if __name__ == "__main__":
    main()
