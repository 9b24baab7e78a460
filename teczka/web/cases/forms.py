"""The fields of a case: its card, its parties row by row, its team."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.forms import formset_factory
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from teczka.core.cases import CaseState, PartyCard, Side
from teczka.core.numbering import Pattern
from teczka.core.references import parse
from teczka.language.order import sort_key
from teczka.store.models import User
from teczka.store.queries.tasks import colleagues
from teczka.web.cases.words import SIDES, STATES

MOST_PARTIES = 100
PARTY_FIELDS = ("id", "side", "name", "role", "addresses", "note")


class Day(forms.DateField):
    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **options)


class CardForm(forms.Form):
    """`own`: the office's patterns. A new case is open: it is not asked for its state."""

    name = forms.CharField(
        label=_("Name of the case"), help_text=_("Such as: Kowalski v. Nowak, payment."), max_length=300
    )
    number = forms.CharField(
        label=_("Own number"), help_text=_("The office's; empty: none."), required=False, max_length=60
    )
    client = forms.CharField(label=_("Client"), required=False, max_length=300)
    references = forms.CharField(
        label=_("References"),
        help_text=_("File numbers of courts, bailiffs, prosecutors; one a line, such as I C 12/24."),
        required=False,
        max_length=5_000,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
    )
    opened_on = Day(label=_("Opened on"))
    state = forms.ChoiceField(
        label=pgettext_lazy("of a case", "State"), choices=[(state.value, name) for state, name in STATES.items()]
    )
    closed_on = Day(label=_("Closed on"), help_text=_("Of a closed case; empty: today."))

    def __init__(self, data: Any, own: Sequence[Pattern], *, new: bool, **options: Any) -> None:
        super().__init__(data, **options)
        self._own = own
        if new:
            del self.fields["state"], self.fields["closed_on"]

    def clean_number(self) -> str:
        return " ".join(self.cleaned_data["number"].split())

    def clean_references(self) -> tuple[str, ...]:
        """As written; each names something that can be compared."""
        found: dict[Any, str] = {}
        lines = [" ".join(line.split()) for line in re.split(r"[\n;]", self.cleaned_data["references"])]
        wrong = []
        for line in filter(None, lines):
            if reference := parse(line, self._own):
                found.setdefault(reference.key, line)
            else:
                wrong.append(line)
        if wrong:
            said = gettext(
                "No reference that we know: %(lines)s. One a line, written as on letters: I C 12/24, Km 7/25."
            )
            raise ValidationError(said % {"lines": ", ".join(wrong[:3])})
        return tuple(found.values())

    def clean(self) -> None:
        told = self.cleaned_data
        if told.get("state", CaseState.OPEN) != CaseState.CLOSED:
            told["closed_on"] = None
        elif "closed_on" in told:
            told["closed_on"] = told["closed_on"] or timezone.localdate()


class PartyForm(forms.Form):
    """One row. Left empty it is none."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    side = forms.ChoiceField(label=_("Side"), choices=[(side.value, name) for side, name in SIDES.items()])
    name = forms.CharField(label=_("First and last name, or the firm"), required=False, max_length=300)
    role = forms.CharField(
        label=_("Role"), help_text=_("Such as: counsel of the plaintiff."), required=False, max_length=200
    )
    addresses = forms.CharField(
        label=_("E-mail addresses"),
        help_text=_("Their mail is recognised by these; commas between."),
        required=False,
        max_length=2_000,
        widget=forms.TextInput({"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}),
    )
    note = forms.CharField(
        label=_("Note"), help_text=_("Such as a telephone number."), required=False, max_length=1_000
    )

    def clean_addresses(self) -> tuple[str, ...]:
        told = [word for word in re.split(r"[\s,;]+", self.cleaned_data["addresses"].lower()) if word]
        for address in told:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(
                    gettext("“%(address)s” is not an e-mail address.") % {"address": address}
                ) from None
        return tuple(dict.fromkeys(told))

    def clean(self) -> None:
        told = self.cleaned_data
        if not told.get("name") and any(told.get(name) for name in ("role", "addresses", "note")):
            self.add_error("name", gettext("Say who it is, or empty the row."))

    def party(self) -> PartyCard | None:
        told = self.cleaned_data
        if not told.get("name"):
            return None
        return PartyCard(told["id"], Side(told["side"]), told["name"], told["role"], told["addresses"], told["note"])


PartyRows = formset_factory(PartyForm, extra=0, max_num=MOST_PARTIES, absolute_max=MOST_PARTIES, validate_max=True)


class TeamForm(forms.Form):
    """`joins`: the viewer is in it, whatever is chosen."""

    team = forms.MultipleChoiceField(label=_("Team"), required=False, widget=forms.CheckboxSelectMultiple)
    lead = forms.ChoiceField(label=_("Led by"), required=False)

    def __init__(self, data: Any, viewer: User, *, joins: bool = False, **options: Any) -> None:
        super().__init__(data, **options)
        self._always = {str(viewer.public_id)} if joins else set()
        people = sorted(colleagues(viewer), key=lambda one: (one.id != viewer.pk, sort_key(one.name)))
        named = [
            (str(one.public_id), gettext("%(name)s (you)") % {"name": one.name} if one.id == viewer.pk else one.name)
            for one in people
        ]
        self.fields["team"].choices = [one for one in named if one[0] not in self._always]  # type: ignore[attr-defined]
        self.fields["lead"].choices = [("", gettext("nobody")), *named]  # type: ignore[attr-defined]

    def clean(self) -> None:
        told = self.cleaned_data
        chosen = {*told.get("team", ()), *self._always, told.get("lead", "")} - {""}
        if not chosen and not self.errors:
            self.add_error("team", gettext("Somebody has to stay: what lies inside would be nobody's."))
        told["people"] = {UUID(one) for one in chosen}
        told["leads"] = UUID(told["lead"]) if told.get("lead") else None


def typed_rows(data: QueryDict) -> list[dict[str, str]] | None:
    """The rows as they stand, one more of them or one fewer, where that was asked for without script; None where it was not."""
    if "more" not in data and "drop" not in data:
        return None
    told = data.get("parties-TOTAL_FORMS", "")
    total = min(int(told), MOST_PARTIES) if re.fullmatch(r"[0-9]{1,4}", told) else 0
    rows = [{name: data.get(f"parties-{row}-{name}", "") for name in PARTY_FIELDS} for row in range(total)]
    if "drop" in data:
        return [row for place, row in enumerate(rows) if str(place) != data["drop"]]
    return [*rows, {"side": Side.OTHER.value}][:MOST_PARTIES]
