"""One person of the office, as its administrators see them: let in or not, what they may, and who takes their place."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teczka.actions.invitations import invite, new_link
from teczka.actions.leaving import disable, enable, hand_over, set_role
from teczka.actions.second_factor import lift
from teczka.core.accounts import UNDO_DAYS, Farewell
from teczka.core.errors import AlreadyThere, Problem
from teczka.core.people import Role
from teczka.language.order import sort_key
from teczka.store.models import User
from teczka.store.queries.identities import senders
from teczka.store.queries.people import Person, everybody
from teczka.web.office.access import for_administrators
from teczka.web.problems import tell
from teczka.web.requests import Request, found
from teczka.web.said import Said, said, say

ROLES = [
    (Role.MEMBER.value, pgettext_lazy("a role", "Member")),
    (Role.ADMINISTRATOR.value, gettext_lazy("Administrator")),
]
ACTS = {
    "disable": (disable, Said.SHUT_OUT),
    "enable": (enable, Said.LET_IN),
    "lift": (lift, Said.SECOND_FACTOR_LIFTED),
}


class InviteForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Full name"), max_length=200)
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("They sign in with it. Nothing is sent there by itself."),
        max_length=254,
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLES)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLES)


class HandOverForm(forms.Form):
    successor = forms.TypedChoiceField(label=gettext_lazy("Who takes their place"), coerce=UUID)
    farewell = forms.TypedChoiceField(
        label=gettext_lazy("The rest of their mail"),
        choices=[
            (Farewell.ARCHIVE.value, gettext_lazy("stays, and nobody can see it")),
            (Farewell.REMOVE.value, gettext_lazy("is removed from Teczka after %(days)s days") % {"days": UNDO_DAYS}),
        ],
        coerce=Farewell,
    )


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def office_invite(request: Request) -> HttpResponse:
    form = InviteForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        told = form.cleaned_data
        try:
            made, token = invite(request.user, told["email"], told["name"], Role(told["role"]))
        except AlreadyThere:
            form.add_error("email", _("Somebody signs in with this address already."))
        else:
            return render(request, "office/link.html", _link(request, made, token))
    return render(request, "office/invite.html", {"form": form})


@for_administrators
@require_safe
def office_person(request: Request, person_id: UUID) -> HttpResponse:
    return render(request, "office/person.html", _page(request, person_id))


@for_administrators
@require_POST
def office_person_role(request: Request, person_id: UUID) -> HttpResponse:
    form = RoleForm(request.POST)
    if not form.is_valid():
        return redirect("office_person", person_id)
    role = Role(form.cleaned_data["role"])
    try:
        set_role(request.user, person_id, role)
    except Problem as problem:
        return _refused(request, person_id, problem)
    say(request, Said.SAVED)
    goes = person_id == request.user.public_id and role is Role.MEMBER  # these pages are theirs no longer
    return redirect("own_settings") if goes else redirect("office_person", person_id)


@for_administrators
@require_POST
def office_person_act(request: Request, person_id: UUID, verb: str) -> HttpResponse:
    """Lets somebody in, or no longer, or by their password alone."""
    act, done = ACTS[verb]
    try:
        act(request.user, person_id)
    except Problem as problem:
        return _refused(request, person_id, problem)
    say(request, done)
    return redirect("office_person", person_id)


@for_administrators
@require_POST
def office_person_link(request: Request, person_id: UUID) -> HttpResponse:
    """It is told on this page alone, and kept nowhere."""
    person, token = new_link(request.user, person_id)
    return render(request, "office/link.html", _link(request, person, token))


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def office_hand_over(request: Request, person_id: UUID) -> HttpResponse:
    people = everybody(request.user)
    person = found(next((one for one in people if one.public_id == person_id and not one.active), None))
    form = HandOverForm(request.POST if request.method == "POST" else None, initial={"farewell": Farewell.ARCHIVE})
    heirs = sorted((one for one in people if one.active), key=lambda one: sort_key(one.name))
    form.fields["successor"].choices = [(str(one.public_id), one.name) for one in heirs]  # type: ignore[attr-defined]
    if form.is_valid():
        try:
            hand_over(request.user, person_id, form.cleaned_data["successor"], form.cleaned_data["farewell"])
        except Problem as problem:
            form.add_error("successor", tell(problem.trouble, problem.params).what)
        else:
            say(request, Said.HANDED_OVER)
            return redirect("office_person", person_id)
    return render(request, "office/hand_over.html", {"form": form, "person": person})


def _page(request: Request, person_id: UUID) -> dict[str, Any]:
    person: Person = found(next((one for one in everybody(request.user) if one.public_id == person_id), None))
    role = Role.ADMINISTRATOR if person.is_administrator else Role.MEMBER
    myself = person_id == request.user.public_id
    return {"person": person, "form": RoleForm(initial={"role": role}), "myself": myself, "said": said(request)}


def _refused(request: Request, person_id: UUID, problem: Problem) -> HttpResponse:
    wrong = tell(problem.trouble, problem.params)
    return render(request, "office/person.html", _page(request, person_id) | {"wrong": wrong}, status=400)


def _link(request: Request, person: User, token: str) -> dict[str, Any]:
    """And the letter that would bring it, from an account of the administrator's own, where there is one."""
    link = request.build_absolute_uri(reverse("join", args=[person.public_id, token]))
    subject = _("Your way into Teczka")
    days = settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)
    told = {"office": person.office.name, "days": days, "link": link}
    body = _(
        "Hello,\n\nhere you choose your password for Teczka (%(office)s). The link works once, for %(days)s days:\n\n%(link)s\n"
    )
    mailto = f"mailto:{quote(person.email)}?subject={quote(subject)}&body={quote(body % told)}"
    sends = any(one.sends for one in senders(request.user))
    return {"person": person, "link": link, "days": days, "mailto": mailto if sends else ""}
