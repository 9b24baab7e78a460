"""A letter goes: at once, later, or not before a question about a risk was answered."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from teczka.actions.answers import choice
from teczka.actions.drafts import Changed
from teczka.actions.outbox import send
from teczka.core.drafts import halves
from teczka.core.errors import Problem
from teczka.core.outgoing import Origin, State
from teczka.core.risks import Looked, Risk, risks
from teczka.mime.text import of_html
from teczka.store.models import User
from teczka.store.queries.cases import opposing
from teczka.store.queries.correspondents import written_domains
from teczka.store.queries.drafts import DraftText, draft, enclosures
from teczka.web.compose.files import told
from teczka.web.compose.laters import moment
from teczka.web.compose.saving import save
from teczka.web.requests import Request, allowed, found
from teczka.web.templatetags.pages import amount

NAMED = 5  # addresses that a question names


@require_POST
def compose_send(request: Request, draft_id: UUID) -> HttpResponse:
    """{"url"}: it is held, and told there. {"risks"}: asked first. {"wrong"}: why not."""
    try:
        answer = dispatch(request, draft_id, save(request, draft_id))
    except Changed:
        return HttpResponse(status=409)
    except Problem as problem:
        return JsonResponse({"wrong": told(problem)})
    if "risks" in answer:
        answer["risks"] = [{"key": key, "text": text} for key, text in answer["risks"]]
    return JsonResponse(answer)


def dispatch(request: Request, draft_id: UUID, revision: int) -> dict[str, Any]:
    """As `compose_send` tells it; risks as pairs. Raises Changed."""
    text = found(draft(request.user, draft_id))
    if text.state != State.DRAFT:  # just this has gone: the answer was lost, and "send" pressed again
        return {"url": reverse("compose_done", args=[draft_id])}
    if not _as_shown(request, draft_id):
        raise Changed
    agreed = request.POST.getlist("agreed")
    open_risks = [(risk, words) for risk, words in _risks(request.user, text) if risk not in agreed]
    if open_risks:
        return {"risks": open_risks}
    later = request.POST.get("do") == "later"
    when = moment(request.POST.get("when", ""), timezone.now()) if later else None
    if later and when is None:
        return {"wrong": _("Say when it shall go: a moment that has not passed yet.")}
    try:
        allowed(send, request.user, draft_id, revision, when)
    except Problem as problem:
        return {"wrong": told(problem)}
    return {"url": reverse("compose_done", args=[draft_id])}


def _as_shown(request: Request, draft_id: UUID) -> bool:
    """Another window may have taken a file out, or put one in: no save tells of that."""
    if "enclosed" not in request.POST:
        return True
    there = {str(file.public_id) for file in enclosures(request.user, draft_id)}
    return there == set(request.POST["enclosed"].split())


def _risks(viewer: User, text: DraftText) -> list[tuple[Risk, str]]:
    told = choice(viewer, text.answers) if text.answers else None
    lines = text.text.split("\n") if text.plain else []
    words = "\n".join(line for line in lines if not line.startswith(">")) or of_html(halves(text.html)[0])
    addresses = tuple(address for line in ("to", "cc", "bcc") for _name, address in text.people(line))
    looked = Looked(
        kind=Origin(text.kind),
        subject=text.subject,
        words=words,
        addresses=addresses,
        files=len([file for file in enclosures(viewer, text.public_id) if not file.inline]),
        familiar=written_domains(viewer) | (told.people if told else frozenset()),
        was_bcc=bool(told and told.was_bcc and told.tells_others(addresses)),
        opposing=opposing(viewer, text.case) if text.case else frozenset(),
    )
    return [(risk, _words()[risk] % {"who": _some(who)}) for risk, who in risks(looked)]


def _some(addresses: Sequence[str]) -> str:
    """A question is read where it is short."""
    left = len(addresses) - NAMED
    more = (
        " " + ngettext("and %(shown)s more", "and %(shown)s more", left) % {"shown": amount(left)} if left > 0 else ""
    )
    return ", ".join(addresses[:NAMED]) + more


def _words() -> dict[Risk, str]:
    return {
        Risk.SUBJECT: _("The letter has no subject."),
        Risk.FILE: _("The letter speaks of an attachment, and has none."),
        Risk.OUTSIDE: _("Neither this conversation nor you have had anything to do with the domain of: %(who)s."),
        Risk.WAS_BCC: _("You got the message in Bcc. An answer to all tells everybody that you have it."),
        Risk.OPPOSING: _("Of the opposing side in this case: %(who)s."),
        Risk.NOBODY_READS: _("This address takes no answers, as its name says: %(who)s."),
    }
