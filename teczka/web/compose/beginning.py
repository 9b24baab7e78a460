"""How a letter is begun: anew, from a link, from another message."""

from html import escape
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teczka.actions.answers import begin_from, choice, goes_whole
from teczka.actions.drafts import Beginning, begin_new
from teczka.core.errors import NotAllowed
from teczka.core.outgoing import Origin
from teczka.core.recipients import Mailbox
from teczka.mime import mailto
from teczka.store.models import User
from teczka.store.queries.drafts import DraftText
from teczka.store.queries.folders import folder
from teczka.web.compose.form import as_header
from teczka.web.mail.messages import as_uuid


def begin(actor: User, asked: QueryDict) -> str:
    """The letter's address. `answer`: "new", or "reply:" and a message's id, and so on. Raises NotAllowed, Problem(SENDING_NOWHERE)."""
    kind, _colon, about = asked.get("answer", "").partition(":")
    message = as_uuid(about)
    if message:
        row = begin_from(actor, message, _origin(kind))
        whole = goes_whole(actor, message, Origin(row.kind))
        return reverse("compose", args=[row.public_id]) + "?whole" * whole  # the page says so
    people, subject, body = mailto.read(asked.get("mailto", ""))
    html = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in body.split("\n")) if body else ""
    recipients = {line: [[one.name, one.address] for one in found] for line, found in people.items()}
    first = Beginning(recipients=recipients, subject=subject, html=html, case=as_uuid(asked.get("case", "")))
    return reverse("compose", args=[begin_new(actor, _looked_at(actor, asked), first).public_id])


def answered(viewer: User, draft: DraftText) -> dict[str, object]:
    """What the strip above an answer says: whom it leaves out or newly names, and the switch to the other kind of answer."""
    if draft.kind == Origin.EDITED:
        return {"remarks": [_("This was taken from another program's draft, which stays where it is.")]}
    told = choice(viewer, draft.answers) if draft.answers and draft.kind in {Origin.REPLY, Origin.REPLY_ALL} else None
    if told is None:
        return {"remarks": []}
    everybody = len(told.all.to) + len(told.all.cc)
    remarks = []
    this = told.all if draft.kind == Origin.REPLY_ALL else told.one
    if this.added:
        remarks.append(_("The sender wants answers at another address: %(who)s.") % {"who": _named(this.added)})
    if told.was_bcc and draft.kind == Origin.REPLY_ALL:
        remarks.append(_("You were in Bcc: an answer to all tells everybody that you have the message."))
    if draft.kind == Origin.REPLY_ALL and this.removed:
        remarks.append(_("Left out: %(who)s.") % {"who": _named(this.removed)})
    if draft.kind == Origin.REPLY and everybody > len(told.one.to):
        words = ngettext("To %(one)s person of %(all)s.", "To %(one)s people of %(all)s.", len(told.one.to))
        switch = {
            "words": words % {"one": len(told.one.to), "all": everybody},
            "switch": _("Reply to all (%(n)s)") % {"n": everybody},
            "to": as_header([(one.name, one.address) for one in told.all.to]),
            "cc": as_header([(one.name, one.address) for one in told.all.cc]),
        }
        return {"remarks": remarks, "everybody": switch}
    return {"remarks": remarks}


def _origin(kind: str) -> Origin:
    if kind not in set(Origin) - {Origin.NEW}:
        raise NotAllowed
    return Origin(kind)


def _looked_at(actor: User, asked: QueryDict) -> UUID | None:
    """The account of the folder in which the letter is begun."""
    found = as_uuid(asked.get("folder", ""))
    line = folder(actor, found) if found else None
    return line.account if line else None


def _named(people: list[Mailbox]) -> str:
    return ", ".join(one.name or one.address for one in people)
