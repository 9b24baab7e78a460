"""What lies on a server and did not come, in the reader's language; and the notice of it over a list."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from teczka.actions.unfetched import hear
from teczka.store.queries.accounts import AccountLine
from teczka.store.queries.unfetched import Unfetched
from teczka.web.mail.tree import folder_name
from teczka.web.problems import Told, tell
from teczka.web.requests import Request, allowed


@require_POST
def folder_heard(request: Request, folder_id: UUID) -> HttpResponse:
    allowed(hear, request.user, folder_id)
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, None) else "home")


def missing_of(account: AccountLine, missing: Sequence[Unfetched]) -> list[Unfetched]:
    """Of this account. Nothing while its mail is just coming, or where nobody asks for it: then it is on its way, or not awaited."""
    if account.fetching or not account.at_work:
        return []
    return [one for one in missing if one.account == account.public_id]


def tell_unfetched(one: Unfetched) -> Told:
    problem = one.problem
    return tell(problem.trouble, problem.params | {"folder": folder_name(one.path, one.delimiter, one.role)})
