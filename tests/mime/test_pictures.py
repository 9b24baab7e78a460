"""A picture's points, from its first bytes, before any browser makes room for them."""

import re
import struct
from base64 import b64encode
from collections.abc import Callable

import pytest

from teczka.mime.pictures import HEAD, LARGEST, drawable
from teczka.mime.reading import read

SIDE = 10_000
assert SIDE * SIDE == LARGEST


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\x08\2\0\0\0"


def gif(width: int, height: int) -> bytes:
    table = b"\xf1\0\0" + bytes(12)
    control = b"!\xf9\4\0\0\0\0\0"
    return b"GIF89a" + struct.pack("<HH", width, height) + table + control + b"," + struct.pack("<4HB", 0, 0, 1, 1, 0)


def gif_with_a_small_screen(width: int, height: int) -> bytes:
    return gif(1, 1)[:-5] + struct.pack("<HHB", width, height, 0)


def bmp(width: int, height: int) -> bytes:
    return b"BM" + bytes(12) + struct.pack("<Iii", 40, width, -height)


def jpeg(width: int, height: int, before: bytes = b"") -> bytes:
    """Progressive, after a thumbnail with a size of its own."""
    thumbnail = b"\xff\xd8\xff\xc0\0\x11\x08\0\1\0\1"
    exif = b"\xff\xe1" + struct.pack(">H", 2 + len(thumbnail)) + thumbnail
    return b"\xff\xd8" + exif + before + b"\xff\xff\xc2\0\x11\x08" + struct.pack(">HH", height, width) + b"\3"


def webp(kind: bytes, said: bytes) -> bytes:
    return b"RIFF\0\0\0\0WEBP" + kind + struct.pack("<I", len(said)) + said


def lossy(width: int, height: int) -> bytes:
    return webp(b"VP8 ", b"\0\0\0\x9d\1\x2a" + struct.pack("<HH", width, height))


def lossless(width: int, height: int) -> bytes:
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", width - 1 | height - 1 << 14))


def extended(width: int, height: int) -> bytes:
    return webp(b"VP8X", bytes(4) + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3])


@pytest.mark.parametrize("made", [png, gif, gif_with_a_small_screen, bmp, jpeg, lossy, lossless, extended])
def test_a_picture_is_drawn_up_to_so_many_points_whatever_its_kind(made: Callable[[int, int], bytes]) -> None:
    assert drawable(made(640, 480))
    assert drawable(made(SIDE, SIDE))
    assert not drawable(made(SIDE, SIDE + 1))
    assert not drawable(made(SIDE + 1, SIDE))
    for end in range(len(made(640, 480)) - 8):
        drawable(made(640, 480)[:end])  # cut short anywhere it is no error


def test_what_does_not_tell_its_size_is_not_drawn() -> None:
    scan = b"\xff\xe2\xff\xff" + bytes(0xFFFD)  # a printer's colours, which may be long
    assert drawable(jpeg(100, 100, 8 * scan))
    assert not drawable(jpeg(100, 100, 17 * scan)[:HEAD])
    for other in (b"", b"\0\0\0\x1cftypavif", b"\0\0\1\0\1\0", b"<svg/>", b"\xff\xd8\xff", b"GIF89a"):
        assert not drawable(other)


@pytest.mark.parametrize(("side", "shown"), [(SIDE, True), (SIDE + 1, False)])
def test_a_letter_s_picture_in_its_own_address_is_judged_the_same(side: int, shown: bool) -> None:
    address = f"data:image/gif;base64,{b64encode(png(side, side)).decode()}"
    page = read(f'Content-Type: text/html\n\n<p>Widok</p><img alt=x src="{address}">'.encode(), lambda _: None).html
    assert bool(re.search(r"<img[^>]* src=", page)) == shown
    assert "Widok" in page
