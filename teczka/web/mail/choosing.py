"""To which case: several messages by groups, as it is suggested for each; and any case that is looked for. The picker finds the same
from memory; this works without a script, too."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from teczka.store.models import User
from teczka.store.queries.case_list import case_list_for
from teczka.store.queries.filing import NamedLine, filed, named, teams
from teczka.store.queries.suggestions import Suggested, suggestions
from teczka.store.queries.tasks import tasks_called
from teczka.web.mail.messages import as_uuid
from teczka.web.mail.strip import seen_by
from teczka.web.requests import Request, found
from teczka.web.said import said

MOST = 200  # messages
CASES = 20  # and tasks
WORDS = 8  # of a task's title
LONGEST_QUERY = 200


@dataclass(frozen=True, slots=True)
class Group:
    """Messages for which the same case is suggested first."""

    found: Suggested
    messages: list[NamedLine]
    seen_by: str
    key: UUID


@require_safe
def filing_choose(request: Request) -> HttpResponse:
    told = [key for text in request.GET.getlist("message")[:MOST] if (key := as_uuid(text))]
    messages = found(named(request.user, told) or None)
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    there = filed(request.user, [one.id for one in messages])
    left = [one for one in messages if one.id not in there] if len(messages) > 1 else messages
    groups = groups_of(request.user, left)
    context = {
        "messages": messages,
        "done": len(messages) - len(left),
        "query": query,
        "groups": groups,
        "rest": len(left) - sum(len(group.messages) for group in groups),
        "tasks": tasks_called(request.user, query.split()[:WORDS], CASES) if query else [],
        "cases": case_list_for(request.user, query, CASES) if query else [],
        "key": uuid4(),
        "back": _back(messages),
        "said": said(request),
    }
    return render(request, "mail/choose.html", context)


def groups_of(viewer: User, messages: Sequence[NamedLine]) -> list[Group]:
    """The largest first."""
    best = {key: each[0] for key, each in suggestions(viewer, [one.id for one in messages]).items()}
    together: dict[int, list[NamedLine]] = defaultdict(list)
    cases = {one.case: one for one in best.values()}
    for message in messages:
        if message.id in best:
            together[best[message.id].case].append(message)
    seen = teams(viewer, list(together))
    groups = [
        Group(cases[case], some, seen_by(seen.get(case, [])) if any(one.owned for one in some) else "", uuid4())
        for case, some in together.items()
    ]
    return sorted(groups, key=lambda group: (-len(group.messages), group.found.shown))


def _back(messages: Sequence[NamedLine]) -> str:
    """Where to go once they are filed: the message, or what is left of several."""
    if len(messages) == 1:
        return reverse("message", args=[messages[0].public_id])
    return f"{reverse('filing_choose')}?{urlencode({'message': [one.public_id for one in messages]}, doseq=True)}"
