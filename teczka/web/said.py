"""What an action has to say, on the page that it leads to: once, then it is gone."""

from enum import StrEnum

from teczka.web.requests import Request

_KEY = "said"


class Said(StrEnum):
    """templates/said.html has the sentences."""

    NOTHING = ""
    SAVED = "saved"
    OFFERED = "offered"
    TAKEN_BACK = "taken_back"
    CLOSED = "closed"
    FETCHING = "fetching"
    UNSUBSCRIBED = "unsubscribed"


def say(request: Request, what: Said) -> None:
    request.session[_KEY] = what


def said(request: Request) -> Said:
    return Said(request.session.pop(_KEY, Said.NOTHING))
