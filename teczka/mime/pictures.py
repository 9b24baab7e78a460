"""How many points a picture has, by its own header: a few bytes can unfold to gigabytes in the browser that draws it."""

import binascii
import re
from typing import Final

LARGEST: Final = 100_000_000  # points: a sheet A1 at 300 dpi, 400 MB as a browser holds it
HEAD: Final = (
    1024 * 1024
)  # bytes that are looked at: before its size a JPEG may have a thumbnail and a printer's colours

_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]")
_FRAME: Final = bytes(range(0xC0, 0xD0)).translate(None, b"\xc4\xc8\xcc")  # ITU T.81 table B.1: SOF0 to SOF15


def drawable(head: bytes) -> bool:
    """Whether the frame may show it in place. `head`: its first `HEAD` bytes. What does not tell its size is not shown, whatever its
    type was said to be: browsers look at the bytes, too, and know kinds that we do not."""
    width, height = _size(head)
    return 0 < width * height <= LARGEST


def drawable_address(address: str) -> bool:
    """The same of a data: address in base64."""
    digits = _BASE64.sub("", address.partition(",")[2][: HEAD * 3 // 2])
    return drawable(binascii.a2b_base64(digits[: len(digits) // 4 * 4]))


def _size(head: bytes) -> tuple[int, int]:
    """Width and height; 0 and 0 where they are not found."""
    if head[:8] == b"\x89PNG\r\n\x1a\n" and head[12:16] == b"IHDR":
        return _big(head[16:20]), _big(head[20:24])
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return _gif(head)
    if head[:2] == b"BM":
        return _bmp(head)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _webp(head)
    return _jpeg(head) if head[:3] == b"\xff\xd8\xff" else (0, 0)


def _gif(head: bytes) -> tuple[int, int]:
    """Of the screen, or of its first picture where that is larger: a browser makes room for both."""
    at = 13 + (3 << (head[10] & 7) + 1 if len(head) > 10 and head[10] & 0x80 else 0)
    while head[at : at + 1] == b"!":
        at += 2
        while at < len(head) and head[at]:
            at += 1 + head[at]
        at += 1
    wide, high = _little(head[at + 5 : at + 7]), _little(head[at + 7 : at + 9])
    return (0, 0) if head[at : at + 1] != b"," else (max(_little(head[6:8]), wide), max(_little(head[8:10]), high))


def _bmp(head: bytes) -> tuple[int, int]:
    if _little(head[14:18]) == 12:  # OS/2's
        return _little(head[18:20]), _little(head[20:22])
    return _little(head[18:22]), abs(int.from_bytes(head[22:26], "little", signed=True))  # below 0 from the top down


def _webp(head: bytes) -> tuple[int, int]:
    kind = head[12:16]
    if kind == b"VP8X":
        return _little(head[24:27]) + 1, _little(head[27:30]) + 1
    if kind == b"VP8L":
        bits = _little(head[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return _little(head[26:28]) & 0x3FFF, _little(head[28:30]) & 0x3FFF


def _jpeg(head: bytes) -> tuple[int, int]:
    """From segment to segment until the frame's own."""
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker in _FRAME:
            return _big(head[at + 7 : at + 9]), _big(head[at + 5 : at + 7])
        at += 1 if marker == 0xFF else 2 + _big(head[at + 2 : at + 4])  # 0xFF: one that fills
    return 0, 0


def _big(field: bytes) -> int:
    return int.from_bytes(field, "big")


def _little(field: bytes) -> int:
    return int.from_bytes(field, "little")
