"""A letter's files: sent up, looked at, taken out."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from teczka.actions.uploads import attach, drop_file
from teczka.core.errors import Problem
from teczka.core.names import part_name, safe_name
from teczka.mime.preview import PICTURES
from teczka.store.models import User
from teczka.store.queries.drafts import EnclosureLine, draft, enclosure, enclosures
from teczka.store.queries.messages import message_part, message_text
from teczka.store.queries.raw import part_pieces, raw_pieces, upload_pieces
from teczka.web.compose.pictures import address
from teczka.web.mail.messages import download, icon_of
from teczka.web.mail.names import disposition
from teczka.web.mail.parts import saved_type
from teczka.web.problems import tell
from teczka.web.receiving import CHUNK, received
from teczka.web.requests import Request, allowed, found


@dataclass(frozen=True, slots=True)
class ShownFile:
    public_id: UUID
    name: str
    size: int
    inline: bool
    icon: str
    address: str
    drop_url: str


def shown_files(draft_id: UUID, files: list[EnclosureLine]) -> list[ShownFile]:
    return [
        ShownFile(
            file.public_id,
            part_name(file.name, file.content_type, _("attachment")),
            file.size,
            file.inline,
            icon_of(file.content_type),
            address(draft_id, file.public_id),
            reverse("compose_file_drop", args=[draft_id, file.public_id]),
        )
        for file in files
    ]


@require_POST
def compose_files(request: Request, draft_id: UUID) -> HttpResponse:
    """One file as the request's body, as it comes: nothing of it is held."""
    found(draft(request.user, draft_id))
    name = safe_name(request.GET.get("name", ""), _("attachment"))
    kind = saved_type(request.GET.get("type", "").lower())
    content_id = f"{uuid4()}@teczka" if "inline" in request.GET and kind in PICTURES else ""
    try:
        row = allowed(attach, request.user, draft_id, name, kind, received(request, name), content_id)
    except Problem as problem:
        return HttpResponse(told(problem), status=400, content_type="text/plain; charset=utf-8")
    files = [file for file in enclosures(request.user, draft_id) if file.id == row.pk]
    response = render(request, "compose/files.html", {"draft_files": shown_files(draft_id, files)})
    response.headers["X-File"] = "1"
    return response


@require_safe
def compose_file(request: Request, draft_id: UUID, file_id: UUID) -> HttpResponseBase:
    """A picture in place; everything else is saved."""
    file = found(enclosure(request.user, draft_id, file_id))
    name = part_name(file.name, file.content_type, _("attachment"))
    pieces = found(_pieces(request.user, file))
    response = download(pieces, name, saved_type(file.content_type))
    if file.content_type in PICTURES:
        response.headers["Content-Disposition"] = disposition(name, "inline")
    return response


@require_POST
def compose_file_drop(request: Request, draft_id: UUID, file_id: UUID) -> HttpResponse:
    allowed(drop_file, request.user, draft_id, file_id)
    return HttpResponse(status=204)


def attach_posted(request: Request, draft_id: UUID) -> None:
    """What a form without script brings. Raises Problem, NotAllowed."""
    for file in request.FILES.getlist("file"):
        name = safe_name(file.name or "", _("attachment"))
        attach(request.user, draft_id, name, saved_type((file.content_type or "").lower()), file.chunks(CHUNK))


def told(problem: Problem) -> str:
    words = tell(problem.trouble, problem.params)
    return f"{words.what} {words.advice}"


def _pieces(viewer: User, file: EnclosureLine) -> Iterator[bytes] | None:
    if file.pack and file.entry:
        return upload_pieces(file.pack, file.entry)
    text = message_text(viewer, file.message) if file.message else None
    if text is None or not file.path:
        return raw_pieces(text) if text else None
    part = message_part(viewer, text.public_id, file.path)
    return part_pieces(text, part) if part else None
