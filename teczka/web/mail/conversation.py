"""What else there is of a message's conversation, in lines around it; each is opened where it stands (ADR 0059)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from teczka.store.models import User
from teczka.store.queries.conversation import Turn, conversation
from teczka.web.mail.rows import LONGEST, marks
from teczka.web.requests import Request, found
from teczka.web.templatetags.pages import when

NEAR = 2  # lines on either side, beside the first and the newest
EVERY = 200  # where all of them are asked for
_WHO = 60  # signs


@dataclass(frozen=True, slots=True)
class Line:
    """Another message of the conversation."""

    id: str
    unread: bool
    who: str
    words: str
    marks: str
    time: str
    moment: str  # ISO 8601


@dataclass(frozen=True, slots=True)
class Around:
    """As the templates want it."""

    message: UUID
    whole: bool  # all of them were asked for
    length: int
    earlier: list[Line]
    later: list[Line]
    earlier_more: int
    later_more: int

    @property
    def newest(self) -> Line | None:
        return self.later[-1] if self.later else None

    @property
    def newer(self) -> int:
        return len(self.later) + self.later_more


@require_safe
def message_conversation(request: Request, message_id: UUID) -> HttpResponse:
    """The lines by themselves, as they are now."""
    context = {"around": found(around(request.user, message_id, whole=asked_whole(request)))}
    return render(request, "mail/conversation.html", context)


def asked_whole(request: Request) -> bool:
    return request.GET.get("turns") == "all"


def around(viewer: User, message: UUID, *, whole: bool = False) -> Around | None:
    told = conversation(viewer, message, EVERY if whole else NEAR)
    if told is None:
        return None
    more = (told.earlier_more, told.later_more)
    return Around(message, whole, told.length, _lines(told.earlier), _lines(told.later), *more)


def _lines(turns: Sequence[Turn]) -> list[Line]:
    language = get_language() or ""
    return [
        Line(
            str(turn.public_id),
            turn.unread,
            _who(turn),
            _("Being read…") if turn.snippet is None else turn.snippet[:LONGEST],
            marks(language, False, turn.attachments > 0, tuple(turn.seen_by), (), "", (), 0),
            when(turn.internaldate),
            timezone.localtime(turn.internaldate).isoformat(timespec="seconds"),
        )
        for turn in turns
    ]


def _who(turn: Turn) -> str:
    if turn.sent:
        return _("Me → %(people)s") % {"people": turn.to_line[:_WHO]} if turn.to_line else _("Me")
    return (turn.from_name or turn.from_address or "—")[:_WHO]
