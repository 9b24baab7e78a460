"""A letter that is being written."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

# Between what was written and what is quoted: a comment, so that nothing of it is ever sent (the sanitiser leaves comments out).
QUOTE: Final = "<!--quoted-->"
MOST_RECIPIENTS: Final = 500  # of one letter
LONGEST_SUBJECT: Final = 1_000  # signs; also where it begins with somebody else's

People = list[tuple[str, str]]  # (name, address)


@dataclass(frozen=True, slots=True)
class Written:
    """What the page sends at every pause."""

    sender: UUID | None
    to: People
    cc: People
    bcc: People
    subject: str
    html: str = ""  # as the editor has it: not yet made safe; without the quote
    text: str = ""
    plain: bool = False
    quoted: bool = False  # the quote is still folded below
    receipt: bool = False  # servers are asked to tell when it is delivered (DSN)
    case: UUID | None = None  # that it is filed to once it has gone
    case_shared: bool = False  # and shown to that case's team

    def recipients(self) -> dict[str, list[list[str]]]:
        return {line: [list(one) for one in getattr(self, line)] for line in ("to", "cc", "bcc")}


def signed(signature: str) -> str:
    """A signature as it stands in a letter: one block, below the line that tells it from the letter (RFC 3676 §4.3)."""
    return f"<div>-- <br>{signature}</div>" if signature else ""


def halves(html: str) -> tuple[str, str]:
    """What was written, and what is quoted."""
    written, _mark, quote = html.partition(QUOTE)
    return written, quote


def joined(written: str, quote: str) -> str:
    return f"{written}{QUOTE}{quote}" if quote else written
