"""What is told around what was found."""

from dataclasses import dataclass

from teczka.store.queries.search import Coverage
from teczka.store.queries.searches import SearchLine
from teczka.web.mail.asked import Asked


@dataclass(frozen=True, slots=True)
class Searched:
    asked: Asked
    hints: list[str]
    saved: SearchLine | None  # it bears a name
    coverage: Coverage | None  # None: all of it can be found
    waiting: int  # attached files that are not searched yet
