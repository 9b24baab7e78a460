"""Text and HTML out of Outlook's rich text: compressed (MS-OXRTFCP), and HTML wrapped into it (MS-OXRTFEX)."""

import re
import struct
from dataclasses import dataclass, replace
from typing import Final

_HEADER: Final = struct.Struct("<IIII")
_COMPRESSED: Final = 0x75465A4C
_PLAIN: Final = 0x414C454D
_WINDOW: Final = 4096
_DICTIONARY: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbol"
    b"ArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_MOST: Final = 20_000_000  # bytes, unpacked

_TOKEN: Final = re.compile(
    rb"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\(\r?\n|.)|([{}])|\r?\n|([^\\{}\r\n]+|\r)", re.DOTALL
)
_SIGNS: Final = {
    b"par": "\r\n", b"line": "\r\n", b"tab": "\t", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
    b"bullet": "•", b"endash": "–", b"emdash": "—", b"~": "\xa0", b"_": "\u2011", b"row": "\r\n", b"cell": "\t",
}  # fmt: skip
_UNSHOWN: Final = {
    b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"header", b"footer", b"listtable", b"listoverridetable", b"pntext",
    b"object", b"themedata", b"datastore",
}  # fmt: skip
_CHARSETS: Final = {
    0: "cp1252", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255",
    178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip


def unpack(packed: bytes) -> bytes:
    """ValueError where it is not what it says."""
    if len(packed) < _HEADER.size:
        raise ValueError("cut short")
    _, raw_size, magic, _ = _HEADER.unpack_from(packed)
    if magic == _PLAIN:
        return packed[_HEADER.size :][: min(raw_size, _MOST)]
    if magic != _COMPRESSED:
        raise ValueError("another form")
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b"\0"))
    place = len(_DICTIONARY)
    out = bytearray()
    at = _HEADER.size
    most = min(raw_size, _MOST)
    while at < len(packed) and len(out) < most:
        control, at = packed[at], at + 1
        for bit in range(8):
            if at >= len(packed) or len(out) >= most:
                break
            if not control >> bit & 1:
                signs = packed[at : at + 1]
                at += 1
                window[place] = signs[0]
                place = (place + 1) % _WINDOW
                out += signs
                continue
            token = int.from_bytes(packed[at : at + 2], "big")
            at += 2
            start, length = token >> 4, (token & 15) + 2
            if start == place:
                return bytes(out)
            for step in range(length):
                sign = window[(start + step) % _WINDOW]
                window[place] = sign
                place = (place + 1) % _WINDOW
                out.append(sign)
    return bytes(out)


def is_html(rtf: bytes) -> bool:
    return b"\\fromhtml1" in rtf[:2_000]


def content(rtf: bytes) -> str:
    """The HTML that was wrapped into it; of any other its text."""
    return _Reader(rtf).text()


@dataclass(slots=True)
class _Group:
    """What holds between "{" and its "}"."""

    shown: bool = True
    tag: bool = False  # within a piece of HTML
    skip: bool = False  # what the wrapper adds for readers of RTF
    encoding: str = ""
    unicode: int = 1  # signs that stand for one of Unicode


class _Reader:
    def __init__(self, rtf: bytes) -> None:
        self._rtf = rtf
        self._html = is_html(rtf)
        self._groups = [_Group()]
        self._out: list[str] = []
        self._bytes = bytearray()  # of characters that are told by their codes
        self._default = "cp1250"
        self._fonts: dict[int, str] = {}
        self._font = -1  # that is being described
        self._left = 0  # signs that stand for a character that was told by its number
        self._star = False

    def text(self) -> str:
        for token in _TOKEN.finditer(self._rtf):
            word, number, code, sign, brace, plain = token.groups()
            if code:
                self._code(int(code, 16))
                continue
            self._flush()
            if brace:
                self._brace(brace)
            elif word:
                self._word(word.lower(), None if number is None else int(number))
            elif sign:
                self._sign(sign)
            elif plain:
                self._plain(plain)
        self._flush()
        # What lies beyond the first plane comes in halves.
        return "".join(self._out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    @property
    def _group(self) -> _Group:
        return self._groups[-1]

    def _brace(self, brace: bytes) -> None:
        if brace == b"{":
            self._groups.append(replace(self._group) if len(self._groups) < 1_000 else self._group)
        elif len(self._groups) > 1:
            self._groups.pop()
        self._star = False

    def _word(self, word: bytes, number: int | None) -> None:
        group, starred, self._star = self._group, self._star, False
        if word == b"htmltag" and starred:
            group.tag, group.shown = True, True
        elif starred or word in _UNSHOWN:
            group.shown = False
            self._font = -1 if word == b"fonttbl" else self._font
        elif word == b"htmlrtf":
            group.skip = number != 0
        elif word == b"ansicpg" and number:
            self._default = "utf-8" if number == 65001 else f"cp{number}"
        elif word == b"uc":
            group.unicode = number or 0
        elif word == b"u" and number is not None:
            self._write(chr(number % 65536))
            self._left = group.unicode
        elif word == b"f" and number is not None:
            self._font = number
            group.encoding = self._fonts.get(number, "")
        elif word == b"fcharset" and number is not None:
            self._fonts[self._font] = _CHARSETS.get(number, "")
        elif word in _SIGNS:
            self._write(_SIGNS[word])

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._star = True
        elif sign in b"\\{}":
            self._plain(sign)
        elif sign in _SIGNS:
            self._write(_SIGNS[sign])

    def _code(self, code: int) -> None:
        if self._left:
            self._left -= 1
        else:
            self._bytes.append(code)

    def _plain(self, text: bytes) -> None:
        dropped = min(self._left, len(text))
        self._left -= dropped
        self._write(text[dropped:].decode("cp1252", "replace"))

    def _flush(self) -> None:
        if self._bytes:
            raw = bytes(self._bytes)
            self._bytes.clear()
            try:
                self._write(raw.decode(self._group.encoding or self._default, "replace"))
            except LookupError:
                self._write(raw.decode("cp1250", "replace"))

    def _write(self, text: str) -> None:
        group = self._group
        if group.shown and (group.tag or not group.skip or not self._html):
            self._out.append(text)
