"""All that the strip over a message tells, in one transaction."""

from dataclasses import dataclass

from teczka.store.models import User
from teczka.store.queries.filing import FiledLine, filed, teams
from teczka.store.queries.suggestions import Suggested, suggestions_and_silences
from teczka.store.viewer import as_user


@dataclass(frozen=True, slots=True)
class Belonging:
    """What a message belongs to, what it may belong to, and who would see it there."""

    filed: list[FiledLine]
    suggested: list[Suggested]  # the best first
    teams: dict[int, list[str]]  # of the suggested cases, and of those it is kept from: who would see it but the viewer
    silenced: bool  # for its sender not all is suggested


def belonging(viewer: User, message: int, *, owned: bool) -> Belonging:
    """By its inner id, as the viewer's own query gave it. Who may not share it learns of no team."""
    with as_user(viewer.pk):
        found, silenced = suggestions_and_silences(viewer, [message])
        suggested, there = found.get(message, []), filed(viewer, [message]).get(message, [])
        asked = {one.case for one in suggested} | {line.kept_from for line in there if line.kept_from}
        return Belonging(
            there,
            suggested,
            teams(viewer, sorted(asked)) if owned else {},
            message in silenced,
        )
