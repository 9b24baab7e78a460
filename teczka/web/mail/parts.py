"""Attachments and the pictures inside a message, sent from where they lie in the raw bytes: nothing is held whole."""

import re
from itertools import chain
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from teczka.core.names import part_name
from teczka.mime.pictures import drawable
from teczka.mime.preview import PICTURES
from teczka.store.queries.messages import message_part, message_text
from teczka.store.queries.raw import part_pieces
from teczka.web.mail.messages import download, given_out
from teczka.web.mail.names import disposition
from teczka.web.requests import Request, found

_ACTIVE = re.compile(r"html|xml|svg|script|css|multipart", re.IGNORECASE)
_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+\Z")


@require_safe
def message_part_page(request: Request, message_id: UUID, path: str) -> HttpResponseBase:
    text = given_out(request.user, found(message_text(request.user, message_id)))
    part = found(message_part(request.user, message_id, path))
    name = part_name(part.name, part.content_type, _("attachment"))
    pieces = part_pieces(text, part)
    inline = request.GET.get("inline") == "1" and part.content_type in PICTURES
    if inline:  # messages that were read by an earlier version lead to it whatever its size is
        head = next(pieces, b"")
        found(drawable(head) or None)
        pieces = chain((head,), pieces)
    response = download(pieces, name, part.content_type if inline else saved_type(part.content_type))
    if inline:
        response.headers["Content-Disposition"] = disposition(name, "inline")
    return response


def saved_type(content_type: str) -> str:
    """The type that a download is given: never one that a browser would run, whatever the sender called it."""
    harmless = _TYPE.match(content_type) and not _ACTIVE.search(content_type)
    return content_type if harmless else "application/octet-stream"
