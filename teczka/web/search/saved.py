"""Searches that bear a name: given one, another, or none any more. And those made of late."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions.searches import LONGEST, drop_search, forget_searches, note_search, rename_search, save_search
from teczka.core.errors import AlreadyThere, NotAllowed
from teczka.store.queries.searches import SearchLine, saved_as, saved_search
from teczka.web.mail.asked import Asked, asked_of
from teczka.web.requests import Request, allowed, found


class NameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)

    def done(self, act: Callable[[str], object]) -> bool:
        """False where the form is to be shown again, with what is wrong."""
        if not self.is_valid():
            return False
        try:
            act(self.cleaned_data["name"])
        except AlreadyThere:
            self.add_error("name", str(_("Another search bears this name.")))
        return self.is_valid()


class NotedForm(forms.Form):
    q = forms.CharField(max_length=LONGEST)


@require_http_methods(["GET", "HEAD", "POST"])
def search_save(request: Request) -> HttpResponse:
    """Of what is saved already it is the search, so that the way back in the browser's history leads to no form."""
    asked = asked_of(request.GET)
    saved = saved_as(request.user, asked.text, best=asked.best)
    if saved and request.method != "POST":
        return redirect(asked.url)
    form = NameForm(request.POST or None, initial={"name": asked.said[:100]})
    refused = _refused(asked, saved)
    if (
        request.method == "POST"
        and not refused
        and form.done(lambda name: allowed(save_search, request.user, name, asked.text, best=asked.best))
    ):
        return redirect(asked.url)
    return _page(request, form, asked, None, refused)


@require_http_methods(["GET", "HEAD", "POST"])
def search_saved(request: Request, search_id: UUID) -> HttpResponse:
    saved = saved_search(request.user, search_id)
    if saved is None:
        return _removed(request)
    form = NameForm(request.POST or None, initial={"name": saved.name})
    asked = Asked(saved.query, saved.best)
    try:
        if request.method == "POST" and form.done(lambda name: rename_search(request.user, search_id, name)):
            return redirect(asked.url)
    except NotAllowed:
        return _removed(request)
    return _page(request, form, asked, saved)


@require_POST
def search_saved_drop(request: Request, search_id: UUID) -> HttpResponse:
    try:
        drop_search(request.user, search_id)
    except NotAllowed:
        return _removed(request)
    return redirect(asked_of(request.GET).url)


def _removed(request: Request) -> HttpResponse:
    """In another window, or one came back to its page: the address tells what it asked for, and whoever gives it a name has it again."""
    asked = asked_of(request.GET)
    found(asked.text or None)
    return search_save(request) if "name" in request.POST else redirect(asked.url)


@require_POST
def search_noted(request: Request) -> HttpResponse:
    form = NotedForm(request.POST)
    if form.is_valid():
        note_search(request.user, form.cleaned_data["q"])
    return HttpResponse("{}", content_type="application/json")


@require_POST
def search_forget(request: Request) -> HttpResponse:
    forget_searches(request.user)
    return HttpResponse("{}", content_type="application/json")


def _refused(asked: Asked, saved: SearchLine | None) -> str:
    if asked.query.node is None:
        return gettext("There is nothing to save yet: write first what you are looking for.")
    return gettext("This search is already saved as “%(name)s”.") % {"name": saved.name} if saved else ""


def _page(request: Request, form: NameForm, asked: Asked, saved: SearchLine | None, refused: str = "") -> HttpResponse:
    return render(request, "search/save.html", {"form": form, "asked": asked, "saved": saved, "refused": refused})
