"""The tasks of one case, for its page: templates/tasks/of_case.html shows what this gives."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from teczka.store.models import User
from teczka.store.queries.cases import CaseLine
from teczka.store.queries.tasks import BLOCK, RECENT, Scope, done_tasks, open_tasks
from teczka.web.tasks.words import grouped, shown


def tasks_of_case(viewer: User, case: CaseLine) -> dict[str, Any]:
    """All that is to be done, up to a number that nobody would read; and what was done last."""
    today = timezone.localdate()
    return {
        "parts": grouped(open_tasks(viewer, Scope.CASE, case.id, most=4 * BLOCK), today),
        "done": [shown(line, today) for line in done_tasks(viewer, case.id, most=RECENT)],
        "task_case": case.public_id,
        "quick_case": case.public_id,
        "here": reverse("case_tasks", args=[case.public_id]),
    }
