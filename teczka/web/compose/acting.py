"""The page's buttons, pressed without script: each saves first."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from teczka.actions.drafts import Changed, discard_draft
from teczka.actions.keeping import keep_draft
from teczka.actions.uploads import drop_file, zip_files
from teczka.core.errors import Problem
from teczka.web.compose.files import attach_posted, told
from teczka.web.compose.saving import save
from teczka.web.compose.sending import dispatch
from teczka.web.mail.messages import as_uuid
from teczka.web.requests import Request, allowed, found

Said = dict[str, Any]  # what the page says above the letter


def act(request: Request, draft_id: UUID) -> HttpResponse | Said:
    """Somewhere else, or the page again with this to say."""
    do, _colon, what = request.POST.get("do", "").partition(":")
    try:
        revision = save(request, draft_id)
        return _ACTS.get(do, _save)(request, draft_id, revision, what)
    except Changed:
        return {"stale": True}
    except Problem as problem:
        return {"wrong": told(problem)}


def _save(request: Request, draft_id: UUID, _revision: int, _what: str) -> HttpResponse | Said:
    return redirect("compose", draft_id)


def _send(request: Request, draft_id: UUID, revision: int, _what: str) -> HttpResponse | Said:
    answer = dispatch(request, draft_id, revision)
    return redirect(answer["url"]) if "url" in answer else answer


def _attach(request: Request, draft_id: UUID, _revision: int, _what: str) -> HttpResponse | Said:
    allowed(attach_posted, request, draft_id)
    return redirect("compose", draft_id)


def _drop(request: Request, draft_id: UUID, _revision: int, what: str) -> HttpResponse | Said:
    allowed(drop_file, request.user, draft_id, found(as_uuid(what)))
    return redirect("compose", draft_id)


def _zip(request: Request, draft_id: UUID, _revision: int, _what: str) -> HttpResponse | Said:
    return {"password": allowed(zip_files, request.user, draft_id, _("Attachments"))}


def _pick(request: Request, draft_id: UUID, _revision: int, _what: str) -> HttpResponse | Said:
    return redirect("compose_pick", draft_id)


def _discard(request: Request, draft_id: UUID, _revision: int, _what: str) -> HttpResponse | Said:
    allowed(discard_draft, request.user, draft_id)
    return redirect("compose_done", draft_id)


def _close(request: Request, draft_id: UUID, _revision: int, _what: str) -> HttpResponse | Said:
    keep_draft(request.user, draft_id)
    return redirect("home")


_ACTS: Mapping[str, Callable[[Request, UUID, int, str], HttpResponse | Said]] = {
    "send": _send,
    "later": _send,
    "attach": _attach,
    "drop": _drop,
    "zip": _zip,
    "pick": _pick,
    "discard": _discard,
    "close": _close,
}
