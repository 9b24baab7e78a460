"""Text of RTF (Rich Text Format Specification 1.9.1): one pass over its words and groups, linear in the bytes."""

import re
from dataclasses import dataclass, replace
from typing import Final

from teczka.core.extraction import Lack
from teczka.mime import charset
from teczka.mime.extraction.sink import Refused, Sink

_TOKEN: Final = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)"
)
# Groups that hold no words of the document. Footnotes, headers, footers and text boxes do.
_UNREAD: Final = frozenset(
    b"fonttbl colortbl stylesheet listtable listoverridetable revtbl rsidtbl info pict object objdata themedata colorschememapping"
    b" datastore latentstyles generator xmlnstbl fldinst bkmkstart bkmkend filetbl template mmathPr operator userprops pgptbl"
    b" wgrffmtfilter shpinst sp nonshppict listtext pntext".split()
)
_SIGNS: Final = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"cell": "\t", b"nestcell": "\t", b"nestrow": "\n",
    b"tab": "\t", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
    b"bullet": "•", b"~": " ", b"_": "-", b"\n": "\n", b"\r": "\n", b"\\": "\\", b"{": "{", b"}": "}",
}  # fmt: skip
_FONTS: Final = {
    0: "cp1252", 77: "mac-roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 161: "cp1253", 162: "cp1254", 163: "cp1258",
    177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 255: "cp850",
}  # fmt: skip
_DEEPEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class _State:
    unread: bool = False
    fonts: bool = False  # within the table of fonts
    font: int = -1
    fallback: int = 1  # signs after \u that stand for it in programs without Unicode


def read(data: bytes, sink: Sink) -> None:
    """Raises Refused: DAMAGED where its groups are not closed."""
    reader = _Reader(sink)
    place = 0
    while token := _TOKEN.search(data, place):
        place = token.end() + reader.take(token)
        if reader.ended:
            return
    reader.flush()
    raise Refused(Lack.DAMAGED)


class _Reader:
    def __init__(self, sink: Sink) -> None:
        self.ended = False
        self._sink = sink
        self._state = _State()
        self._stack: list[_State] = []
        self._page = "cp1252"
        self._charsets: dict[int, str] = {}
        self._bytes = bytearray()  # text of one charset that waits to be decoded
        self._skip = 0  # signs of a fallback that are still to come
        self._half = ""  # of a sign that Unicode writes as two

    def take(self, token: re.Match[bytes]) -> int:
        """Returns how many bytes after it are none of the text."""
        if word := token["word"]:
            return self._word(word, int(token["number"]) if token["number"] else None)
        if byte := token["byte"]:
            self._raw(bytes.fromhex(byte.decode()))
        elif brace := token["brace"]:
            self._group(brace)
        elif sign := token["sign"]:
            if sign == b"*":  # programs that do not know the group shall leave it out; footnotes are never marked so
                self._state = replace(self._state, unread=True)
            elif sign in _SIGNS:
                self._say(_SIGNS[sign])
        else:
            self._raw(token["text"])
        return 0

    def flush(self) -> None:
        if self._bytes:
            label = self._charsets.get(self._state.font, self._page)
            self._sink.add(charset.decode(bytes(self._bytes), label))
            self._bytes.clear()

    def _word(self, word: bytes, number: int | None) -> int:
        if word == b"bin":
            return max(0, number or 0)
        if word == b"u":
            self._unicode(number or 0)
        elif word in _SIGNS:
            self._say(_SIGNS[word])
        elif word in _UNREAD:
            self._state = replace(self._state, unread=True, fonts=word == b"fonttbl")
        elif number is not None:
            self._setting(word, number)
        return 0

    def _setting(self, word: bytes, number: int) -> None:
        if word == b"ansicpg":
            self._page = charset.codec(f"cp{number}") or self._page
        elif word == b"f":
            self.flush()
            self._state = replace(self._state, font=number)
        elif word == b"fcharset" and self._state.fonts and number in _FONTS and number:
            self._charsets[self._state.font] = _FONTS[number]
        elif word == b"uc":
            self._state = replace(self._state, fallback=min(max(number, 0), 8))

    def _group(self, brace: bytes) -> None:
        self.flush()
        self._skip = 0
        if brace == b"{":
            self._stack.append(self._state)
            if len(self._stack) > _DEEPEST:
                raise Refused(Lack.DAMAGED)
        elif self._stack:
            self._state = self._stack.pop()
            self.ended = not self._stack

    def _unicode(self, number: int) -> None:
        """A 16-bit number, written with a sign; beyond the first plane two of them."""
        self.flush()
        sign = chr(number % 65_536)
        self._skip = self._state.fallback
        if "\ud800" <= sign < "\udc00":
            self._half = sign
        elif not self._state.unread:
            whole = (self._half + sign).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            self._sink.add(whole)
            self._half = ""

    def _raw(self, text: bytes) -> None:
        skipped = min(self._skip, len(text))
        self._skip -= skipped
        if not self._state.unread:
            self._bytes += text[skipped:]

    def _say(self, sign: str) -> None:
        self.flush()
        self._skip = 0
        if not self._state.unread:
            self._sink.add(sign)
