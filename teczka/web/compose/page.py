"""The page where a letter is written: a document of its own, alone or docked into the mail's page."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from teczka.actions.outbox import size_limit
from teczka.core.drafts import halves, signed
from teczka.core.errors import Problem
from teczka.core.outgoing import Origin, State
from teczka.store.models import User
from teczka.store.queries.drafts import DraftText, draft, enclosures
from teczka.store.queries.identities import Sender, senders
from teczka.store.queries.templates import templates
from teczka.web.compose.acting import act
from teczka.web.compose.beginning import answered, begin
from teczka.web.compose.cases import offered
from teczka.web.compose.document import in_its_own_document
from teczka.web.compose.files import shown_files
from teczka.web.compose.form import as_header
from teczka.web.compose.laters import laters, tomorrow
from teczka.web.compose.pictures import shown
from teczka.web.problems import tell
from teczka.web.requests import Request, allowed, found

MEGABYTE = 1_000_000
ENCODED = 1.37  # base64 makes four bytes of three, and a line end of every 76


@dataclass(frozen=True, slots=True)
class ShownSender:
    public_id: UUID
    shown: str
    account_name: str
    colour: int
    limit: int  # bytes; 0: unknown
    signature: SafeString

    @property
    def size_words(self) -> str:
        words = _("Together the files are more than this account's server takes: about %(megabytes)s MB.")
        return words % {"megabytes": int(self.limit / ENCODED) // MEGABYTE}


@in_its_own_document
@require_http_methods(["GET", "HEAD", "POST"])
def compose_new(request: Request) -> HttpResponse:
    """A letter is begun by POST alone. Who comes by an address, as after signing in anew, is led to the button."""
    if request.method != "POST":
        return redirect("home")
    try:
        return redirect(allowed(begin, request.user, request.POST))
    except Problem as problem:
        return render(request, "compose/nobody.html", {"told": tell(problem.trouble, problem.params)})


@in_its_own_document
@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: Request, draft_id: UUID) -> HttpResponse:
    text = found(draft(request.user, draft_id))
    if text.state != State.DRAFT or text.discarded_at:
        return redirect("compose_done", draft_id)
    said = act(request, draft_id) if request.method == "POST" else {}
    if isinstance(said, HttpResponse):
        return said
    said["whole"] = "whole" in request.GET
    return render(request, "compose/page.html", page(request.user, found(draft(request.user, draft_id))) | said)


def page(viewer: User, text: DraftText) -> dict[str, Any]:
    files = enclosures(viewer, text.public_id)
    written, quote = (shown(half, text.public_id, files) for half in halves(text.html))
    able = [one for one in senders(viewer) if one.sends or one.public_id == text.identity]
    named = _named(text, able)
    chosen = _sender(viewer, named) if named else None
    size = sum(file.size for file in files)
    labels = {"to": _("To"), "cc": _("Cc"), "bcc": _("Bcc")}
    return {
        "draft": text,
        "title": _titles()[Origin(text.kind)],
        "sender": chosen,
        "senders": [_sender(viewer, one) for one in able],
        "lines": [(name, label, as_header(text.people(name))) for name, label in labels.items()],
        "written": mark_safe(written),  # noqa: S308  made safe when it was saved
        "quote": mark_safe(quote),  # noqa: S308
        "plain_text": text.text,
        "draft_files": shown_files(text.public_id, files),
        "size_limit": chosen.limit if chosen else 0,
        "size_words": chosen.size_words if chosen else "",
        "too_large": bool(chosen and chosen.limit and size * ENCODED > chosen.limit),
        "cases": offered(viewer, text),
        "laters": laters(timezone.now()),
        "tomorrow": tomorrow(timezone.now()),
        "templates": [(one, mark_safe(one.html)) for one in templates(viewer)],  # noqa: S308
        **answered(viewer, text),
    }


def _named(text: DraftText, able: list[Sender]) -> Sender | None:
    """As whom it is written. Where that identity is gone: the account's own."""
    same = [one for one in able if one.public_id == text.identity]
    same += [one for one in able if one.account_id == text.account_id]
    return next(iter(same or able), None)


def _sender(viewer: User, one: Sender) -> ShownSender:
    signature = mark_safe(signed(one.signature_html))  # noqa: S308  made safe when it was saved
    limit = size_limit(viewer, one.account)
    return ShownSender(one.public_id, one.shown, one.account_name, one.colour, limit, signature)


def _titles() -> dict[Origin, str]:
    return {
        Origin.NEW: _("New message"),
        Origin.REPLY: _("Reply"),
        Origin.REPLY_ALL: _("Reply to all"),
        Origin.FORWARD: _("Forward"),
        Origin.FORWARD_ATTACHED: _("Forward"),
        Origin.EDITED: _("Draft"),
    }
