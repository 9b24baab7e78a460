"""What the box offers while somebody writes: searches made of late, operators, and values of the one that is being written."""

import re
from collections.abc import Callable, Iterator
from itertools import islice

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from teczka.core import search_words as known
from teczka.core.dates import NAMES, Called, day_of
from teczka.core.search_tree import Name, State, Where
from teczka.core.search_words import plain, written
from teczka.store.models import User
from teczka.store.queries.accounts import accounts
from teczka.store.queries.case_names import all_cases, meant, offered_cases
from teczka.store.queries.correspondents import known_people
from teczka.store.queries.folders import folders
from teczka.store.queries.labels import known_labels
from teczka.store.queries.meant import folded, folder_names
from teczka.store.queries.searches import recent_searches
from teczka.web.labels import shown
from teczka.web.mail.tree import ROLES, folder_name
from teczka.web.operators import Offer, operators
from teczka.web.requests import Request

MOST = 8
RECENT = 4

Value = tuple[str, str, str]  # what is written, what is shown, what is told beside it
Values = Callable[[User, str], Iterator[Value]]


@require_safe
def search_offers(request: Request) -> HttpResponse:
    """For what stands before the caret; for an empty box what one may begin with."""
    token = request.GET.get("q", "")
    name, colon, value = token.lstrip("-").partition(":")
    of = _values(plain(name)) if colon else None
    context: dict[str, object]
    if of:
        made = islice(of(request.user, plain(value.strip('"'))), MOST)
        before = token[: len(token) - len(value)]
        context = {"values": [Offer(f"{before}{_quoted(put)} ", label, detail) for put, label, detail in made]}
    elif token:
        context = {}
    else:
        recent = recent_searches(request.user)[:RECENT]
        context = {"recent": [Offer(one.query, one.query, "", True) for one in recent], "operators": operators()}
    return render(request, "search/offers.html", context)


def _values(name: str) -> Values | None:
    """Of the operator of this name, where it has some that can be told."""
    by: list[tuple[tuple[str, ...], Values]] = [
        (known.WHERE[Where.FROM], _people),
        (known.WHERE[Where.TO], _people),
        (known.NAMED[Name.FOLDER], _folders),
        (known.NAMED[Name.ACCOUNT], _accounts),
        (known.NAMED[Name.CASE], _cases),
        (known.NAMED[Name.LABEL], _labels),
        (known.IS, _states),
        (known.HAS, _files),
        (known.IN, _roles),
        (known.SINCE, _days),
        (known.BEFORE, _days),
        (known.UNTIL, _days),
        (known.NEWER, _spans),
        (known.OLDER, _spans),
        (known.LARGER, _sizes),
        (known.SMALLER, _sizes),
    ]
    return next((values for names, values in by if name in map(plain, names)), None)


def _people(viewer: User, begun: str) -> Iterator[Value]:
    for one in known_people(viewer):
        if begun in plain(f"{one.name} {one.address}"):
            yield one.address, one.name or one.address, one.address if one.name else ""


def _folders(viewer: User, begun: str) -> Iterator[Value]:
    """Each name once, as the tree shows it: it means all that bear it. One's own before those of roles."""
    accounts_of: dict[str, dict[str, None]] = {}
    for one in sorted(folders(viewer), key=lambda line: (bool(line.role), plain(line.path), line.account_name)):
        if any(folded(begun) in name for name in folder_names(one.path, one.delimiter, one.role)):
            name = folder_name(one.path, one.delimiter, one.role)
            accounts_of.setdefault(name, {})[one.account_name] = None
    for name, its in accounts_of.items():
        yield name, name, ", ".join(its)


def _accounts(viewer: User, begun: str) -> Iterator[Value]:
    for one in accounts(viewer):
        if begun in plain(f"{one.provider_name} {one.address}"):
            yield one.address, one.provider_name, one.address


def _cases(viewer: User, begun: str) -> Iterator[Value]:
    for one in meant(begun, all_cases(viewer), MOST) if begun else offered_cases(viewer):
        yield one.number or one.name, one.shown, ""


def _labels(viewer: User, begun: str) -> Iterator[Value]:
    for keyword in known_labels(viewer):
        name = shown(keyword)
        if begun in plain(name):
            yield name, name, ""


def _states(_viewer: User, begun: str) -> Iterator[Value]:
    yield from _of(begun, [(known.STATES[state], name) for state, name in _state_names()])


def _state_names() -> list[tuple[State, str]]:
    return [
        (State.UNREAD, _("not read yet")),
        (State.READ, _("read")),
        (State.STARRED, _("with a star")),
        (State.ANSWERED, _("that were answered")),
        (State.PRIVATE, _("that you alone see")),
        (State.SHARED, _("that others see, too")),
        (State.FILED, _("filed to a case")),
        (State.UNFILED, _("filed to no case")),
    ]


def _files(_viewer: User, begun: str) -> Iterator[Value]:
    yield from _of(begun, [(known.FILE, _("with attachments"))])


def _roles(_viewer: User, begun: str) -> Iterator[Value]:
    yield from _of(begun, [(names, str(ROLES[role][0])) for role, names in known.ROLES.items()])


def _of(begun: str, values: list[tuple[tuple[str, ...], str]]) -> Iterator[Value]:
    for names, detail in values:
        if any(plain(name).startswith(begun) for name in names):
            yield (word := written(names, get_language() or "pl")), word, detail


def _days(_viewer: User, begun: str) -> Iterator[Value]:
    today = timezone.localdate()
    language = get_language() or "pl"
    for name in (Called.TODAY, Called.YESTERDAY, Called.MONDAY):
        word, called = written(NAMES[name], language), day_of(name, today, past=True)
        if called and (plain(word).startswith(begun) or called.isoformat().startswith(begun)):
            yield word, word, called.isoformat()
    days = [
        (today.replace(day=1), _("the beginning of this month")),
        (today.replace(month=1, day=1), _("the beginning of this year")),
        (today.replace(year=today.year - 1, month=1, day=1), _("the beginning of last year")),
    ]
    for day, detail in days:
        if day.isoformat().startswith(begun):
            yield day.isoformat(), day.isoformat(), detail


def _spans(_viewer: User, begun: str) -> Iterator[Value]:
    language = get_language() or "pl"
    for count, unit, detail in (
        (7, "d", _("a week")), (1, "m", _("a month")), (3, "m", _("three months")), (1, "y", _("a year")),
    ):  # fmt: skip
        text = f"{count}{next(written(names, language) for key, names in known.UNITS.items() if key == unit)}"
        if text.startswith(begun):
            yield text, text, detail


def _sizes(_viewer: User, begun: str) -> Iterator[Value]:
    for text in ("1M", "5M", "10M", "25M"):
        if text.lower().startswith(begun):
            yield text, f"{text[:-1]} MB", ""


def _quoted(text: str) -> str:
    """A name with quotation marks in it goes without them: none can stand in a value, and none is compared."""
    text = " ".join(re.sub('["„”“«»]', " ", text).split())
    return text if text and not re.search(r"[\s()|]", text) and not text.startswith("-") else f'"{text}"'
