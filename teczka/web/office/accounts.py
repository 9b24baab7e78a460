"""People's external accounts: how they are doing, and how many somebody may have."""

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from teczka.actions.policy import set_limit
from teczka.language.order import sort_key
from teczka.store.queries.people import Person, everybody, people
from teczka.store.queries.policy import policy
from teczka.web.office.access import for_administrators
from teczka.web.office.policy import MOST_ACCOUNTS
from teczka.web.requests import Request, found
from teczka.web.said import Said, said, say


class LimitForm(forms.Form):
    account_limit = forms.IntegerField(
        label=_("External accounts"), required=False, min_value=0, max_value=MOST_ACCOUNTS
    )


@for_administrators
@require_safe
def office_people(request: Request) -> HttpResponse:
    staff = sorted(everybody(request.user), key=lambda person: (not person.active, sort_key(person.name)))
    without = sum(1 for person in staff if person.active and person.second_factor_at is None)
    context = {"people": staff, "without": without, "limit": policy(request.user).account_limit, "said": said(request)}
    return render(request, "office/people.html", context)


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def office_limit(request: Request, person_id: UUID) -> HttpResponse:
    person = found(next((one for one in people(request.user) if one.public_id == person_id), None))
    form = LimitForm(request.POST or None, initial={"account_limit": person.account_limit})
    form.fields["account_limit"].help_text = _("Empty: as many as the office's rules say (%(limit)s).") % {
        "limit": policy(request.user).account_limit
    }
    if request.method == "POST" and form.is_valid():
        set_limit(request.user, person_id, form.cleaned_data["account_limit"])
        say(request, Said.SAVED)
        return redirect("office_people")
    return render(request, "office/limit.html", {"form": form, "person": person})


def colleagues(request: Request) -> list[Person]:
    return sorted(people(request.user), key=lambda person: sort_key(person.name))
