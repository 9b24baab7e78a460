"""What somebody sets for themselves."""

from django import forms
from django.conf import settings
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from teczka.actions.people import save_settings
from teczka.core.outgoing import UNDO_SECONDS
from teczka.core.people import READ_AFTER
from teczka.web.requests import Request
from teczka.web.said import Said, said, say


class SettingsForm(forms.Form):
    name = forms.CharField(label=_("Your full name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    read_after = forms.TypedChoiceField(
        label=_("A message counts as read"),
        choices=[
            (READ_AFTER, _("after three seconds of looking at it")),
            (0, _("as soon as it is opened")),
            (-1, _("only when I mark it so")),
        ],
        coerce=int,
    )
    undo_seconds = forms.TypedChoiceField(
        label=_("Taking back a letter that was sent"),
        choices=lambda: [
            (
                seconds,
                gettext("within %(n)s seconds") % {"n": seconds} if seconds else gettext("never: it goes at once"),
            )
            for seconds in UNDO_SECONDS
        ],
        coerce=int,
    )
    single_keys = forms.BooleanField(
        label=_("Shortcuts of one letter"),
        help_text=_(
            "Such as j, k and ?. Switch them off where speech input or a slip presses them. The arrows go on working."
        ),
        required=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def own_settings(request: Request) -> HttpResponse:
    form = SettingsForm(request.POST or None, initial=model_to_dict(request.user, SettingsForm.base_fields))
    if request.method == "POST" and form.is_valid():
        save_settings(request.user, **form.cleaned_data)
        say(request, Said.SAVED)
        return redirect("own_settings")
    return render(request, "session/settings.html", {"form": form, "said": said(request)})
