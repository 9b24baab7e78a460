"""What is worth a question before a letter goes. A question on every letter would soon be answered unread: there is one on a risk alone."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from teczka.core.outgoing import Origin
from teczka.core.recipients import takes_no_answer

_ANSWERS: Final = frozenset((Origin.REPLY, Origin.REPLY_ALL))
_SPEAKS_OF_FILES: Final = re.compile(
    r"\bw\s+za[łl][aą]cz(?:eniu|niku|onym)|\b(?:za|do)[łl][aą]cz(?:am|amy|y[łl]am|y[łl]em|one|ony)\b"
    r"|\b(?:see|find|is|are|have|has)\s+(?:the\s+)?(?:attached|enclosed)\b|\bI(?:'ve|\s+have)?\s+(?:attach|enclose)",
    re.IGNORECASE,
)


class Risk(StrEnum):
    SUBJECT = "subject"  # there is none
    FILE = "file"  # the letter speaks of a file, and has none
    OUTSIDE = (
        "outside"  # who: an answer goes to a domain that neither the conversation nor its writer ever had to do with
    )
    WAS_BCC = "was_bcc"  # an answer to others than the sender tells that its writer had been in Bcc
    NOBODY_READS = "nobody_reads"  # who
    OPPOSING = "opposing"  # who: of the other side in the letter's case


@dataclass(frozen=True, slots=True)
class Looked:
    """What of a letter is looked at."""

    kind: Origin
    subject: str
    words: str  # its writer's own
    addresses: tuple[str, ...]
    files: int
    familiar: Set[str] = frozenset()  # domains written to, and those of the conversation
    was_bcc: bool = False  # and it goes to others whom the letter named
    opposing: Set[str] = frozenset()  # addresses of the other side in the letter's case


def risks(letter: Looked) -> Iterator[tuple[Risk, Sequence[str]]]:
    """Each with the addresses that it concerns."""
    if not letter.subject.strip():
        yield Risk.SUBJECT, ()
    if not letter.files and _SPEAKS_OF_FILES.search(letter.words):
        yield Risk.FILE, ()
    strange = [one for one in letter.addresses if _domain(one) not in letter.familiar]
    if strange and letter.kind in _ANSWERS:
        yield Risk.OUTSIDE, strange
    if letter.was_bcc and letter.kind in _ANSWERS:
        yield Risk.WAS_BCC, ()
    unread = [one for one in letter.addresses if takes_no_answer(one)]
    if unread:
        yield Risk.NOBODY_READS, unread
    against = [one for one in letter.addresses if one.lower() in letter.opposing]
    if against:
        yield Risk.OPPOSING, against


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
