"""One message: its page, its pane, its body and its bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from teczka.actions.audit import note_view
from teczka.actions.reading import read_now
from teczka.core.folders import FolderRole
from teczka.core.labels import labels_of
from teczka.core.names import part_name, safe_name
from teczka.core.people import initials
from teczka.core.sharing import faces
from teczka.mime.leading import Lead, misleading
from teczka.mime.preview import beginning, plain
from teczka.mime.references import pieces
from teczka.mime.unsubscribe import Way
from teczka.store.models import User
from teczka.store.queries.messages import MessagePage, MessageText, PartLine, message_page, message_text
from teczka.store.queries.raw import raw_pieces
from teczka.web.labels import shown as shown_label
from teczka.web.mail.conversation import around, asked_whole
from teczka.web.mail.frame import framed
from teczka.web.mail.names import disposition
from teczka.web.mail.strip import strip
from teczka.web.mail.tree import folder_name
from teczka.web.requests import Request, found
from teczka.web.said import said

NAMED = 3  # recipients named before "and n more"
LONG = 300  # signs of a subject that is not shown whole at once
LABELS = 8  # chips in the head; the dialog has them all
LISTED = 200  # recipients in the details; the source has them all
_CUT = frozenset(("text.limit", "html.limit"))
DOWNLOAD_POLICY = "default-src 'none'; sandbox"


@dataclass(frozen=True, slots=True)
class Recipients:
    label: str
    people: list[tuple[str, str]]  # name or address, address
    more: int  # beyond those listed

    @property
    def first(self) -> str:
        return ", ".join(name for name, _address in self.people[:NAMED])

    @property
    def others(self) -> int:
        return max(len(self.people) - NAMED, 0) + self.more


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the templates want it."""

    page: MessagePage
    text: MessageText
    to: Recipients
    details: list[Recipients]
    attachments: list[tuple[PartLine, str, str]]  # with its safe name and icon
    places: list[tuple[str, bool]]  # "kancelaria · Pisma", gone on the server
    kind: str  # html | text
    body: str  # sanitised, to be put into the frame

    @property
    def subject(self) -> list[tuple[str, str]]:
        """Its words, and where those that are references lead to."""
        return pieces(self.text.subject or "", self.text.own_numbers)

    @property
    def long(self) -> bool:
        """Its subject would push the mail off the screen."""
        return len(self.text.subject or "") > LONG

    @property
    def gone(self) -> bool:
        return bool(self.places) and all(gone for _name, gone in self.places)

    @property
    def labels(self) -> list[str]:
        """Its owner's own, as people read them."""
        return [shown_label(keyword) for keyword in self._borne[:LABELS]]

    @property
    def more_labels(self) -> int:
        return max(len(self._borne) - LABELS, 0)

    @property
    def _borne(self) -> list[str]:
        return labels_of({keyword for place in self.page.places for keyword in place.keywords})

    @property
    def managed(self) -> bool:
        """It can be moved about."""
        return any(place.managed and not place.gone_at for place in self.page.places)

    @property
    def looks(self) -> str:
        """As a row's: where it lies first."""
        return " ".join(
            look
            for place in self.page.places[:1]
            for look, so in (("unread", not place.seen), ("starred", place.flagged))
            if so
        )

    @property
    def way_out(self) -> Way | None:
        """Of the mailing list that it came by. Of spam there is none: its sender would learn that somebody reads it."""
        spam = any(place.role == FolderRole.JUNK and not place.gone_at for place in self.page.places)
        return self.text.unsubscribe if self.text.owned and not spam else None

    @property
    def draft(self) -> bool:
        """It lies among its owner's drafts."""
        return any(place.role == FolderRole.DRAFTS and not place.gone_at for place in self.page.places)

    @property
    def seen_by(self) -> str:
        """Who else sees it, in few words."""
        names = self.page.seen_by
        return ", ".join(names) if len(names) <= NAMED else faces(names)

    @property
    def unreached(self) -> str:
        """Whom the server refused when it was sent."""
        return ", ".join(self.page.unreached[:LISTED])

    @property
    def initial(self) -> str:
        name = self.text.from_name or self.text.from_address
        return next((sign for sign in initials(name) + name.upper() if sign.isalnum()), "?")

    @property
    def hosts(self) -> str:
        """Whose pictures were blocked; three names are enough."""
        return ", ".join(self.text.blocked_hosts[:NAMED]) + ("…" if len(self.text.blocked_hosts) > NAMED else "")

    @property
    def misleading(self) -> list[Lead]:
        """Links that name another host than they lead to."""
        return misleading(self.body)

    @property
    def unreadable(self) -> bool:
        return "unreadable" in self.text.defects

    @property
    def cut(self) -> bool:
        long = self.kind == "text" and len(beginning(self.text.text)) < len(self.text.text)
        return long or not _CUT.isdisjoint(self.text.defects)


@require_safe
def message(request: Request, message_id: UUID) -> HttpResponse:
    page = found(opened(request.user, message_id))
    lines = around(request.user, message_id, whole=asked_whole(request))
    context = {"message": shown(page), "said": said(request), "strip": strip(request.user, page), "around": lines}
    return render(request, "mail/message.html", context)


@require_safe
def message_pane(request: Request, message_id: UUID) -> HttpResponse:
    page = found(opened(request.user, message_id))
    context = {"message": shown(page), "strip": strip(request.user, page), "around": around(request.user, message_id)}
    return render(request, "mail/pane.html", context)


@require_safe
def message_turn(request: Request, message_id: UUID) -> HttpResponse:
    """It stands below its line, in the conversation of another."""
    return render(request, "mail/turn.html", {"message": shown(found(opened(request.user, message_id)))})


@require_safe
@xframe_options_sameorigin
def message_body(request: Request, message_id: UUID) -> HttpResponse:
    text = given_out(request.user, found(message_text(request.user, message_id)))
    kind, body = body_of(text)
    return framed(request, body, kind)


@require_safe
def message_raw(request: Request, message_id: UUID) -> HttpResponseBase:
    text = given_out(request.user, found(message_text(request.user, message_id)))
    name = safe_name(text.subject or "", _("message")) + ".eml"
    return download(raw_pieces(text), name, "message/rfc822", text.entry.raw_length)


def opened(viewer: User, message_id: UUID) -> MessagePage | None:
    """What the pane shows. A message that waits to be read is read now, out of turn: somebody wants to see it."""
    page = message_page(viewer, message_id)
    if page:
        given_out(viewer, page.text)
    if page is None or page.text.read or not page.text.owned:
        return page
    read_now(viewer.pk, page.text.id)
    return message_page(viewer, message_id)


def given_out(viewer: User, text: MessageText) -> MessageText:
    """Another's message leaves the house for this viewer's browser, which the audit says, whether or not they come to look at it."""
    if not text.owned:
        note_view(viewer, text.public_id)
    return text


def download(pieces: Iterator[bytes], name: str, content_type: str, length: int | None = None) -> StreamingHttpResponse:
    """Bytes that a stranger made: saved, never opened as a page of ours."""
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response.headers["Content-Disposition"] = disposition(name)
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    if length is not None:
        response.headers["Content-Length"] = str(length)
    return response


def body_of(text: MessageText) -> tuple[str, str]:
    return ("html", text.html) if text.html else ("text", plain(text.text, text.own_numbers))


def shown(page: MessagePage) -> Shown:
    text = page.text
    kind, body = body_of(text)
    details = [_recipients(label, text.headers.get(key, [])) for key, label in field_labels()]
    return Shown(
        page,
        text,
        to=_recipients("", text.headers.get("to", []) + text.headers.get("cc", [])),
        details=[line for line in details if line.people],
        attachments=[
            (part, part_name(part.name, part.content_type, _("attachment")), icon_of(part.content_type))
            for part in page.parts
            if part.kind == "attachment"
        ],
        places=[
            (f"{place.account} · {folder_name(place.path, place.delimiter, place.role)}", bool(place.gone_at))
            for place in page.places
        ],
        kind=kind,
        body=body,
    )


def icon_of(content_type: str) -> str:
    main, _slash, sub = content_type.partition("/")
    if main == "image":
        return "file-image"
    if main == "text" or "pdf" in sub or "word" in sub or "opendocument.text" in sub:
        return "file-text"
    if "sheet" in sub or "excel" in sub:
        return "file-spreadsheet"
    if content_type == "message/rfc822":
        return "mail"
    return "file-archive" if sub in {"zip", "x-7z-compressed", "gzip", "x-rar-compressed", "vnd.rar"} else "file"


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def field_labels() -> list[tuple[str, str]]:
    """The fields that name people, by their keys in MessageText.headers."""
    return [("from", _("From")), ("to", _("To")), ("cc", _("Cc")), ("bcc", _("Bcc")), ("reply_to", _("Reply-To"))]


def _recipients(label: str, people: list[list[str]]) -> Recipients:
    named = [(name or address, address) for name, address in people[:LISTED]]
    return Recipients(label, named, len(people) - len(named))
