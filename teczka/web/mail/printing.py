"""Messages on paper: a page of their own for the browser to print (ADR 0054).

What a mail says of itself stands in a shadow tree: its styles reach nothing outside, and it is broken into sheets line by line, as a frame
is not. The tables that we vouch for stand outside. The page has no script; it is sent message by message, since a conversation may be long,
and ends with a mark by which the app knows that it is whole.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID

from django.http import HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from teczka.core.mail import UNDATED
from teczka.mime.preview import whole
from teczka.store.models import User
from teczka.store.packs.format import PackDamaged
from teczka.store.queries.conversation import conversation_of
from teczka.store.queries.filing import FiledLine, filed
from teczka.store.queries.messages import MessageText, PartLine, in_order
from teczka.store.queries.raw import part_pieces
from teczka.web.mail.frame import SANDBOX, pictures, wall
from teczka.web.mail.messages import Shown, as_uuid, field_labels, opened, shown
from teczka.web.requests import Request, found
from teczka.web.templatetags.pages import dated

MOST = 200  # messages that were marked besides
SUMMED = 2_000_000_000  # bytes of attachments that are read for one page
TEMPLATE = "mail/print.html"


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    size: int
    sha256: str  # hexadecimal; "" where its bytes are not there, or are too many


@dataclass(frozen=True, slots=True)
class Printed:
    """A message as the template wants it."""

    shown: Shown
    cases: list[FiledLine]
    attachments: list[Attachment]

    @property
    def people(self) -> list[tuple[str, list[list[str]]]]:
        """From, To, …: name and address of everybody; a pane has no room for all."""
        headers = self.shown.text.headers
        return [(label, headers[key]) for key, label in field_labels() if headers.get(key)]

    @property
    def received(self) -> str:
        return in_full(self.shown.text.internaldate)

    @property
    def sent(self) -> str:
        return in_full(self.shown.text.sent_at)

    @property
    def sum(self) -> str:
        """Of the message as it was received, attachments and all."""
        return bytes(self.shown.text.sha256).hex()

    @property
    def cut(self) -> bool:
        """Something of it was too much even to be read."""
        return any(defect.endswith(".limit") for defect in self.shown.text.defects)


@require_safe
@xframe_options_sameorigin
def message_print(request: Request, message_id: UUID) -> HttpResponseBase:
    """And those `?message=` that were marked with it."""
    first = found(opened(request.user, message_id)).text
    return _paper(request, first, in_order(request.user, [message_id, *_marked(request)]), together=False)


@require_safe
@xframe_options_sameorigin
def message_print_conversation(request: Request, message_id: UUID) -> HttpResponseBase:
    """And those of what was marked with it, one after another."""
    first = found(opened(request.user, message_id)).text
    ids: dict[UUID, None] = {}
    for one in (message_id, *_marked(request)):
        if one not in ids:
            ids |= dict.fromkeys(conversation_of(request.user, one))
    return _paper(request, first, list(ids), together=True)


def _marked(request: Request) -> Iterator[UUID]:
    return filter(None, map(as_uuid, request.GET.getlist("message")[:MOST]))


def in_full(moment: datetime | None) -> str:
    """3 May 2026, 12:04 CEST (UTC+02:00)."""
    if moment is None or moment == UNDATED:
        return dated(moment)
    local = timezone.localtime(moment)
    return f"{dated(moment)} {local:%Z} (UTC{local.isoformat()[-6:]})"


def _paper(request: Request, first: MessageText, ids: Sequence[UUID], *, together: bool) -> HttpResponseBase:
    nonce, now = token_urlsafe(16), in_full(timezone.now())
    context: dict[str, object] = {
        "nonce": nonce,
        "subject": first.subject,
        "first": first.public_id,
        "viewer": request.user,
        "now": now,
        "at_the_foot": _in_css(_("Printed %(now)s by %(name)s") % {"now": now, "name": request.user.name}),
        "count": len(ids),
        "together": together,
        "others": 0 if together else len(conversation_of(request.user, first.public_id)) - 1,
    }
    language, zone = translation.get_language() or "pl", timezone.get_current_timezone()

    def pieces() -> Iterator[str]:
        # The middleware that set them has gone by the time the page is sent.
        with translation.override(language), timezone.override(zone):
            yield _part("head", context)
            yield from _letters(request.user, ids, context)
            yield _part("foot", context)

    styles = f"style-src-elem 'nonce-{nonce}'; style-src-attr 'unsafe-inline'"
    return wall(StreamingHttpResponse(pieces()), pictures(request), styles, f"{SANDBOX} allow-modals")


def _letters(viewer: User, ids: Sequence[UUID], context: dict[str, object]) -> Iterator[str]:
    left = SUMMED
    for number, one in enumerate(ids, 1):
        page = opened(viewer, one)
        if page is None:  # taken back this very moment
            continue
        message = shown(page)
        summed = []
        for part, name, _icon_name in message.attachments:
            left -= part.length
            digest = (yield from _sum(page.text, part)) if left >= 0 else ""
            summed.append(Attachment(name, part.size, digest))
        cases = [line for line in filed(viewer, [page.text.id]).get(page.text.id, []) if line.case]
        printed = Printed(message, cases, summed)
        yield from _letter(printed, {**context, "printed": printed, "message": message, "number": number})


def _letter(printed: Printed, context: dict[str, object]) -> Iterator[str]:
    yield _part("begin", context)
    message = printed.shown
    yield from whole(message.text.text) if message.kind == "text" else (message.body,)
    yield _part("end", context)


def _part(name: str, context: dict[str, object]) -> str:
    return render_to_string(f"{TEMPLATE}#{name}", context)


def _in_css(words: str) -> SafeString:
    """Within a string of a style sheet, where HTML's references mean nothing and a sign's own number does (CSS Syntax 3 §4.3.7)."""
    return mark_safe("".join(sign if sign.isalnum() else f"\\{ord(sign):x} " for sign in words))  # noqa: S308


def _sum(text: MessageText, part: PartLine) -> Generator[str, None, str]:
    """Between its pieces it gives nothing, so that whoever hung up is not read for any longer (web/bridge.py)."""
    summed = sha256()
    try:
        for piece in part_pieces(text, part):
            summed.update(piece)
            yield ""
    except (PackDamaged, FileNotFoundError):
        return ""
    return summed.hexdigest()
