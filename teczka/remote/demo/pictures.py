"""Pictures made of nothing: a PNG for letterheads and screenshots, a JPEG for "photographs". Both open everywhere."""

import struct
import zlib
from collections.abc import Callable
from functools import cache

from teczka.remote.demo.slots import luck

Colour = tuple[int, int, int]
Paint = Callable[[int, int], Colour]  # of a point, red green blue 0–255

# The standard's own luminance DC table (ITU-T T.81, K.3); the AC table knows nothing but "end of block".
_DC_COUNTS = bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
_DC_CODES = {
    0: "00",
    1: "010",
    2: "011",
    3: "100",
    4: "101",
    5: "110",
    6: "1110",
    7: "11110",
    8: "111110",
    9: "1111110",
}
_DC_CODES |= {10: "11111110", 11: "111111110"}
_AC_COUNTS = bytes([1] + [0] * 15)
_END_OF_BLOCK = "0"
_QUANTUM = 8


def png(width: int, height: int, paint: Paint) -> bytes:
    rows = b"".join(b"\0" + bytes(part for x in range(width) for part in paint(x, y)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def jpeg(columns: int, rows: int, paint: Paint) -> bytes:
    """Baseline, one flat colour for each block of 8 x 8 points: `paint` is asked by block."""
    bits, before = [], [0, 0, 0]
    for y in range(rows):
        for x in range(columns):
            for component, level in enumerate(_levels(paint(x, y))):
                bits.append(_difference(level - before[component]) + _END_OF_BLOCK)
                before[component] = level
    packed = "".join(bits)
    packed += "1" * (-len(packed) % 8)
    scan = int(packed, 2).to_bytes(len(packed) // 8, "big").replace(b"\xff", b"\xff\x00")
    components = b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    return b"".join(
        [
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
            _segment(0xDB, b"\0" + bytes([_QUANTUM]) * 64),
            _segment(0xC0, struct.pack(">BHHB", 8, rows * 8, columns * 8, 3) + components),
            _segment(0xC4, b"\x00" + _DC_COUNTS + bytes(range(12))),
            _segment(0xC4, b"\x10" + _AC_COUNTS + b"\0"),
            _segment(0xDA, b"\x03\x01\x00\x02\x00\x03\x00\x00\x3f\x00"),
            scan,
            b"\xff\xd9",
        ]
    )


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def _levels(colour: Colour) -> tuple[int, int, int]:
    """Quantised DC of Y, Cb and Cr: a flat block's DC is eight times its value around zero (T.81 A.3.3)."""
    red, green, blue = colour
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    parts = (luma - 128, (blue - luma) * 0.564, (red - luma) * 0.713)
    return tuple(round(8 * part / _QUANTUM) for part in parts)  # type: ignore[return-value]


def _difference(value: int) -> str:
    size = abs(value).bit_length()
    if not size:
        return _DC_CODES[0]
    return _DC_CODES[size] + format(value if value > 0 else value + (1 << size) - 1, f"0{size}b")


@cache
def photograph(name: str) -> bytes:
    """A wall in bad light with a crack in it, different for each name."""
    chance = luck(name)
    base, lean, crack = chance.randint(110, 190), chance.uniform(-0.4, 0.4), chance.randint(15, 45)

    def paint(x: int, y: int) -> Colour:
        shade = base + (x - y) * lean + chance.randint(-6, 6)
        if abs(x - crack - (y * 7 % 11) / 3 - y * lean) < 0.8:
            shade -= 70
        shade = max(0, min(235, shade))
        return int(shade), int(shade * 0.96), int(shade * 0.88)

    return jpeg(60, 45, paint)


@cache
def logo(name: str) -> bytes:
    """A small sign for a letterhead."""
    chance = luck(name)
    colour = (chance.randint(20, 90), chance.randint(60, 130), chance.randint(90, 160))
    return png(96, 32, lambda x, y: colour if ((x // 8 + y // 8) % 3 and x < 32) or 12 < y < 20 else (255, 255, 255))


@cache
def screenshot(name: str) -> bytes:
    """Bubbles of a conversation, grey and blue."""
    chance = luck(name)
    rows = [(chance.random() < 0.5, chance.randint(60, 150)) for _ in range(12)]

    def paint(x: int, y: int) -> Colour:
        mine, width = rows[y // 30]
        inside = 5 < y % 30 < 24 and (240 - width < x < 230 if mine else 10 < x < width)
        return ((60, 120, 216) if mine else (225, 228, 232)) if inside else (255, 255, 255)

    return png(240, 360, paint)
