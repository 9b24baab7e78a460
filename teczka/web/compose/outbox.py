"""What is on its way: held, waiting, failed, sent; and each letter's own log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from teczka.actions.outbox import acknowledge, cancel, give_up, retry, send_rest, settle
from teczka.core.delivery import Answer, Stage, enhanced_in, in_words
from teczka.core.errors import Problem, Trouble
from teczka.core.outgoing import Delivery, State
from teczka.store.models import Outgoing, User
from teczka.store.queries.drafts import (
    EventLine,
    OutgoingLine,
    RecipientLine,
    events,
    outbox,
    outgoing_line,
    recipients,
    stuck,
)
from teczka.web.accounts.mending import mended_on
from teczka.web.problems import Told, tell
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, said, say

MOST = 100
RECENT = 30  # of those that were sent
ON_THE_WAY = (State.HELD, State.QUEUED, State.SENDING)
ACTS: Mapping[str, Callable[[User, UUID], Outgoing]] = {
    "cancel": cancel, "retry": retry, "settle": settle, "give_up": give_up, "acknowledge": acknowledge, "send_rest": send_rest,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    line: OutgoingLine
    told: Told | None
    mended_on: str  # the name of the account's page where its owner mends that; "": none

    @property
    def paused(self) -> bool:
        """Its account is, and with it what waits here."""
        return self.line.waits and self.line.account_paused

    @property
    def stopped(self) -> bool:
        """Its account is gone, as one is that was handed over: it waits for its writer."""
        return self.line.waits and self.line.account_deleted and not self.line.reached


@require_safe
def outbox_list(request: Request) -> HttpResponse:
    way = _lines(request.user, ON_THE_WAY, MOST)
    groups = [
        (_("Needs you"), [_shown(line) for line in stuck(request.user, MOST)] + [one for one in way if one.stopped]),
        (_("On the way"), [one for one in way if not one.stopped]),
        (_("Drafts"), _lines(request.user, (State.DRAFT,), MOST)),
        (_("Sent lately"), _lines(request.user, (State.SENT,), RECENT)),
    ]
    shown = [(name, lines) for name, lines in groups if lines]
    return render(request, "compose/outbox.html", {"groups": shown, "said": said(request)})


@require_safe
def outbox_letter(request: Request, draft_id: UUID) -> HttpResponse:
    line = found(outgoing_line(request.user, draft_id))
    people = [(one, _answer(one)) for one in recipients(request.user, draft_id)]
    log = [(event.at, _happened(event)) for event in events(request.user, draft_id)]
    return render(request, "compose/letter.html", {"shown": _shown(line), "people": people, "log": log})


@require_POST
def outbox_act(request: Request, draft_id: UUID) -> HttpResponse:
    act = found(ACTS.get(request.POST.get("do", "")))
    try:
        row = allowed(act, request.user, draft_id)
    except Problem:  # it has left meanwhile, as the page tells now
        return redirect("outbox_letter", draft_id)
    if row.state == State.DRAFT:
        return redirect("compose", row.public_id)
    say(request, Said.SAVED)
    return redirect("outbox")


def _lines(viewer: User, states: tuple[State, ...], most: int) -> list[Shown]:
    return [_shown(line) for line in outbox(viewer, list(states), most)]


def _shown(line: OutgoingLine) -> Shown:
    bare = Shown(line, None, "")
    if bare.stopped:
        return Shown(line, tell(Trouble.SENDING_DELETED, {"account": line.account_name}), "")
    if not line.trouble:
        return bare
    trouble = Trouble(line.trouble)
    return Shown(
        line, tell(trouble, line.params, line.trouble_detail), "" if line.account_deleted else mended_on(trouble)
    )


def _answer(one: RecipientLine) -> Told | None:
    """What the server's refusal of a recipient means."""
    if one.code is None or one.state == Delivery.ACCEPTED:
        return None
    answer = Answer(one.code, enhanced_in(one.code, one.said), one.said)
    problem = in_words(Stage.RECIPIENT, answer, one.address.rpartition("@")[2], one.address)
    return tell(problem.trouble, problem.params, problem.detail)


def _happened(event: EventLine) -> str:
    words = {
        State.HELD: _("Held for its time, and to be taken back until then"),
        State.QUEUED: _("Due"),
        State.SENDING: _("Being handed to the server"),
        State.SENT: _("Taken by the server"),
        State.FAILED: pgettext("outgoing", "Not sent"),
        State.UNCERTAIN: _("Whether the server took it is unknown"),
        State.DRAFT: _("Taken back"),
        State.CANCELLED: _("Given up"),
        "again": _("Tried again at your wish"),
        "stopped": _("Its account was deleted"),
        "missed": _("Its hour was missed"),
        "arrived": _("You said that it arrived"),
        "acknowledged": _("You took note of who did not get it"),
        "found": _("Found among the sent mail"),
    }
    return words.get(event.what, event.what)
