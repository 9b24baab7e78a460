"""Outlook's .msg files as Outlook writes them, byte by byte: a compound file (MS-CFB, version 3) of properties (MS-OXMSG)."""

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime

Tree = dict[str, "bytes | Tree"]

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SECTOR, MINI, LEAST = 512, 64, 4096


@dataclass
class _Entry:
    name: str
    kind: int  # 1: storage, 2: stream, 5: root
    content: bytes = b""
    child: int = FREE
    right: int = FREE
    start: int = END
    children: "list[_Entry]" = field(default_factory=list)


def compound(tree: Tree) -> bytes:
    entries = [_Entry("Root Entry", 5)]
    _add(entries, entries[0], tree)
    mini, minifat = bytearray(), list[int]()
    sectors = list[bytes]()
    fat = list[int]()

    def chained(content: bytes) -> int:
        count = -(-len(content) // SECTOR)
        start = len(sectors)
        for number in range(count):
            sectors.append(content[number * SECTOR : (number + 1) * SECTOR].ljust(SECTOR, b"\0"))
            fat.append(start + number + 1 if number + 1 < count else END)
        return start if count else END

    for entry in entries[1:]:
        if entry.kind == 2 and 0 < len(entry.content) < LEAST:
            entry.start, count = len(minifat), -(-len(entry.content) // MINI)
            minifat += [entry.start + number + 1 for number in range(count - 1)] + [END]
            mini += entry.content.ljust(count * MINI, b"\0")
        elif entry.kind == 2:
            entry.start = chained(entry.content)
    entries[0].content = bytes(mini)
    entries[0].start = chained(bytes(mini))
    first_minifat = chained(
        struct.pack(f"<{len(minifat)}I", *minifat).ljust(-(-len(minifat) * 4 // SECTOR) * SECTOR, b"\xff")
    )
    directory = b"".join(map(_packed, entries))
    first_directory = chained(directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0"))
    fats = -(-(len(fat) + 1) // 127)
    places = [len(sectors) + number for number in range(fats)]
    fat += [FAT] * fats
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(fats * SECTOR, b"\xff")
    sectors += [table[number * SECTOR : (number + 1) * SECTOR] for number in range(fats)]
    assert fats <= 109
    minifat_sectors = -(-len(minifat) * 4 // SECTOR)
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6,
        0, fats, first_directory, 0, LEAST, first_minifat, minifat_sectors, END, 0, places[0],
    )  # fmt: skip
    header += struct.pack(f"<{len(places) - 1}I", *places[1:])
    return header.ljust(SECTOR, b"\xff") + b"".join(sectors)


def _add(entries: list[_Entry], parent: _Entry, tree: Tree) -> None:
    before = None
    for name, content in sorted(tree.items(), key=lambda one: (len(one[0]), one[0].upper())):
        entry = _Entry(name, 2, content) if isinstance(content, bytes) else _Entry(name, 1)
        entries.append(entry)
        number = len(entries) - 1
        if before is None:
            parent.child = number
        else:
            before.right = number
        before = entry
        if not isinstance(content, bytes):
            _add(entries, entry, content)


def _packed(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le") + b"\0\0"
    size = len(entry.content)
    return struct.pack(
        "<64sHBBIII16sI8s8sIII",
        name, len(name), entry.kind, 1, FREE, entry.right, entry.child, bytes(16), 0, bytes(8), bytes(8),
        entry.start if entry.kind != 1 else 0, size, 0,
    )  # fmt: skip


def stored(*properties: tuple[int, int, "bytes | int"], skipped: int, **inside: Tree) -> Tree:
    """(tag, type, value): of fixed size a number, else bytes."""
    rows, tree = b"", dict[str, "bytes | Tree"]()
    for tag, kind, value in properties:
        if isinstance(value, int):
            rows += struct.pack("<HHIQ", kind, tag, 6, value)
        else:
            rows += struct.pack("<HHIII", kind, tag, 6, len(value), 0)
            tree[f"__substg1.0_{tag:04X}{kind:04X}"] = value
    tree["__properties_version1.0"] = bytes(skipped) + rows
    return tree | inside


def text(tag: int, value: str) -> tuple[int, int, bytes]:
    return tag, 0x1F, value.encode("utf-16-le")


def binary(tag: int, value: bytes) -> tuple[int, int, bytes]:
    return tag, 0x102, value


def number(tag: int, value: int) -> tuple[int, int, int]:
    return tag, 3, value


def moment(tag: int, value: datetime) -> tuple[int, int, int]:
    return tag, 0x40, int((value - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000


def recipient(kind: int, name: str, address: str) -> Tree:
    return stored(number(0xC15, kind), text(0x3001, name), text(0x3003, address), skipped=8)


def attachment(name: str, content: bytes, kind: str = "", cid: str = "") -> Tree:
    told = [text(0x3707, name), text(0x370E, kind), binary(0x3701, content), number(0x3705, 1)]
    return stored(*told, *([text(0x3712, cid)] if cid else []), skipped=8)


def attached(name: str, message: Tree) -> Tree:
    return stored(text(0x3707, name), number(0x3705, 5), skipped=8) | {"__substg1.0_3701000D": message}


def message(
    *properties: tuple[int, int, "bytes | int"], people: list[Tree], files: list[Tree], top: bool = True
) -> Tree:
    tree = stored(*properties, skipped=32 if top else 24)
    tree |= {f"__recip_version1.0_#{place:08X}": one for place, one in enumerate(people)}
    return tree | {f"__attach_version1.0_#{place:08X}": one for place, one in enumerate(files)}
