"""One thing that is well, or not, on the page of how this Teczka is doing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["good", "soon", "bad"]  # as it should be; will be, or is worth a look; somebody has to do something


@dataclass(frozen=True, slots=True)
class Line:
    """Nothing of anybody's mail, and no number that tells how much of it there is (P7): administrators of every office read it."""

    what: str  # its name, as the page calls it
    state: State
    told: str  # a sentence or two
    at: datetime | None = None  # when it was last done
    more: tuple[str, ...] = ()  # figures, one a line
