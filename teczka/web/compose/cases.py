"""The case that a letter belongs to: what the page offers, and who of its team would see it."""

from dataclasses import dataclass
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries.case_find import at_hand
from teczka.store.queries.cases import case_line
from teczka.store.queries.drafts import DraftText
from teczka.store.queries.filing import cases_of, teams
from teczka.web.mail.strip import seen_by


@dataclass(frozen=True, slots=True)
class Offered:
    public_id: UUID
    shown: str
    seen_by: str  # "" where showing it to the team shows it to nobody


def offered(viewer: User, text: DraftText) -> list[Offered]:
    """The letter's own first, then those of what it answers, then what its writer has at hand."""
    ids = [
        text.case,
        *(cases_of(viewer, text.answers) if text.answers else []),
        *(one.public_id for one in at_hand(viewer)),
    ]
    lines = [line for one in dict.fromkeys(ids) if one and (line := case_line(viewer, one))]
    seen = teams(viewer, [line.id for line in lines])
    return [Offered(line.public_id, line.shown, seen_by(seen.get(line.id, []))) for line in lines]
