"""Which messages a page means: those that it names, or all that its list has."""

from uuid import UUID

from teczka.actions.acts import Selection
from teczka.core.errors import Problem, Trouble
from teczka.store.events import SHARED
from teczka.store.models import User
from teczka.store.queries.folders import folder, folders
from teczka.store.queries.hits import own
from teczka.store.queries.listing import everything
from teczka.store.queries.search import search
from teczka.store.queries.unfiled import WAITS
from teczka.store.queries.unified import inboxes
from teczka.store.viewer import TookTooLongError
from teczka.web.mail.asked import KEY, asked_by_key
from teczka.web.mail.listing import of_inboxes
from teczka.web.mail.messages import as_uuid
from teczka.web.mail.tree import UNFILED, UNIFIED
from teczka.web.requests import Request, found

MOST = 5_000  # messages of one request


def named(request: Request) -> list[UUID]:
    return [key for text in request.POST.getlist("message") if (key := as_uuid(text))]


def folders_of(viewer: User, listing: str, *, whole: bool) -> list[int]:
    """The folders that a listing is of. Raises Problem where they are others'."""
    if listing == UNIFIED:
        return list(of_inboxes(inboxes(viewer)).folders)
    if listing == UNFILED:
        return [inbox.folder for inbox in inboxes(viewer)]
    if listing == SHARED:
        raise Problem(Trouble.ACT_SHARED)
    if listing.startswith(KEY):  # wherever it lies
        return [line.id for line in folders(viewer)]
    if listing or whole:
        return [found(folder(viewer, found(as_uuid(listing)))).id]
    return [line.id for line in folders(viewer)]


def everything_of(viewer: User, listing: str) -> list[UUID]:
    """At most MOST of what is listed. Raises Problem as above."""
    if asked := asked_by_key(listing):
        try:
            return own(viewer, search(viewer, asked.sought, most=MOST).ids)
        except TookTooLongError as error:
            raise Problem(Trouble.ACT_SLOW) from error
    there = folders_of(viewer, listing, whole=True)
    return everything(viewer, there, MOST, WAITS if listing == UNFILED else "")


def selection(request: Request, listing: str, *, everything: bool) -> Selection:
    """What is named, or all that is listed. Raises Problem as above."""
    messages = None if everything else named(request)
    if messages is None and listing.startswith((UNFILED, KEY)):  # not all that its folders hold
        messages = everything_of(request.user, listing)
    return Selection(folders_of(request.user, listing, whole=messages is None), messages)
