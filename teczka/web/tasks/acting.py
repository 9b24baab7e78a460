"""What is done to tasks from their lists: one typed in a line, done, removed, and all of that taken back."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from teczka.actions.tasks import add_task, finish, remove, reopen, restore
from teczka.core.due_dates import Typed, read_line
from teczka.core.errors import Problem
from teczka.core.tasks import LONGEST_TITLE, Wanted
from teczka.language.fold import fold
from teczka.store.models import User
from teczka.store.queries.case_names import CaseName, all_cases, meant
from teczka.store.queries.tasks import Scope, colleagues
from teczka.web.problems import tell
from teczka.web.requests import Request, allowed, found
from teczka.web.said import Said, say
from teczka.web.tasks.form import one_case
from teczka.web.tasks.listing import list_page

# What is done, what is said then, and what takes it back.
ACTS: Mapping[str, tuple[Callable[[User, UUID], None], Said, str]] = {
    "done": (finish, Said.TASK_DONE, "reopen"),
    "reopen": (reopen, Said.UNDONE, ""),
    "remove": (remove, Said.TASK_REMOVED, "restore"),
    "restore": (restore, Said.UNDONE, ""),
}


@require_POST
def task_act(request: Request, task_id: UUID, verb: str) -> HttpResponse:
    act, told, back = found(ACTS.get(verb))
    allowed(act, request.user, task_id)
    if request.GET.get("in") == "dialog":
        return render(request, "tasks/taken_back.html")
    where = next_of(request)
    say(request, told, back_of(task_id, back, where) if back else "")
    return redirect(where)


@require_http_methods(["GET", "HEAD", "POST"])
def task_quick(request: Request) -> HttpResponse:
    """Asked for again, where a line was not understood, it is the list."""
    if request.method != "POST":
        return list_page(request, Scope.MINE)
    line = request.POST.get("line", "")
    try:
        wanted = understood(request.user, read_line(line, timezone.localdate()), request.POST.get("case", ""))
        made = allowed(add_task, request.user, wanted)
    except ValidationError as wrong:
        return _again(request, line, " ".join(wrong.messages))
    except Problem as problem:
        told = tell(problem.trouble, problem.params)
        return _again(request, line, f"{told.what} {told.advice}")
    say(request, Said.TASK_ADDED, back_of(made.public_id, "remove", next_of(request)))
    return redirect(next_of(request))


def understood(viewer: User, typed: Typed, case: str) -> Wanted:
    """`case`: the public id of one whose page the line stands on. Raises ValidationError."""
    here = [one for one in all_cases(viewer) if str(one.public_id) == case] if case else []
    its, rest = (here[0], typed.case) if here and not typed.case else _case(viewer, typed.case)
    title = " ".join([typed.title, *rest]).strip()
    if not title or len(title) > LONGEST_TITLE:
        raise ValidationError(_("Type what is to be done, in %(most)s signs at most.") % {"most": LONGEST_TITLE})
    return Wanted(title, due_on=typed.due, assignee=_person(viewer, typed.person), case=its.public_id if its else None)


def _again(request: Request, line: str, wrong: str) -> HttpResponse:
    more = {"typed": line, "wrong": wrong, "here": next_of(request), "quick_case": request.POST.get("case", "")}
    return list_page(request, Scope.MINE, **more)


def next_of(request: Request) -> str:
    """The list that was looked at."""
    where = request.POST.get("next") or request.GET.get("next") or ""
    return where if url_has_allowed_host_and_scheme(where, None) else reverse("tasks")


def back_of(task_id: UUID, verb: str, where: str) -> str:
    return f"{reverse('task_act', args=[task_id, verb])}?{urlencode({'next': where})}"


def _case(viewer: User, words: tuple[str, ...]) -> tuple[CaseName | None, tuple[str, ...]]:
    """The most of the words that name one case, and those that are left to the title."""
    if not words:
        return None, ()
    among = all_cases(viewer)
    for count in range(len(words), 0, -1):
        hits = meant(" ".join(words[:count]), among)
        if len(hits) == 1:
            return hits[0], words[count:]
    return one_case(" ".join(words), meant(" ".join(words), among)), ()


def _person(viewer: User, typed: str) -> UUID | None:
    """Whose names begin so: "bartek", "b.nowy"."""
    if not typed:
        return None
    pieces = [piece for piece in fold(typed).replace("_", ".").split(".") if piece]
    hits = [
        one
        for one in colleagues(viewer)
        if pieces and all(any(name.startswith(piece) for name in fold(one.name).split()) for piece in pieces)
    ]
    if len(hits) == 1:
        return hits[0].public_id
    if hits:
        several = ", ".join(one.name for one in hits[:3])
        raise ValidationError(
            _("“@%(typed)s” may be several people: %(several)s.") % {"typed": typed, "several": several}
        )
    raise ValidationError(_("Nobody of the office is called “@%(typed)s”.") % {"typed": typed})
