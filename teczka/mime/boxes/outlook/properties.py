"""MAPI properties of one object of a .msg file: a message, a recipient, an attachment. MS-OXMSG §2, MS-OXCDATA §2.11.

Of fixed size they stand in a table, the others each in a stream of its own.
"""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import olefile

from teczka.mime import charset

_ROW: Final = struct.Struct("<HHIQ")
_TABLE: Final = "__properties_version1.0"
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
_LONGEST: Final = 50_000_000  # bytes of a text
_MOST: Final = 10_000  # rows of a table, objects below one

_UNICODE, _STRING, _BINARY, _OBJECT = 0x1F, 0x1E, 0x102, 0xD
_INTEGER, _BOOLEAN, _TIME = 0x3, 0xB, 0x40
_CODEPAGES: Final = (0x3FFD, 0x3FDE)  # of the message's own strings, of its text

Path = tuple[str, ...]


class Properties:
    def __init__(self, ole: olefile.OleFileIO, path: Path = (), codepage: str = "") -> None:
        self.ole = ole
        self.path = path
        self._fixed = self._table(32 if not path else 24 if path[-1].endswith("000D") else 8)
        told = next((page for tag in _CODEPAGES if (page := self.number(tag))), 0)
        self.codepage = (f"cp{told}" if told != 65001 else "utf-8") if told else codepage or "cp1250"

    def text(self, tag: int) -> str:
        raw = self._stream(tag, _UNICODE)
        if raw:
            return raw.decode("utf-16-le", "replace").rstrip("\0")
        return charset.decode(self._stream(tag, _STRING), self.codepage).rstrip("\0")

    def binary(self, tag: int) -> bytes:
        return self._stream(tag, _BINARY)

    def string(self, tag: int) -> bytes:
        """A text as it is stored in the message's codepage, or as bytes."""
        return self._stream(tag, _BINARY) or self._stream(tag, _STRING)

    def number(self, tag: int) -> int:
        return self._fixed.get((tag, _INTEGER), 0) & 0xFFFFFFFF

    def flag(self, tag: int) -> bool:
        return bool(self._fixed.get((tag, _BOOLEAN), 0) & 0xFF)

    def moment(self, tag: int) -> datetime | None:
        ticks = self._fixed.get((tag, _TIME), 0)
        try:
            return _EPOCH + timedelta(microseconds=ticks // 10) if ticks else None
        except OverflowError:
            return None

    def children(self, prefix: str) -> "Iterator[Properties]":
        """Recipients or attachments, in their order."""
        depth = len(self.path)
        names = {
            entry[depth]
            for entry in self.ole.listdir(streams=True, storages=True)
            if tuple(entry[:depth]) == self.path and len(entry) > depth and entry[depth].startswith(prefix)
        }
        for name in sorted(names)[:_MOST]:
            yield Properties(self.ole, (*self.path, name), self.codepage)

    def message(self, tag: int) -> "Properties | None":
        """The message that is attached."""
        inner = (*self.path, f"__substg1.0_{tag:04X}{_OBJECT:04X}")
        return Properties(self.ole, inner, self.codepage) if self.ole.exists([*inner, _TABLE]) else None

    def _table(self, skipped: int) -> dict[tuple[int, int], int]:
        name = [*self.path, _TABLE]
        raw = self.ole.openstream(name).read(skipped + _MOST * _ROW.size)[skipped:] if self.ole.exists(name) else b""
        whole = raw[: len(raw) - len(raw) % _ROW.size]
        return {(tag, kind): value for kind, tag, _, value in _ROW.iter_unpack(whole)}

    def _stream(self, tag: int, kind: int) -> bytes:
        name = [*self.path, f"__substg1.0_{tag:04X}{kind:04X}"]
        if not self.ole.exists(name) or self.ole.get_size(name) > _LONGEST:
            return b""
        raw: bytes = self.ole.openstream(name).read()
        return raw

    def stream(self, tag: int) -> list[str]:
        """Of a long binary: the stream that holds it; none where there is none."""
        name = [*self.path, f"__substg1.0_{tag:04X}{_BINARY:04X}"]
        return name if self.ole.exists(name) else []
