"""What an action has to say, on the page that it leads to: once, then it is gone."""

from dataclasses import dataclass
from enum import StrEnum

from teczka.web.requests import Request

_KEY = "said"


class Said(StrEnum):
    """templates/said.html has the sentences."""

    SAVED = "saved"
    PASSWORD = "password"  # noqa: S105  a word
    SECOND_FACTOR_OFF = "second_factor_off"
    SECOND_FACTOR_LIFTED = "second_factor_lifted"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    ELSEWHERE = "elsewhere"
    OFFERED = "offered"
    TAKEN_BACK = "taken_back"
    NUMBERS = "numbers"
    CLOSED = "closed"
    FETCHING = "fetching"
    UNSUBSCRIBED = "unsubscribed"
    FILED = "filed"
    UNFILED = "unfiled"
    SET_ASIDE = "set_aside"
    IMPORTED = "imported"
    CASE_CLOSED = "case_closed"
    CASE_OPEN = "case_open"
    CASE_SUSPENDED = "case_suspended"
    CASE_WALLED = "case_walled"
    CASE_UNWALLED = "case_unwalled"
    NOTE_DROPPED = "note_dropped"
    DOCUMENT_REMOVED = "document_removed"
    SHUT_OUT = "shut_out"
    LET_IN = "let_in"
    HANDED_OVER = "handed_over"
    CONNECTED = "connected"
    ERASED = "erased"
    SHOWN = "shown"
    SHOWN_NO_LONGER = "shown_no_longer"
    TASK_ADDED = "task_added"
    TASK_DONE = "task_done"
    TASK_REMOVED = "task_removed"
    UNDONE = "undone"
    RULE_ON = "rule_on"
    RULE_OFF = "rule_off"
    RULE_DROPPED = "rule_dropped"
    RULE_OFFERED = "rule_offered"


@dataclass(frozen=True, slots=True)
class Told:
    what: Said
    back: str  # the address that takes it back when something is posted there; "": nothing does


def say(request: Request, what: Said, back: str = "") -> None:
    request.session[_KEY] = what, back


def said(request: Request) -> Told | None:
    """A piece of a page, fetched by the page that is being left, tells it to nobody: frontend/src/http.ts."""
    if "X-Fragment" in request.headers:
        return None
    what, back = request.session.pop(_KEY, ("", ""))
    return Told(Said(what), back) if what else None
