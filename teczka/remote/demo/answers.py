"""The server's half of the grammar: strings, dates, ENVELOPE and BODY sections as bytes (RFC 3501 §7.4.2)."""

import re
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import getaddresses

from teczka.remote.demo.grammar import Bad

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_QUOTABLE = re.compile(rb"[\x01-\x09\x0b\x0c\x0e-\x7f]{0,900}")
_DATE_TIME = re.compile(r"([ \d]\d)-([A-Z][a-z]{2})-(\d{4} \d\d:\d\d:\d\d [+-]\d{4})")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_SECTION = re.compile(
    r"BODY(?P<peek>\.PEEK)?\[(?P<name>HEADER|TEXT|HEADER\.FIELDS(?:\.NOT)? \((?P<fields>[^()\"\\]+)\)|)\]"
    r"(?:<(?P<start>\d{1,10})\.(?P<count>[1-9]\d{0,9})>)?"
)


def string(text: bytes) -> bytes:
    """Quoted where the grammar lets it be, else a literal."""
    if _QUOTABLE.fullmatch(text):
        return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return literal(text)


def literal(text: bytes) -> bytes:
    return b"{%d}\r\n" % len(text) + text


def date_time(moment: datetime) -> bytes:
    """Month names are English whatever the machine's locale."""
    return f'"{moment.day:2d}-{_MONTHS[moment.month - 1]}-{moment:%Y %H:%M:%S %z}"'.encode("ascii")


def read_date_time(text: str) -> datetime:
    match = _DATE_TIME.fullmatch(text)
    if match is None or match[2] not in _MONTHS:
        raise Bad("not a date-time")
    try:
        return datetime.strptime(f"{match[1].strip()} {_MONTHS.index(match[2]) + 1} {match[3]}", "%d %m %Y %H:%M:%S %z")
    except ValueError as error:
        raise Bad("no such date") from error


def header_end(raw: bytes) -> int:
    """Where the body begins: after the empty line, which belongs to the header (RFC 3501 §6.4.5)."""
    if raw.startswith(b"\r\n"):
        return 2
    end = raw.find(b"\r\n\r\n")
    return len(raw) if end < 0 else end + 4


def fields(raw: bytes) -> list[tuple[bytes, bytes]]:
    """Header fields as they stand, folding included: (name, "name: value\\r\\n")."""
    lines = _FOLD.sub(b"\0", raw[: header_end(raw)]).split(b"\r\n")
    return [
        (line.split(b":")[0].strip().lower(), line.replace(b"\0", b"\r\n") + b"\r\n") for line in lines if b":" in line
    ]


def envelope(raw: bytes) -> bytes:
    header = message_from_bytes(raw[: header_end(raw)], policy=policy.compat32)
    raw_fields = {name.lower(): _unfolded(value) for name, value in reversed(list(header.raw_items()))}
    from_ = _addresses(raw_fields.get("from"))
    parts = [
        _nstring(raw_fields.get("date")),
        _nstring(raw_fields.get("subject")),
        from_,
        _addresses(raw_fields.get("sender"), from_),
        _addresses(raw_fields.get("reply-to"), from_),
        *(_addresses(raw_fields.get(name)) for name in ("to", "cc", "bcc")),
        _nstring(raw_fields.get("in-reply-to")),
        _nstring(raw_fields.get("message-id")),
    ]
    return b"(" + b" ".join(parts) + b")"


def _unfolded(value: object) -> str:
    return re.sub(r"\r?\n(?=[ \t])", "", str(value)).strip()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _nstring(text: str | None) -> bytes:
    return b"NIL" if text is None else string(_bytes(text))


def _addresses(value: str | None, absent: bytes = b"NIL") -> bytes:
    """Groups are flattened to their members; an empty Sender or Reply-To repeats From (RFC 3501 §7.4.2)."""
    people = [pair for pair in getaddresses([value or ""]) if pair[1]]
    if not people:
        return absent
    return b"(" + b"".join(_address(name, address) for name, address in people) + b")"


def _address(name: str, address: str) -> bytes:
    mailbox, _, host = address.rpartition("@")
    shown = [_nstring(name or None), b"NIL", _nstring(mailbox or host), _nstring(host if mailbox else "")]
    return b"(" + b" ".join(shown) + b")"


class Section:
    """One BODY[…] of a FETCH. Part numbers and MIME are not served: the client reads whole messages."""

    def __init__(self, item: bytes) -> None:
        match = _SECTION.fullmatch(item.decode("ascii").upper())
        if match is None:
            raise Bad("this server knows no such section")
        self.peek = match["peek"] is not None
        self.name = match["name"]
        self._fields = {name.lower().encode() for name in (match["fields"] or "").split()}
        self._start = None if match["start"] is None else int(match["start"])
        self._count = int(match["count"] or 0)

    @property
    def label(self) -> bytes:
        start = "" if self._start is None else f"<{self._start}>"
        return f"BODY[{self.name}]{start}".encode("ascii")

    def of(self, raw: bytes) -> bytes:
        text = self._whole(raw)
        return text if self._start is None else text[self._start : self._start + self._count]

    def _whole(self, raw: bytes) -> bytes:
        if self.name == "":
            return raw
        if self.name == "HEADER":
            return raw[: header_end(raw)]
        if self.name == "TEXT":
            return raw[header_end(raw) :]
        wanted = ".NOT" not in self.name
        return b"".join(line for name, line in fields(raw) if (name in self._fields) is wanted) + b"\r\n"


def header_value(raw: bytes, name: str) -> str | None:
    """The first field of that name, unfolded; None where there is none."""
    header: Message = message_from_bytes(raw[: header_end(raw)], policy=policy.compat32)
    found = [str(value) for field, value in header.raw_items() if field.lower() == name.lower()]
    return _unfolded(found[0]) if found else None
