"""The strip over a message: what it is filed to, what it may belong to and why, and who would see it. It is shown, and changes nothing."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teczka.core.folders import FolderRole
from teczka.core.sharing import Scope
from teczka.store.models import User
from teczka.store.queries.filing import FiledLine
from teczka.store.queries.messages import MessagePage
from teczka.store.queries.strip import belonging
from teczka.store.queries.suggestions import Suggested
from teczka.web.mail.reasons import how_in_words, reason_in_words

NAMED = 6  # of a team, in the hint

_NO_PLACE = {FolderRole.DRAFTS, FolderRole.JUNK, FolderRole.TRASH}  # nothing in them is filed


@dataclass(frozen=True, slots=True)
class Link:
    """One case or task that the message belongs to."""

    line: FiledLine
    why: str
    share: str  # with whom else it can be, in words; "" for nobody: the team is the viewer, or sees it
    names: str

    @property
    def scope(self) -> Scope:
        """As far as it is filed."""
        return Scope.FOLLOWING if self.line.follows else Scope.MESSAGE


@dataclass(frozen=True, slots=True)
class Choice:
    place: int  # the key that files to it: 1, 2, 3
    found: Suggested
    why: str
    seen_by: str  # "" where filing shows nobody anything
    names: str


@dataclass(frozen=True, slots=True)
class Strip:
    message: UUID
    owned: bool
    key: UUID  # of the form: sent twice it files once
    links: list[Link]
    choices: list[Choice]
    silenced: bool  # the viewer wants no suggestions for its sender, or not all
    waiting: bool  # it lies in an inbox of the viewer's, and belongs to nothing

    @property
    def case(self) -> UUID | None:
        """The case that what is made from the message now belongs to."""
        cases = {link.line.case for link in self.links if link.line.case}
        return cases.pop() if len(cases) == 1 else None


def strip(viewer: User, page: MessagePage) -> Strip | None:
    """None where there is nothing to file."""
    text = page.text
    if page.places and all(place.role in _NO_PLACE for place in page.places):
        return None
    now = belonging(viewer, text.id, owned=text.owned)
    links = [_link(line, now.teams.get(line.kept_from or 0, [])) for line in now.filed]
    choices = [_choice(place, one, now.teams.get(one.case, [])) for place, one in enumerate(now.suggested, 1)]
    waiting = not links and any(place.role == FolderRole.INBOX and not place.gone_at for place in page.places)
    return Strip(text.public_id, text.owned, uuid4(), links, choices, now.silenced, waiting)


def why(line: FiledLine) -> str:
    return reason_in_words(line.reason, line.params) or how_in_words(line.how)


def seen_by(names: list[str]) -> str:
    """ "" for nobody."""
    if not names:
        return ""
    count = len(names)
    return ngettext("seen by the team: %(count)s person", "seen by the team: %(count)s people", count) % {
        "count": count
    }


def _choice(place: int, found: Suggested, team: list[str]) -> Choice:
    reason = found.suggestion
    return Choice(
        place,
        found,
        reason_in_words(reason.reason, reason.params),
        seen_by(team),
        _names(team),
    )


def _link(line: FiledLine, team: list[str]) -> Link:
    count = len(team)
    words = ngettext("Share with the team: %(count)s person", "Share with the team: %(count)s people", count)
    return Link(line, why(line), words % {"count": count} if team else "", _names(team))


def _names(team: list[str]) -> str:
    more = _(" and %(count)s more") % {"count": len(team) - NAMED} if len(team) > NAMED else ""
    return ", ".join(team[:NAMED]) + more
