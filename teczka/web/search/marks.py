"""In the message that was opened from what was found: which of its words a search means."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.html import escape
from django.views.decorators.http import require_safe

from teczka.store.queries.messages import message_text
from teczka.web.mail.asked import asked_of
from teczka.web.requests import Request, found
from teczka.web.search.marking import words_of


@require_safe
def message_marks(request: Request, message_id: UUID) -> HttpResponse:
    """As they stand in its text, a line each. The page marks them where they are shown; into the mail itself nothing is written."""
    text = found(message_text(request.user, message_id))
    return HttpResponse(escape("\n".join(words_of(asked_of(request.GET).sought, text.text))))
