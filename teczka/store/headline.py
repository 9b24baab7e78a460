"""What a list shows of a message: from the server's ENVELOPE while nothing was read, from the message itself afterwards."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from teczka.core.mail import Envelope
from teczka.core.recipients import Mailbox
from teczka.mime import dates
from teczka.mime.parse import Headers, envelope_address
from teczka.mime.words import decode_words

TO_CHARACTERS = 300  # a list has one line


class Headline(NamedTuple):
    subject: str | None = None  # None: not known yet
    from_name: str = ""
    from_address: str = ""
    to_line: str = ""
    sent_at: datetime | None = None
    message_id: str = ""  # without angle brackets


NOTHING = Headline()


def headline_of(envelope: Envelope | None) -> Headline:
    if envelope is None:
        return NOTHING
    sender = envelope_address(*envelope.from_[0]) if envelope.from_ else Mailbox("", "")
    return Headline(
        subject=decode_words(envelope.subject),
        from_name=sender.name,
        from_address=sender.address,
        to_line=to_line([envelope_address(*person) for person in envelope.to[:20]]),
        sent_at=dates.read(envelope.date)[0],
        message_id=decode_words(envelope.message_id).removeprefix("<").removesuffix(">"),
    )


def headline_read(headers: Headers) -> Headline:
    sender = headers.from_[0] if headers.from_ else Mailbox("", "")
    return Headline(headers.subject, sender.name, sender.address, to_line(headers.to), headers.date, headers.message_id)


def to_line(people: Sequence[Mailbox]) -> str:
    """Names, or addresses where there are none, up to what one line holds."""
    line = ""
    for person in people:
        line += (", " if line else "") + (person.name or person.address)
        if len(line) >= TO_CHARACTERS:
            return line[: TO_CHARACTERS - 1] + "…"
    return line
