"""A reference that stands in a message: the case that bears it, or everything that does."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from teczka.actions.cases import own_patterns
from teczka.core.references import Place, parse
from teczka.store.queries.references import BLOCK, cases_with, messages_with
from teczka.web.cases.dues import with_dues
from teczka.web.mail.messages import as_uuid
from teczka.web.requests import Request, found

PLACES = {
    Place.SUBJECT: _("in the subject"),
    Place.TEXT: _("in the text"),
    Place.FILE: _("in the name of an attachment"),
}


@require_safe
def reference(request: Request, written: str) -> HttpResponse:
    """Its one case, straight away, where the viewer may see exactly one."""
    named = found(parse(written, own_patterns(request.user)))
    cases = cases_with(request.user, named)
    if len(cases) == 1:
        return redirect("case", cases[0].public_id)
    after = as_uuid(request.GET.get("after", ""))
    messages = messages_with(request.user, named, after, BLOCK + 1)
    context = {
        "reference": str(named),
        "cases": with_dues(cases),
        "messages": [(one, PLACES[Place(one.reason)]) for one in messages[:BLOCK]],
        "more": messages[BLOCK - 1].public_id if len(messages) > BLOCK else None,
        "further": after is not None,
    }
    return render(request, "cases/reference.html", context)
