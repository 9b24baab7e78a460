"""How near a due date is, beside what it belongs to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from django.utils import timezone

from teczka.web.tasks.words import due_in_words


class HasDue(Protocol):
    @property
    def due(self) -> date | None: ...


Thing = TypeVar("Thing", bound=HasDue)


@dataclass(frozen=True, slots=True)
class Due:
    words: str  # "": there is no date
    late: bool


def with_dues(things: Iterable[Thing]) -> list[tuple[Thing, Due]]:
    today = timezone.localdate()
    return [(thing, _due(thing.due, today)) for thing in things]


def _due(due: date | None, today: date) -> Due:
    return Due(due_in_words(due, today), due < today) if due else Due("", late=False)
