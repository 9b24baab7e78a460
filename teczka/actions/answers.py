"""Letters that begin with another: answered, passed on, or taken up again from the drafts."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from teczka.actions.drafts import Beginning, create, first_sender, safe
from teczka.actions.identities import ensure_identities
from teczka.actions.uploads import Taken, enclose
from teczka.core import recipients
from teczka.core.errors import NotAllowed
from teczka.core.mail import dated
from teczka.core.outgoing import Origin, State
from teczka.core.recipients import Answer, Heard, Mailbox
from teczka.mime import quoting
from teczka.mime.heard import heard
from teczka.mime.parse import Headers, scan_headers
from teczka.mime.quoting import Quoted
from teczka.mime.references import unlinked
from teczka.store.drafts import appended_draft
from teczka.store.models import Message, Outgoing, User
from teczka.store.queries.filing import cases_of
from teczka.store.queries.identities import Sender, senders
from teczka.store.queries.messages import MessageText, PartLine, message_parts, message_text
from teczka.store.queries.raw import raw_head
from teczka.store.viewer import as_user

_SOURCE: Final = re.compile(r'src="([^"]*)"')
_FORWARDS: Final = frozenset((Origin.FORWARD, Origin.FORWARD_ATTACHED))
_ANSWERS: Final = {Origin.REPLY: recipients.reply, Origin.REPLY_ALL: recipients.reply_all}
_MOST_REFERENCES: Final = 100
MOST_FILES: Final = 200  # taken one by one, and as many pictures: each is stored, shown with the letter, and built at every keeping of it


def begin_from(actor: User, message: UUID, kind: Origin) -> Outgoing:
    """Raises NotAllowed: they do not see the message, or have no account that sends."""
    text = message_text(actor, message)
    if text is None:
        raise NotAllowed
    ensure_identities(actor)
    head = raw_head(text)
    headers = scan_headers(head)
    return _taken_up(actor, text, headers) if kind == Origin.EDITED else _begun(actor, text, headers, head, kind)


def goes_whole(actor: User, message: UUID, kind: Origin) -> bool:
    """Its files are too many to be taken one by one, or its text too long to be quoted: the message itself is attached in their place."""
    text = message_text(actor, message)
    if text and kind == Origin.FORWARD and quoting.is_cut(text.text, text.html):
        return True
    return kind in {Origin.FORWARD, Origin.EDITED} and len(_files(message_parts(actor, message))) > MOST_FILES


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom an answer to one, and to all, would go to."""

    one: Answer
    all: Answer
    was_bcc: bool
    people: frozenset[str]  # domains of the conversation

    def tells_others(self, addresses: Collection[str]) -> bool:
        """Whether somebody gets the answer whom the letter named, and to whom an answer to one would not go."""
        one = [person.address for person in self.one.to]
        named = [person.address for person in (*self.all.to, *self.all.cc)]
        return any(recipients.is_own(each, named) and not recipients.is_own(each, one) for each in addresses)


def choice(actor: User, message: UUID) -> Choice | None:
    """None where nothing is seen of the message."""
    text = message_text(actor, message)
    if text is None:
        return None
    head = raw_head(text)
    told = heard(scan_headers(head), head)
    mine = _own(actor)
    everybody = [*told.sender, *told.reply_to, *told.to, *told.cc]
    domains = frozenset(person.address.rpartition("@")[2].lower() for person in everybody)
    return Choice(
        recipients.reply(told, mine), recipients.reply_all(told, mine), recipients.in_secret(told, mine), domains
    )


def _begun(actor: User, text: MessageText, headers: Headers, head: bytes, kind: Origin) -> Outgoing:
    told = heard(headers, head)
    forwards = kind in _FORWARDS
    parts = message_parts(actor, text.public_id)
    pictures: dict[str, str] = {}  # path of a part → its Content-ID in our letter
    quote = "" if kind == Origin.FORWARD_ATTACHED else _quote(actor, text, headers, parts, pictures, forwards=forwards)
    cases = cases_of(actor, text.public_id) if kind in _ANSWERS else {}
    first = Beginning(
        kind=kind,
        recipients=_lines(_ANSWERS[kind](told, _own(actor))) if kind in _ANSWERS else {},
        subject=(quoting.forward_subject if forwards else quoting.reply_subject)(headers.subject),
        quote=quote,
        answers_id=text.id if text.owned else None,
        references=_references(headers),
        case=next(iter(cases)) if len(cases) == 1 else None,
        case_shared=len(cases) == 1 and cases.popitem()[1],
    )
    with as_user(actor.pk), transaction.atomic():
        row = create(actor, first, _as_whom(actor, text, told))
        cut = kind == Origin.FORWARD and quoting.is_cut(text.text, text.html)
        whole = [Taken(None)] if cut or kind == Origin.FORWARD_ATTACHED else []
        enclose(actor, row.public_id, text, whole or _taken(parts, pictures, files=kind == Origin.FORWARD))
    return row


def _taken_up(actor: User, text: MessageText, headers: Headers) -> Outgoing:
    """A draft of ours goes on where it was left; one of another program is copied, and stays where it is (P3). Programs that go on with a
    draft of ours keep its Message-ID: what they wrote is not ours."""
    with as_user(actor.pk):
        ours = Outgoing.objects.filter(owner=actor, message_id=text.message_id, state=State.DRAFT).first()
        if ours and text.message_id and appended_draft(text.id):
            Outgoing.objects.filter(pk=ours.pk).update(discarded_at=None)
            return ours
    parts = message_parts(actor, text.public_id)
    pictures: dict[str, str] = {}
    html = _pictures_kept(text, parts, pictures)
    as_whom = _as_whom(actor, text, Heard(sender=headers.from_))
    first = Beginning(
        kind=Origin.EDITED,
        recipients=_lines(Answer(headers.to, headers.cc, [], [])) | {"bcc": _pairs(headers.bcc)},
        subject=headers.subject,
        html=safe(html, set(pictures.values())),
        text=text.text,
        plain=not text.html,
        references=(headers.references or headers.in_reply_to)[-_MOST_REFERENCES:],
    )
    with as_user(actor.pk), transaction.atomic():
        row = create(actor, first, as_whom)
        enclose(actor, row.public_id, text, _taken(parts, pictures, files=True))
    return row


def _taken(parts: Sequence[PartLine], pictures: dict[str, str], *, files: bool) -> list[Taken]:
    shown = [Taken(part, pictures[part.path]) for part in parts if part.path in pictures]
    if not files:
        return shown
    found = _files(parts)
    beside = [Taken(part) for part in found if part.path not in pictures]
    return [*shown, *(beside if len(found) <= MOST_FILES else [Taken(None)])]


def _files(parts: Sequence[PartLine]) -> list[PartLine]:
    return [part for part in parts if part.kind == "attachment"]


def _own(actor: User) -> list[str]:
    return [one.address for one in senders(actor)]


def _as_whom(actor: User, text: MessageText, told: Heard) -> Sender:
    """Who wrote the letter; else the address that it came to, of the account where it lies before those of others. Where it names none
    of one's own, as one who writes from that account: not from another that merely was the last."""
    account = _lies_in(actor, text)
    able = sorted((one for one in senders(actor) if one.sends), key=lambda one: one.account != account)
    everywhere = [one.address for one in able]
    here = [one.address for one in able if one.account == account]
    address = (
        recipients.answers_as(Heard(sender=told.sender), everywhere)
        or recipients.answers_as(Heard(to=told.to, cc=told.cc), here)
        or recipients.answers_as(told, everywhere)
    )
    return next((one for one in able if one.address == address), None) or first_sender(actor, account)


def _lies_in(actor: User, text: MessageText) -> UUID | None:
    """None for what was shared: it lies in another's account."""
    if not text.owned:
        return None
    with as_user(actor.pk):
        return Message.objects.values_list("account__public_id", flat=True).get(pk=text.id)


def _quote(
    actor: User,
    text: MessageText,
    headers: Headers,
    parts: Sequence[PartLine],
    pictures: dict[str, str],
    *,
    forwards: bool,
) -> str:
    written = dated(headers.date, text.internaldate)
    moment = timezone.localtime(written) if written else None
    letter = Quoted(headers.from_, headers.to, headers.cc, headers.subject, moment, text.text, text.html)
    make = quoting.for_forward if forwards else quoting.for_reply
    paths = {part.path for part in parts}
    return make(letter, actor.language, lambda source: _picture(text, paths, pictures, source)).html


def _picture(text: MessageText, paths: Collection[str], pictures: dict[str, str], source: str) -> str | None:
    """Of a part of the message itself, shown by our address, a Content-ID in our letter; any other picture is somebody else's."""
    path = source.partition(f"/messages/{text.public_id}/parts/")[2].partition("/")[0]
    if path in paths and (path in pictures or len(pictures) < MOST_FILES):
        return f"cid:{pictures.setdefault(path, f'{uuid4()}@teczka')}"
    return source if source.startswith("data:image/") else None


def _pictures_kept(text: MessageText, parts: Sequence[PartLine], pictures: dict[str, str]) -> str:
    paths = {part.path for part in parts}

    def named(found: re.Match[str]) -> str:
        return f'src="{_picture(text, paths, pictures, found[1]) or found[1]}"'

    return _SOURCE.sub(named, unlinked(text.html))


def _lines(answer: Answer) -> dict[str, list[list[str]]]:
    return {"to": _pairs(answer.to), "cc": _pairs(answer.cc)}


def _pairs(people: Sequence[Mailbox]) -> list[list[str]]:
    return [[person.name, person.address] for person in people]


def _references(headers: Headers) -> list[str]:
    """RFC 5322 §3.6.4: what it referred to, and itself."""
    before = headers.references or headers.in_reply_to[:1]
    own = [headers.message_id] if headers.message_id else []
    return [*[one for one in before if one not in own], *own][-_MOST_REFERENCES:]
