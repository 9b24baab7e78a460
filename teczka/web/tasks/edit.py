"""One task: its form as a page, and as a dialog over the message that it is made from."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions.tasks import add_task, restore, save_task, seen_by
from teczka.core.errors import NotAllowed, Problem
from teczka.core.meanwhile import ChangedMeanwhile, clashes, insisted, marks
from teczka.core.tasks import LONGEST_TITLE, WHO, Wanted
from teczka.mime.quoting import bare_subject
from teczka.store.models import User
from teczka.store.queries.filing import of_task
from teczka.store.queries.tasks import TaskLine, source, task
from teczka.web.mail.messages import as_uuid
from teczka.web.problems import tell
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, say
from teczka.web.tasks.acting import back_of, next_of
from teczka.web.tasks.form import TaskForm, theirs
from teczka.web.tasks.words import audience_in_words, due_told, shown


@require_http_methods(["GET", "HEAD", "POST"])
def task_add(request: Request) -> HttpResponse:
    message = as_uuid(request.GET.get("message", ""))
    form = TaskForm(request.POST or None, request.user, **_beginning(request, message))
    if request.method == "POST" and form.is_valid():
        try:
            made = allowed(add_task, request.user, form.wanted(), message)
        except Problem as problem:
            form.add_error("assignee", tell(problem.trouble, problem.params).what)
        else:
            return _added(request, made.public_id)
    context = {"form": form, "message": message, "next": next_of(request), **_told(request.user, form, None)}
    return render(request, "tasks/dialog.html" if _in_dialog(request) else "tasks/add.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def task_edit(request: Request, task_id: UUID) -> HttpResponse:
    line = found(task(request.user, task_id, removed=request.method == "POST"))
    form = TaskForm(request.POST or None, request.user, line)
    if "restore" in request.POST and form.is_valid():
        allowed(restore, request.user, task_id)
        line = found(task(request.user, task_id))
    context: dict[str, Any] = {"seen": request.POST.get("seen", "") if form.is_bound else marks(asdict(line.wanted))}
    if not line.removed and form.is_valid():
        try:
            allowed(save_task, request.user, task_id, form.wanted(), context["seen"])
        except Problem as problem:
            told = tell(problem.trouble, problem.params)
            form.add_error("assignee" if "assignee" in form.fields else None, f"{told.what} {told.advice}")
        except ChangedMeanwhile:
            line = found(task(request.user, task_id))
            form, more = _asked_again(request, form, line, context["seen"])
            context |= more
        else:
            say(request, Said.SAVED)
            return redirect(next_of(request))
    context |= {"form": form, "shown": shown(line, timezone.localdate()), "next": next_of(request)}
    context["filed"] = of_task(request.user, task_id)
    return render(request, "tasks/edit.html", context | _told(request.user, form, line))


def _asked_again(request: Request, form: TaskForm, line: TaskLine, seen: str) -> tuple[TaskForm, dict[str, Any]]:
    """`line`: as others have changed it. What was typed stays, beside what they changed of it."""
    now, ours = asdict(line.wanted), asdict(form.wanted())
    again = TaskForm(None, request.user, line, ours=Wanted(**insisted(now, ours, seen)))
    return again, {"theirs": theirs(line, clashes(now, ours, seen, WHO)), "seen": marks(now)}


@require_POST
def task_told(request: Request) -> HttpResponse:
    """What the form says of what stands in it just now: which day that is, and who will see it. Posted: names of cases are for no log."""
    key = as_uuid(request.GET.get("task", ""))
    line = found(task(request.user, key)) if key else None
    form = TaskForm(request.POST, request.user, line)
    return render(request, "tasks/told.html", _told(request.user, form, line))


def _beginning(request: Request, message: UUID | None) -> dict[str, Any]:
    """What the form of a new task begins with. Raises Http404 where the message is not there for the viewer."""
    if message is None:
        return {"case": as_uuid(request.GET.get("case", ""))}
    origin = found(source(request.user, message))
    return {"title": bare_subject(origin.subject)[:LONGEST_TITLE], "case": origin.case}


def _told(viewer: User, form: TaskForm, line: TaskLine | None) -> dict[str, str]:
    form.is_valid()
    wanted = form.wanted()
    due = due_told(wanted.due_on, timezone.localdate()) if wanted.due_on else ""
    if "case" in form.errors:
        return {"due_told": due}
    try:
        seen = seen_by(viewer, wanted, line.maker if line else viewer.public_id)
    except Problem as problem:
        told = tell(problem.trouble, problem.params)
        return {"due_told": due, "refused": f"{told.what} {told.advice}"}
    except NotAllowed:
        return {"due_told": due}
    return {"due_told": due, "seen_told": audience_in_words(seen, viewer)}


def _added(request: Request, task_id: UUID) -> HttpResponse:
    if _in_dialog(request):
        line = found(task(request.user, task_id))
        return render(request, "tasks/added.html", {"shown": shown(line, timezone.localdate())})
    say(request, Said.TASK_ADDED, back_of(task_id, "remove", next_of(request)))
    return redirect(next_of(request))


def _in_dialog(request: Request) -> bool:
    return request.GET.get("in") == "dialog"
