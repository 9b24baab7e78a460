"""Lists of tasks: one's own, all that one may see, and what is done."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from teczka.store.queries.tasks import (
    BLOCK,
    Scope,
    TaskLine,
    done_tasks,
    open_tasks,
    remembered,
    task,
)
from teczka.web.mail.messages import as_uuid
from teczka.web.requests import Request
from teczka.web.said import Told, said
from teczka.web.tasks.words import grouped, shown


@dataclass(frozen=True, slots=True)
class Tab:
    name: str  # of its address
    title: str
    empty: str
    advice: str


def tabs() -> dict[str, Tab]:
    return {
        tab.name: tab
        for tab in (
            Tab("tasks", _("Mine"), _("Nothing to do."), _("Type a task above, or press t over a message.")),
            Tab(
                "tasks_office",
                _("The office's"),
                _("Nobody has anything to do that you may see."),
                _("You see your own tasks, those of your cases and those for the whole office."),
            ),
            Tab(
                "tasks_done",
                pgettext("tasks", "Done"),
                _("Nothing is done yet."),
                _("What is ticked off is kept here, and can be taken up again."),
            ),
        )
    }


@require_safe
def task_list(request: Request) -> HttpResponse:
    return list_page(request, Scope.MINE)


@require_safe
def task_list_office(request: Request) -> HttpResponse:
    return list_page(request, Scope.OFFICE)


@require_safe
def task_list_done(request: Request) -> HttpResponse:
    lines = done_tasks(request.user, after=as_uuid(request.GET.get("after", "")), most=BLOCK + 1)
    today = timezone.localdate()
    parts = [("done", pgettext("tasks", "Done"), [shown(line, today) for line in lines[:BLOCK]])] if lines else []
    return _page(request, "tasks_done", {"parts": parts, **_more(lines)})


def list_page(request: Request, scope: Scope, **more: str) -> HttpResponse:
    """`more`: of a line that was not understood."""
    after = as_uuid(request.GET.get("after", ""))
    lines = open_tasks(request.user, scope, after=after, most=BLOCK + 1)
    today = timezone.localdate()
    soon = [] if scope is not Scope.MINE or after else [shown(line, today) for line in remembered(request.user, today)]
    context = {"parts": grouped(lines[:BLOCK], today), "soon": soon, **more}
    return _page(request, "tasks" if scope is Scope.MINE else "tasks_office", context | _more(lines))


def _page(request: Request, name: str, context: dict[str, Any]) -> HttpResponse:
    told, here = said(request), request.get_full_path() if request.method == "GET" else reverse("tasks")
    every = tabs()
    return render(
        request,
        "tasks/list.html",
        {
            "tab": every[name],
            "tabs": every.values(),
            "said": told,
            "about": _about(request, told),
            "here": here,
            **context,
        },
    )


def _about(request: Request, told: Told | None) -> Any:
    """The task that something was just said of, where it is still there to be seen."""
    key = next((key for piece in (told.back if told else "").split("/") if (key := as_uuid(piece))), None)
    line = task(request.user, key) if key else None
    return shown(line, timezone.localdate()) if line else None


def _more(lines: list[TaskLine]) -> dict[str, UUID | None]:
    return {"next_after": lines[BLOCK - 1].public_id if len(lines) > BLOCK else None}
