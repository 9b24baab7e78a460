"""What processes tell one another, by NOTIFY: ids only, sent when the transaction that calls these commits, and not if it does not."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from uuid import UUID

from teczka.store.statements import execute

PAGES = "teczka_events"  # something changed that these people may be looking at; web/events.py passes it on
UNREAD = "teczka_unread_mail"  # the readers have work (transaction B)
REQUESTS = "teczka_requests"  # the keeper of an account shall look at its requests
OUTGOING = "teczka_outgoing"  # and here at its outbox
ACTS = "teczka_acts"  # and here at what was done to its mail
IMPORTS = "teczka_imports"  # mail is to come out of files that were sent up
RULE_RUNS = "teczka_rule_runs"  # a rule is to be applied to old mail, or that is to be taken back

FOLDERS = 150  # public ids in one payload: NOTIFY takes 8,000 bytes
PEOPLE = 150
TOPICS = 20

CASES, TASKS = "cases", "tasks"  # topics: something that a list of these would show
IMPORTING = "imports"  # a topic: how far one's imports have come
SEARCHES = "searches"  # those of a name, beside the folders
SHARED = "shared"  # the list of what is shared with somebody, where folders are named


def changed(users: Sequence[UUID], account: UUID, folders: Iterable[UUID], *, unread: bool = False) -> None:
    """Public ids of everyone who sees the change, of the account and of its folders that changed; none where there are more than fit:
    then everything of the account may have. `unread`: and the readers have work.
    """
    named = list(map(str, folders))
    told = {"users": list(map(str, users)), "account": str(account), "folders": named if len(named) <= FOLDERS else []}
    page = (PAGES, json.dumps(told, separators=(",", ":")))
    _notify(page, (UNREAD, "")) if unread else _notify(page)


def case(public_id: UUID) -> str:
    """The topic of one case's pages."""
    return f"case:{public_id}"


def rule(public_id: UUID) -> str:
    """The topic of one rule's pages: what it does, and how far it has come with old mail."""
    return f"rule:{public_id}"


def message(public_id: UUID) -> str:
    """The topic of what is said around one message: who sees it, comments."""
    return f"message:{public_id}"


def notice(public_id: UUID) -> str:
    """A rule met mail, and shall tell its owner; or it stopped itself: on whatever page they look at."""
    return f"notice:{public_id}"


def shared(users: Sequence[UUID], messages: Collection[UUID]) -> None:
    """These people see these messages now, or no longer."""
    for some in _bounded(users):
        _notify((PAGES, json.dumps({"users": some, "account": SHARED, "folders": [SHARED]}, separators=(",", ":"))))
    spoken(users, messages)


def spoken(users: Sequence[UUID], messages: Collection[UUID]) -> None:
    """Around these messages something else is said."""
    told(users, map(message, messages))


def told(users: Sequence[UUID], topics: Iterable[str]) -> None:
    """Something else than mail changed: whoever of these people looks at a page on one of the topics has it fetched again. Public ids of
    people who may know of it, before the change or after, and of nobody else (P7). Of more topics than fit everything may have changed."""
    named = list(topics)
    if len(named) > TOPICS:
        everything(users)
        return
    for some in _bounded(users):
        _notify((PAGES, json.dumps({"users": some, "topics": named}, separators=(",", ":"))))


def everything(users: Sequence[UUID]) -> None:
    """Whatever these people look at may be another one now."""
    for some in _bounded(users):
        _notify((PAGES, json.dumps({"users": some, "account": "", "folders": []}, separators=(",", ":"))))


def wake_readers() -> None:
    """There is work for them though no mail came."""
    _notify((UNREAD, ""))


def ask_keeper(account_id: int) -> None:
    _notify((REQUESTS, str(account_id)))


def ask_replay(account_id: int) -> None:
    """What was done to its mail is to be repeated on its server, without a whole pass."""
    _notify((ACTS, str(account_id)))


def ask_rule_runs() -> None:
    _notify((RULE_RUNS, ""))


def ask_importer() -> None:
    _notify((IMPORTS, ""))


def ask_sender(account_id: int) -> None:
    _notify((OUTGOING, str(account_id)))


def _bounded(users: Sequence[UUID]) -> Iterator[list[str]]:
    for start in range(0, len(users), PEOPLE):
        yield list(map(str, users[start : start + PEOPLE]))


def _notify(*events: tuple[str, str]) -> None:
    calls = ", ".join(["pg_notify(%s, %s)"] * len(events))
    execute(f"SELECT {calls}", [word for event in events for word in event])
