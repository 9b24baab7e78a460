"""What is asked about a task."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from teczka.core.due_dates import read_due
from teczka.core.tasks import LONGEST_NOTE, LONGEST_TITLE, Reminder, Wanted
from teczka.store.models import User
from teczka.store.queries.case_names import CaseName, all_cases, case_name, meant, offered_cases
from teczka.store.queries.tasks import TaskLine, colleagues

REMINDERS = [
    (Reminder.SAME_DAY.value, gettext_lazy("in the morning of that day")),
    (Reminder.DAY_BEFORE.value, gettext_lazy("the day before")),
    (Reminder.THREE_DAYS.value, gettext_lazy("three days before")),
    (Reminder.WEEK.value, gettext_lazy("a week before")),
    (Reminder.NONE.value, gettext_lazy("not at all")),
]


class DueField(forms.CharField):
    """A day in a person's words."""

    def prepare_value(self, value: Any) -> Any:
        return f"{value.day}.{value:%m.%Y}" if isinstance(value, date) else value

    def clean(self, value: Any) -> date | None:
        text = str(super().clean(value) or "").strip()
        due = read_due(text, timezone.localdate()) if text else None
        if text and due is None:
            raise ValidationError(_("This is no day that we understand. Type it as 14.05, Friday or in 2 weeks."))
        return due


class TaskForm(forms.Form):
    """Bound to whose words its cases and people are. `line`: that it changes; whoever does not govern it is not asked who sees it."""

    title = forms.CharField(label=gettext_lazy("Task"), max_length=LONGEST_TITLE)
    due = DueField(
        label=pgettext_lazy("a task", "Due"),
        help_text=gettext_lazy("14.05, Friday, tomorrow, in 2 weeks, +3 – or leave it empty."),
        required=False,
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    assignee = forms.TypedChoiceField(label=gettext_lazy("Who does it"), coerce=UUID)
    case = forms.CharField(
        label=gettext_lazy("Case"),
        help_text=gettext_lazy("Its number or a part of its name – or leave it empty."),
        required=False,
        max_length=300,
        widget=forms.TextInput({"list": "cases", "autocomplete": "off"}),
    )
    for_office = forms.BooleanField(
        label=gettext_lazy("The whole office sees it"),
        help_text=gettext_lazy("Of a task without a case. One of a case is its team's."),
        required=False,
    )
    reminder = forms.TypedChoiceField(label=gettext_lazy("Remind"), choices=REMINDERS, coerce=int)
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=LONGEST_NOTE, widget=forms.Textarea({"rows": 3})
    )

    def __init__(
        self,
        data: Any,
        viewer: User,
        line: TaskLine | None = None,
        title: str = "",
        case: UUID | None = None,
        ours: Wanted | None = None,
    ) -> None:
        """`title`, `case`: what a new one begins with. `ours`: what was typed before, and is asked for again."""
        self.viewer, self.line = viewer, line
        self.begun_with = ours or (line.wanted if line else Wanted(title, assignee=viewer.public_id, case=case))
        super().__init__(data, initial=_initial(viewer, line, self.begun_with))
        self.fields["assignee"].choices = self._people()  # type: ignore[attr-defined]
        if line and not line.governed:
            for name in ("assignee", "case", "for_office"):
                del self.fields[name]

    @cached_property
    def offered(self) -> list[CaseName]:
        return offered_cases(self.viewer)

    def clean_case(self) -> UUID | None:
        typed = " ".join(self.cleaned_data["case"].split())
        if not typed:
            return None
        if self.line and self.line.case and typed == self.line.case_shown:
            return self.line.case
        return one_case(typed, meant(typed, all_cases(self.viewer))).public_id

    def wanted(self) -> Wanted:
        """What was valid of it; before anything was said, what it begins with."""
        line = self.line
        if not self.is_bound:
            return self.begun_with
        told = self.cleaned_data
        governed = line is None or line.governed
        return Wanted(
            title=told.get("title", ""),
            note=told.get("note", ""),
            due_on=told.get("due"),
            assignee=told.get("assignee") if governed or line is None else line.assignee,
            case=told.get("case") if governed or line is None else line.case,
            for_office=told.get("for_office", False) if governed or line is None else line.for_office,
            reminder=Reminder(told.get("reminder", Reminder.SAME_DAY)),
        )

    def _people(self) -> list[tuple[UUID, str]]:
        return [
            (one.public_id, _("%(name)s (you)") % {"name": one.name} if one.id == self.viewer.pk else one.name)
            for one in colleagues(self.viewer)
        ]


def one_case(typed: str, found: list[CaseName]) -> CaseName:
    """Raises ValidationError where it is none, or may be several: nothing is guessed."""
    if not found:
        raise ValidationError(_("No case is found by “%(typed)s”.") % {"typed": typed})
    if len(found) > 1:
        several = "; ".join(one.shown for one in found[:3])
        raise ValidationError(
            _("“%(typed)s” may be several cases: %(several)s…") % {"typed": typed, "several": several}
        )
    return found[0]


def shown_case(viewer: User, public_id: UUID | None) -> str:
    found = case_name(viewer, public_id) if public_id else None
    return found.shown if found else ""


def theirs(line: TaskLine, names: Collection[str]) -> list[tuple[str, list[str]]]:
    """What it says now, of the fields of Wanted with these names, in words."""
    now = line.wanted
    told = {
        "title": ("title", now.title),
        "due_on": ("due", DueField().prepare_value(now.due_on) or ""),
        "assignee": ("assignee", line.assignee_name),
        "case": ("case", line.case_shown),
        "for_office": ("for_office", pgettext("a tick", "yes") if now.for_office else pgettext("a tick", "no")),
        "reminder": ("reminder", str(dict(REMINDERS)[now.reminder.value])),
        "note": ("note", now.note),
    }
    return [
        (str(TaskForm.base_fields[at].label), said.splitlines()) for name, (at, said) in told.items() if name in names
    ]


def _initial(viewer: User, line: TaskLine | None, begun: Wanted) -> dict[str, Any]:
    fields = asdict(begun) | {"due": begun.due_on, "reminder": begun.reminder.value}
    its = line is not None and line.case == begun.case
    return fields | {"case": line.case_shown if line and its else shown_case(viewer, begun.case)}
