"""What is said about a message inside the office, below it; without script on its page. Script asks for the section alone (`in=pane`)."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions.comments import LONGEST, add_comment, deaf, delete_comment, edit_comment, hear
from teczka.actions.sharing import With, share
from teczka.core.sharing import Scope
from teczka.store.models import User
from teczka.store.queries.comments import comments
from teczka.store.queries.messages import MessageText, message_text
from teczka.store.queries.sharing import audience
from teczka.web.requests import Request, allowed, found


class CommentForm(forms.Form):
    text = forms.CharField(max_length=LONGEST)
    decided = forms.ChoiceField(choices=[("", ""), ("share", ""), ("mention", "")], required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def message_comments(request: Request, message_id: UUID) -> HttpResponse:
    text = found(message_text(request.user, message_id))
    form = CommentForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        return _section(request, text)
    written, decided = form.cleaned_data["text"], form.cleaned_data["decided"]
    unaware = allowed(deaf, request.user, message_id, written) if text.owned and decided != "mention" else []
    if unaware and not decided:
        return _section(request, text, deaf=[person.name for person in unaware], written=written)
    if unaware:
        allowed(share, request.user, uuid4(), message_id, Scope.MESSAGE, With([one.public_id for one in unaware]))
    allowed(add_comment, request.user, message_id, written)
    return _done(request, message_id)


@require_POST
def comment_edit(request: Request, comment_id: UUID) -> HttpResponse:
    comment = allowed(edit_comment, request.user, comment_id, request.POST.get("text", ""))
    return _done(request, comment.message.public_id)


@require_POST
def comment_delete(request: Request, comment_id: UUID) -> HttpResponse:
    comment = allowed(delete_comment, request.user, comment_id)
    return _done(request, comment.message.public_id)


@require_POST
def comment_hear(request: Request, comment_id: UUID) -> HttpResponse:
    """“Understood”, under a mention in the list of what is shared."""
    allowed(hear, request.user, comment_id)
    return redirect("shared_list")


def beside(viewer: User, text: MessageText) -> dict[str, Any]:
    """What mail/comments.html wants."""
    return {
        "text": text,
        "comments": comments(viewer, text.public_id),
        "audience": audience(viewer, text.public_id),
    }


def _section(request: Request, text: MessageText, **more: object) -> HttpResponse:
    template = "mail/comments.html" if _in_pane(request) else "mail/comment_ask.html"
    return render(request, template, beside(request.user, text) | more)


def _done(request: Request, message_id: UUID) -> HttpResponse:
    if _in_pane(request):
        return _section(request, found(message_text(request.user, message_id)))
    return redirect(f"{reverse('message', args=[message_id])}#comments")


def _in_pane(request: Request) -> bool:
    return request.GET.get("in") == "pane"
