"""External accounts: the list, as a page and as what it fetches again when something changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from teczka.actions.manners import opens_at, poll_minutes
from teczka.core.errors import Problem
from teczka.store.models import User
from teczka.store.queries.accounts import AccountLine, accounts
from teczka.store.queries.drafts import sends
from teczka.store.queries.offers import offers_for
from teczka.store.queries.policy import room
from teczka.store.queries.unfetched import Unfetched, unfetched
from teczka.web.accounts.mending import mended_on
from teczka.web.mail.unfetched import missing_of, tell_unfetched
from teczka.web.problems import Told, tell
from teczka.web.requests import Request
from teczka.web.said import said

FOLDERS = 5  # of which it is said that mail is missing


@dataclass(frozen=True, slots=True)
class Shown:
    """An account as the list shows it."""

    line: AccountLine
    told: Told | None
    sending: Told | None  # why nothing goes out, where mail comes in
    sending_mended_on: str  # the name of the page where its owner mends that; "": none
    unfetched: list[Told]  # what lies on its server and did not come, the most first
    further: int  # of the same, how many are not told
    left: timedelta | None  # of the first download
    minutes: int  # between two askings for mail; 0: its server tells of it
    opens_at: datetime | None  # when its provider lets us in again


@dataclass(frozen=True, slots=True)
class Deleted:
    line: AccountLine
    can_return: bool


@require_safe
def account_list(request: Request) -> HttpResponse:
    return list_page(request)


@require_safe
def account_lines(request: Request) -> HttpResponse:
    return render(request, "accounts/list.html#lines", _listed(request.user))


def list_page(request: Request, told: Told | None = None) -> HttpResponse:
    context = {"title": _("External accounts"), "told": told, "said": said(request)}
    return render(request, "accounts/list.html", context | _listed(request.user))


def told_of(line: AccountLine) -> Told | None:
    return tell(line.trouble, line.trouble_params, line.trouble_detail) if line.trouble else None


def _shown(line: AccountLine, missing: list[Unfetched], shut: Problem | None, now: datetime) -> Shown:
    lacks = missing_of(line, missing)
    told = [tell_unfetched(one) for one in lacks[:FOLDERS]]
    further = len({one.path for one in lacks[FOLDERS:]} - {one.path for one in lacks[:FOLDERS]})
    sending = tell(shut.trouble, shut.params, shut.detail) if shut and line.at_work and not line.trouble else None
    return Shown(
        line,
        told_of(line),
        sending,
        mended_on(shut.trouble) if shut else "",
        told,
        further,
        line.time_left(now),
        poll_minutes(line),
        opens_at(line),
    )


def _shut_out(viewer: User) -> dict[UUID, Problem]:
    """Of accounts whose server for sending does not let us in, why."""
    met = [(one.account, one.problem) for one in sends(viewer)]
    return {account: problem for account, problem in met if problem and mended_on(problem.trouble)}


def _listed(viewer: User) -> dict[str, Any]:
    now, lines = timezone.now(), accounts(viewer)
    there, limit = room(viewer)
    missing, shut = unfetched(viewer), _shut_out(viewer)
    deleted = [Deleted(line, now < line.undo_until) for line in lines if line.undo_until]
    return {
        "accounts": [_shown(line, missing, shut.get(line.public_id), now) for line in lines if not line.deleted_at],
        "deleted": [gone for gone in deleted if gone.can_return or gone.line.archived],
        "offers": offers_for(viewer),
        "there": there,
        "limit": limit,
        "room": there < limit,
    }
