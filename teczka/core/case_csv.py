"""Tables as spreadsheets write them in CSV (RFC 4180): read whatever their encoding and delimiter, written so that nothing is computed.

Encodings: UTF-8 with and without a mark, UTF-16 with one, Windows-1250, ISO 8859-2. Delimiters: semicolon, comma, tab.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from teczka.core.case_columns import HEADINGS, Column, plain, understood

MOST_BYTES: Final = 8_000_000
MOST_LINES: Final = 20_000

_DELIMITERS: Final = ";,\t"
_SEPARATOR: Final = re.compile(r"sep=.\r?\n", re.IGNORECASE)  # a line of spreadsheets' own, before the headings
# What a spreadsheet would compute; full width counts. A quote before it, and it is text; quotes that were there get one more.
_FORMULA: Final = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_QUOTED: Final = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")
# Polish letters where the two encodings differ.
_WINDOWS: Final = frozenset("ąśźĄŚŹ".encode("cp1250"))
_LATIN: Final = frozenset("ąśźĄŚŹ".encode("iso8859-2"))
_NO_TEXT: Final = frozenset(range(0x80, 0xA0))  # in ISO 8859-2 no letters; in Windows-1250 letters and quotes
_KNOWN: Final = understood(HEADINGS)


class Unreadable(StrEnum):
    """Why nothing can be read of a file."""

    EMPTY = "empty"
    BINARY = "binary"  # a spreadsheet's own file, say
    HEADINGS = "headings"  # no column of cases' names
    TWICE = "twice"  # two columns of one meaning
    LONG = "long"
    BROKEN = "broken"  # a quote that nobody closed, say


class BadFile(ValueError):
    def __init__(self, why: Unreadable) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Line:
    place: int  # as a spreadsheet counts; the headings stand on the first
    cells: dict[Column, str]  # those that are not empty
    over: bool  # it has more cells than there are headings


@dataclass(frozen=True, slots=True)
class Sheet:
    lines: tuple[Line, ...]
    unknown: tuple[str, ...]  # headings that mean nothing to us


def decoded(content: bytes) -> str:
    """Text of a file. Raises BadFile."""
    if len(content) > MOST_BYTES:
        raise BadFile(Unreadable.LONG)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content or content.startswith(b"PK"):
        raise BadFile(Unreadable.BINARY)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        signs = set(content)
        latin = not signs & _NO_TEXT and len(signs & _LATIN) > len(signs & _WINDOWS)
        return content.decode("iso8859-2" if latin else "cp1250", "replace")


def sheet(text: str) -> Sheet:
    """The lines below the headings; empty ones are passed over, and counted. Raises BadFile."""
    text = (
        _SEPARATOR.sub("", text.lstrip("\ufeff"), count=1)
        if text[:5].lower().startswith("sep=")
        else text.lstrip("\ufeff")
    )
    if not text.strip():
        raise BadFile(Unreadable.EMPTY)
    rows = _rows(text)
    known = [_KNOWN.get(plain(heading)) for heading in rows[0]]
    columns = [column for column in known if column]
    if Column.NAME not in columns:
        raise BadFile(Unreadable.HEADINGS)
    if len(set(columns)) < len(columns):
        raise BadFile(Unreadable.TWICE)
    lines = [_line(place, row, known) for place, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)]
    unknown = [
        heading.strip() for heading, column in zip(rows[0], known, strict=True) if not column and heading.strip()
    ]
    return Sheet(tuple(lines), tuple(unknown))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A file that spreadsheets open as what it is: with a mark of UTF-8, semicolons, and cells that are text."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([_as_text(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _rows(text: str) -> list[list[str]]:
    first = text.partition("\n")[0]
    known = {sign: sum(plain(cell) in _KNOWN for cell in first.replace('"', "").split(sign)) for sign in _DELIMITERS}
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=lambda sign: known[sign]), strict=True
    )
    rows = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > MOST_LINES:
                raise BadFile(Unreadable.LONG)
    except csv.Error:
        raise BadFile(Unreadable.BROKEN) from None
    return rows


def _line(place: int, row: Sequence[str], known: Sequence[Column | None]) -> Line:
    cells = {column: _cell(cell) for column, cell in zip(known, row, strict=False) if column}
    return Line(place, {column: cell for column, cell in cells.items() if cell}, any(map(str.strip, row[len(known) :])))


def _cell(written: str) -> str:
    bare = written[1:] if _QUOTED.match(written) else written
    kept = (sign if sign.isprintable() or sign == "\n" else " " * sign.isspace() for sign in bare.replace("\r\n", "\n"))
    return "".join(kept).strip()


def _as_text(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell
