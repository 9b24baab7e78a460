"""The parts of a letter that one can search alone. A term of such a part stands twice in the index: plain, and behind the part's mark."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

# Marks begin with a sign that no word has, so that the beginning of a word never meets them; after it come letters that are kept for
# what the index knows besides words ("o" owner, "m" month).
MARK = ":"


class Field(StrEnum):
    SUBJECT = "s"
    FROM = "f"
    TO = "t"  # with copies, blind copies and where answers go
    FILE = "n"  # an attachment's name
    TEXT = ""  # the letter's, and its attachments': plain terms alone

    @property
    def mark(self) -> str:
        return MARK + self if self else ""


People = Iterable[Sequence[str]]  # (name, address)


def of_message(
    subject: str, sender: People, recipients: People, files: Iterable[str], text: str
) -> list[tuple[Field, str]]:
    """What is indexed of a letter, in the order in which it is to be found first."""
    return [
        (Field.SUBJECT, subject),
        (Field.FROM, _line(sender)),
        (Field.TO, _line(recipients)),
        (Field.FILE, "\n".join(files)),
        (Field.TEXT, text),
    ]


def _line(people: People) -> str:
    return "\n".join(f"{name} {address}" for name, address in people)
