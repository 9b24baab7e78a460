"""Leaving a mailing list, in the way that one of its letters names."""

from uuid import UUID

from teczka.actions.drafts import Beginning, begin_new
from teczka.actions.gate import gate
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.mime import mailto
from teczka.mime.unsubscribe import Kind, Way
from teczka.remote.http import Https
from teczka.store.models import Message, Outgoing, User
from teczka.store.queries.messages import message_text
from teczka.store.viewer import as_user

_FORM = {"List-Unsubscribe": "One-Click"}  # RFC 8058 §3.1, to the letter


def unsubscribe(actor: User, message: UUID) -> Outgoing | None:
    """Tell the list by its one-click address, or prepare the letter that does: then that is returned, to be looked at and sent.

    Only whose mail it is may. Raises NotAllowed, also where the letter names no such way, and Problem.
    """
    text = message_text(actor, message)
    way = text.unsubscribe if text and text.owned else None
    if way is None or way.kind == Kind.LINK:
        raise NotAllowed
    if way.kind == Kind.POST:
        _post(way)
        return None
    return _letter(actor, message, way)


def _post(way: Way) -> None:
    try:
        response = Https(gate()).post(way.address, _FORM)
    except Problem as problem:  # its advice is for whoever keeps a mailbox there
        raise Problem(Trouble.UNSUBSCRIBE_UNREACHED, host=way.host) from problem
    if (
        not 200 <= response.status < 300
    ):  # a redirect too: RFC 8058 §3.1 forbids one, and what would follow could need a person
        raise Problem(Trouble.UNSUBSCRIBE_REFUSED, host=way.host, status=response.status)


def _letter(actor: User, message: UUID, way: Way) -> Outgoing:
    """From the account that the list writes to. Of what the list asks for no copies go to anybody else."""
    people, subject, body = mailto.read(way.address)
    with as_user(actor.pk):
        account = Message.objects.filter(public_id=message).values_list("account__public_id", flat=True).first()
    first = Beginning(
        recipients={"to": [[one.name, one.address] for one in people["to"]]}, subject=subject, text=body, plain=True
    )
    return begin_new(actor, account, first)
