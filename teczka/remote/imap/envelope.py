"""ENVELOPE, RFC 3501 §7.4.2: (date subject from sender reply-to to cc bcc in-reply-to message-id)."""

from teczka.remote.imap.tokens import NotImap, Value, listed, text
from teczka.remote.types import Envelope

Addresses = tuple[tuple[bytes, bytes], ...]


def envelope(value: Value) -> Envelope | None:
    """None where it makes no sense: the list then waits for the message itself."""
    try:
        fields = listed(value)
        if len(fields) < 10:
            return None
        return Envelope(
            date=text(fields[0]),
            subject=text(fields[1]),
            from_=_addresses(fields[2]),
            to=_addresses(fields[5]),
            cc=_addresses(fields[6]),
            in_reply_to=text(fields[8]),
            message_id=text(fields[9]),
        )
    except NotImap:
        return None


def _addresses(value: Value) -> Addresses:
    """Each is (name route mailbox host); one without a host begins or ends a group and is nobody."""
    found = []
    for entry in listed(value):
        parts = listed(entry)
        if len(parts) != 4:
            raise NotImap("address")
        if parts[3] is not None:
            found.append((text(parts[0]), text(parts[2]) + b"@" + text(parts[3])))
    return tuple(found)
