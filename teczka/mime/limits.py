"""How much of a message is looked at. What lies beyond stays stored and downloadable, and is named among the defects."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes or characters, as the field says; the rest are counts."""

    levels: int = 100  # multiparts within one another
    parts: int = 10_000  # multiparts counted too
    header_block: int = 256 * 1024  # bytes of one header block that are read
    boundary: int = 1_000  # bytes; RFC 2046 §5.1.1 allows 70
    addresses: int = 2_000  # in one field
    address: int = (
        500  # characters: RFC 5321 §4.5.3.1.3 allows 256 octets, an index of PostgreSQL 2,700, in small letters
    )
    references: int = 200  # message ids of one field: the first, and the newest
    parameters: int = 200
    text: int = 10 * 1024 * 1024  # bytes of decoded text, all bodies together
    html: int = 2 * 1024 * 1024  # characters given to the HTML parsers
    shown: int = 1024 * 1024  # characters of plain text in a page
    page: int = 4 * 1024 * 1024  # characters of one page; more is shown as text
    inner_message: int = 64 * 1024 * 1024  # bytes of an enclosed message that is opened
    filename: int = 200  # characters
    field: int = 20_000  # characters of a decoded subject or display name
    chunk: int = 1024 * 1024  # bytes read at once where an attachment is streamed


LIMITS: Final = Limits()
