"""Texts that somebody writes again and again: their pages."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teczka.actions.drafts import safe
from teczka.actions.templates import drop_template, save_template
from teczka.core.errors import AlreadyThere, Problem
from teczka.core.meanwhile import ChangedMeanwhile, clashes, insisted, marks
from teczka.mime.text import of_html
from teczka.store.queries.templates import TemplateLine, template, templates
from teczka.web.compose.document import with_its_looks
from teczka.web.compose.files import told as words_of
from teczka.web.compose.written import WrittenForm
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, said, say


class TemplateForm(WrittenForm):
    name = forms.CharField(label=_("Name"), max_length=100)
    subject = forms.CharField(
        label=_("Subject"), help_text=_("Put into a letter that has none."), required=False, max_length=1000
    )


@require_safe
def template_list(request: Request) -> HttpResponse:
    lines = [(one, of_html(one.html)[:200]) for one in templates(request.user)]
    return render(request, "compose/templates.html", {"lines": lines, "said": said(request)})


@with_its_looks
@require_http_methods(["GET", "HEAD", "POST"])
def template_add(request: Request) -> HttpResponse:
    return _edit(request, None)


@with_its_looks
@require_http_methods(["GET", "HEAD", "POST"])
def template_edit(request: Request, template_id: UUID) -> HttpResponse:
    return _edit(request, found(template(request.user, template_id)))


@require_POST
def template_drop(request: Request, template_id: UUID) -> HttpResponse:
    allowed(drop_template, request.user, template_id)
    return redirect("template_list")


def _edit(request: Request, one: TemplateLine | None) -> HttpResponse:
    written = one.written if one else {"name": "", "subject": "", "html": ""}
    seen = request.POST.get("seen", "") if request.POST else marks(written)
    theirs: list[tuple[str, list[str]]] | None = None
    form = TemplateForm(request.POST or None, initial=written)
    typed = ""
    if request.method == "POST":
        try:
            written = _typed(form)
            if form.is_valid():
                allowed(save_template, request.user, one.public_id if one else None, **written, seen=seen)
                say(request, Said.SAVED)
                return redirect("template_list")
        except AlreadyThere:
            form.add_error("name", str(_("Another template bears this name.")))
        except Problem as problem:
            form.add_error(None, words_of(problem))
            typed = form.page()
        except ChangedMeanwhile:
            now = found(template(request.user, found(one).public_id)).written
            theirs = _theirs(now, clashes(now, written, seen))
            written, seen = insisted(now, written, seen), marks(now)
            form = TemplateForm(None, initial=written)
    told = {"form": form, "one": one, "seen": seen, "theirs": theirs, "typed": typed}
    return render(request, "compose/template.html", told | _text(form, written["html"], typed))


def _text(form: TemplateForm, html: str, typed: str) -> dict[str, str]:
    """`html`: made safe when it was typed, or saved; `typed`: what was too long for that."""
    plain = form.cleaned_data["text"] if typed else of_html(html)
    return {"plain_text": plain, "written": mark_safe(html)}  # noqa: S308


def _typed(form: TemplateForm) -> dict[str, str]:
    """What was understood of it, the text made safe. Raises Problem."""
    form.full_clean()
    told = form.cleaned_data
    return {"name": told.get("name", ""), "subject": told.get("subject", ""), "html": safe(form.page(), ())}


def _theirs(now: Mapping[str, str], names: Collection[str]) -> list[tuple[str, list[str]]]:
    """What it says now, of the fields with these names, in words."""
    told = {
        "name": (_("Name"), [now["name"]]),
        "subject": (_("Subject"), [now["subject"]]),
        "html": (_("Text"), of_html(now["html"]).splitlines()),
    }
    return [(str(label), list(filter(None, said))) for name, (label, said) in told.items() if name in names]
