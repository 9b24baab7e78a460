"""What a message is found by, made of what was read of it: the same whether it was read just now or its attachments' text came later."""

from collections.abc import Iterable, Mapping, Sequence

from teczka.core.extraction import MOST_SIGNS
from teczka.core.numbering import Pattern
from teczka.core.references import Place, Reference, spans
from teczka.language.fields import Field, of_message
from teczka.language.vectors import vectors

_FIELDS = {Place.SUBJECT: Field.SUBJECT, Place.FILE: Field.FILE, Place.TEXT: Field.TEXT}
_MOST_REFERENCES = 1_000  # of one attachment: a list of cases


def terms_of(
    fields: Iterable[tuple[Field, str]],
    mentions: Iterable[tuple[Place, Reference]],
    attached: Sequence[str],
    own: Sequence[Pattern],
) -> list[str]:
    """`fields`: as `of_message` gives them, without the attached texts; `own`: the office's patterns of its file numbers."""
    references = [(_FIELDS[place], reference) for place, reference in mentions]
    attached = _bounded(attached)
    for text in attached:
        named = dict.fromkeys(found.reference for found in spans(text, own))
        references += [(Field.TEXT, reference) for reference in list(named)[:_MOST_REFERENCES]]
    return vectors([*fields, *((Field.TEXT, text) for text in attached if text)], references)


def _bounded(texts: Sequence[str]) -> list[str]:
    out, left = [], MOST_SIGNS
    for text in texts:
        out.append(text[: max(0, left)])
        left -= len(text)
    return out


def fields_of(
    subject: str, headers: Mapping[str, list[list[str]]], names: Sequence[str], text: str
) -> list[tuple[Field, str]]:
    """Of a message as it is stored: `headers` as Text has them."""

    def people(*kinds: str) -> list[list[str]]:
        return [person for kind in kinds for person in headers.get(kind, [])]

    return of_message(subject, people("from"), people("to", "cc", "bcc", "reply_to"), names, text)
