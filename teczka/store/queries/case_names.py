"""Cases as they are named in a line: what a person types, and what they are offered meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from teczka.core.find import find, haystack
from teczka.language.fold import fold
from teczka.store.models import User
from teczka.store.queries import walls

OFFERED = 100


@dataclass(frozen=True, slots=True)
class CaseName:
    public_id: UUID
    number: str
    name: str
    haystack: str  # core.find

    @property
    def shown(self) -> str:
        return f"{self.number} {self.name}".strip()


_COLUMNS = "SELECT c.public_id, c.number, c.name, c.haystack FROM store_case c"


def offered_cases(viewer: User) -> list[CaseName]:
    """Of the viewer's own that are not closed, those in which something happened last."""
    return walls.read(
        viewer,
        CaseName,
        f"""{_COLUMNS} WHERE {walls.card("c")} AND {walls.inside("c.id")} AND c.state <> 'closed'
            ORDER BY c.active_at DESC, c.id DESC LIMIT {OFFERED}""",
    )


def all_cases(viewer: User) -> list[CaseName]:
    """In the order of their names."""
    return walls.read(viewer, CaseName, f"{_COLUMNS} WHERE {walls.card('c')} ORDER BY c.sort_key, c.id")


def case_name(viewer: User, public_id: UUID) -> CaseName | None:
    found = walls.read(
        viewer, CaseName, f"{_COLUMNS} WHERE {walls.card('c')} AND c.public_id = %(case)s", case=public_id
    )
    return found[0] if found else None


def meant(typed: str, among: Sequence[CaseName], most: int = 4) -> list[CaseName]:
    """Those that `typed` may mean; one where it is the whole of one's name or number, whatever else contains it."""
    folded = fold(" ".join(typed.split()))
    whole = [one for one in among if fold(one.shown) == folded]
    number = haystack(folded, (), ()).strip()
    whole = whole or [one for one in among if number and {number, f"#{number[1:]}"} & set(one.haystack.split())]
    if len(whole) == 1:
        return whole
    return [among[place] for place in find(folded, [one.haystack for one in among], most)]
