"""A case to be taken away: a page that says what will be in it, and the ZIP with its index in the reader's language."""

from collections.abc import Iterator
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from teczka.actions.case_export import LONGEST_ZIP, Contents, Nameless, export_case
from teczka.core.case_csv import table
from teczka.core.names import safe_name
from teczka.store.queries.case_export import messages
from teczka.web.cases.page import case_page
from teczka.web.mail.messages import download
from teczka.web.requests import Request, allowed


@require_safe
def case_zip(request: Request, case_id: UUID) -> HttpResponse:
    context = case_page(request, case_id, "export")
    count = len(messages(request.user, context["case"].id))
    return render(request, "cases/export.html", context | {"count": count})


@require_POST
def case_zip_file(request: Request, case_id: UUID) -> HttpResponseBase:
    language = get_language() or "pl"

    def index(contents: Contents) -> Iterator[tuple[str, bytes]]:
        # The answer leaves after the request's own language and zone have ended.
        with override(language), timezone.override(contents.zone):
            yield "index.html", render_to_string("cases/export_index.html", {"contents": contents}).encode()
            yield "index.csv", _table(contents)

    nameless = Nameless(_("message"), _("attachment"), _("document"))
    pieces = allowed(export_case, request.user, case_id, index, nameless)
    line = case_page(request, case_id, "export")["case"]
    day = timezone.localdate().isoformat()
    name = safe_name(line.shown, "teczka", LONGEST_ZIP - len(f" {day}"))
    return download(pieces, f"{name} {day}.zip", "application/zip")


def _table(contents: Contents) -> bytes:
    headings = [_("Kind"), _("Date"), _("From"), _("To"), _("Subject"), "Message-ID", _("File"), _("Size"), "SHA-256"]
    rows: list[list[str]] = []
    for message in contents.messages:
        at = f"{message.at:%Y-%m-%d %H:%M}" if message.at else ""
        told = [at, message.from_line, message.to_line, message.subject, message.message_id]
        for kind, file in ((_("message"), message.file), *((_("attachment"), one) for one in message.attachments)):
            rows.append([kind, *told, file.name, str(file.size), file.sha256])
    for document in contents.documents:
        file = document.file
        told = [f"{document.at:%Y-%m-%d %H:%M}", document.by, "", document.name, ""]
        rows.append([_("document"), *told, file.name, str(file.size), file.sha256])
    return table(headings, rows)
