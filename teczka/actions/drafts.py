"""Letters while they are written: begun, saved at every pause, thrown away, taken up again."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from teczka.actions.identities import ensure_identities
from teczka.actions.keeping import keep_draft, remove_kept
from teczka.core.drafts import LONGEST_SUBJECT, Written, halves, joined, signed
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.outgoing import Origin, State
from teczka.mime.compose import new_message_id
from teczka.mime.sanitize import sanitize
from teczka.mime.text import of_html
from teczka.store.models import Enclosure, Outgoing, User
from teczka.store.queries.cases import case_line
from teczka.store.queries.identities import Sender, sender, senders
from teczka.store.viewer import as_user

_PLACE = 'src="/cid/'  # an address that the sanitiser lets pass where it judges


class Changed(Exception):
    """The draft is not what the page last knew: saved in another window, or sent."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a letter begins with."""

    kind: Origin = Origin.NEW
    sender: Sender | None = None
    recipients: dict[str, list[list[str]]] = field(default_factory=dict)
    subject: str = ""
    html: str = ""  # ours: made safe already
    text: str = ""
    plain: bool = False
    quote: str = ""
    answers_id: int | None = None
    references: list[str] = field(default_factory=list)
    case: UUID | None = None
    case_shared: bool = False


def begin_new(actor: User, account: UUID | None, first: Beginning) -> Outgoing:
    """An empty letter, or one with what a link gave. `account`: which of theirs somebody looks at. Raises Problem(SENDING_NOWHERE)."""
    ensure_identities(actor)
    return create(actor, first, first_sender(actor, account))


def first_sender(actor: User, account: UUID | None) -> Sender:
    """The account's that is looked at; else whoever wrote last; else the first. Raises Problem(SENDING_NOWHERE)."""
    able = [one for one in senders(actor) if one.sends]
    with as_user(actor.pk):
        newest = Outgoing.objects.filter(owner=actor).order_by("-updated_at").values_list("identity", flat=True).first()
    wanted = [one for one in able if one.account == account and one.first]
    wanted += [one for one in able if one.id == newest] + able
    if not wanted:
        raise Problem(Trouble.SENDING_NOWHERE)
    return wanted[0]


def create(actor: User, first: Beginning, as_whom: Sender) -> Outgoing:
    """The row. The signature stands below where the writing begins."""
    html = first.html or _opening(signed(as_whom.signature_html))
    text = (
        first.text if first.plain or first.html else f"\n\n-- \n{as_whom.signature_text}" * bool(as_whom.signature_text)
    )
    with as_user(actor.pk):
        return Outgoing.objects.create(
            office_id=actor.office_id,
            owner=actor,
            account_id=as_whom.account_id,
            identity_id=as_whom.id,
            from_name=as_whom.name,
            from_address=as_whom.address,
            reply_to=as_whom.reply_to,
            recipients={"to": [], "cc": [], "bcc": []} | first.recipients,
            subject=first.subject[:LONGEST_SUBJECT],
            html="" if first.plain else joined(html, first.quote),
            text=text,
            plain=first.plain,
            kind=first.kind,
            answers_id=first.answers_id,
            references=first.references,
            case_id=_case(actor, first.case),
            case_shared=first.case_shared,
            message_id=new_message_id(as_whom.address),
        )


def save_draft(actor: User, public_id: UUID, revision: int, written: Written) -> int:
    """The new revision. The same again is taken for an answer that was lost; but where there are files and nothing was ever saved, they are
    what was written. Raises Changed, NotAllowed, Problem."""
    with as_user(actor.pk), transaction.atomic():
        row = Outgoing.objects.select_for_update().filter(owner=actor, public_id=public_id).first()
        if row is None:
            raise NotAllowed
        before = {name: getattr(row, name) for name in _SAVED}
        _write(actor, row, written)
        same = before == {name: getattr(row, name) for name in _SAVED}
        if same and (row.revision or not Enclosure.objects.filter(outgoing=row).exists()):
            return row.revision
        if row.state != State.DRAFT or row.revision != revision:
            raise Changed
        row.revision += 1
        row.discarded_at = None
        row.save(update_fields=[*_SAVED, "revision", "updated_at", "discarded_at"])
        return row.revision


def copy_draft(actor: User, public_id: UUID, written: Written) -> Outgoing:
    """What was written here becomes a draft of its own beside the one that was changed elsewhere. Raises NotAllowed."""
    with as_user(actor.pk), transaction.atomic():
        row = Outgoing.objects.filter(owner=actor, public_id=public_id).first()
        if row is None:
            raise NotAllowed
        files = list(Enclosure.objects.filter(outgoing=row).order_by("position", "id"))
        fresh = _like(row)
        _write(actor, fresh, written, {file.content_id for file in files})
        _save_with(fresh, files)
        return fresh


def draft_for(row: Outgoing, recipients: dict[str, list[list[str]]]) -> Outgoing:
    """The same letter as a draft to these people, the files with it. In the owner's transaction."""
    fresh = _like(row)
    fresh.recipients = recipients
    _save_with(fresh, list(Enclosure.objects.filter(outgoing=row).order_by("position", "id")))
    return fresh


def _like(row: Outgoing) -> Outgoing:
    kept = (*_SAVED, "office_id", "owner_id", "kind", "answers_id", "references")
    columns = {name: getattr(row, name) for name in kept}
    return Outgoing(**columns, message_id=new_message_id(row.from_address), revision=1)


def _save_with(fresh: Outgoing, files: list[Enclosure]) -> None:
    fresh.save()
    for file in files:
        file.pk, file.public_id, file.outgoing = None, Enclosure._meta.get_field("public_id").get_default(), fresh
    Enclosure.objects.bulk_create(files)


def discard_draft(actor: User, public_id: UUID) -> None:
    """Out of sight, and from the server's drafts. Raises NotAllowed."""
    _mark(actor, public_id, thrown_away=True)
    remove_kept(actor, public_id)


def restore_draft(actor: User, public_id: UUID) -> None:
    _mark(actor, public_id, thrown_away=False)
    keep_draft(actor, public_id)


def _mark(actor: User, public_id: UUID, *, thrown_away: bool) -> None:
    with as_user(actor.pk):
        found = Outgoing.objects.filter(owner=actor, public_id=public_id, state=State.DRAFT)
        if not found.update(discarded_at=timezone.now() if thrown_away else None):
            raise NotAllowed


_SAVED = (
    "account_id", "identity_id", "from_name", "from_address", "reply_to", "recipients", "subject", "html", "text", "plain", "wants_receipt",
    "case_id", "case_shared",
)  # fmt: skip


def _write(actor: User, row: Outgoing, written: Written, cids: Collection[str] | None = None) -> None:
    as_whom = sender(actor, written.sender) if written.sender else None
    if as_whom:
        row.account_id, row.identity_id = as_whom.account_id, as_whom.id
        row.from_name, row.from_address, row.reply_to = as_whom.name, as_whom.address, as_whom.reply_to
    row.recipients, row.subject, row.plain = written.recipients(), written.subject, written.plain
    row.wants_receipt = written.receipt
    row.case_id, row.case_shared = _case(actor, written.case), written.case_shared
    if written.plain:
        row.html, row.text = "", written.text.replace("\r\n", "\n")
        return
    if cids is None:
        cids = set(Enclosure.objects.filter(outgoing=row).exclude(content_id="").values_list("content_id", flat=True))
    quote = halves(row.html)[1] if written.quoted else ""
    row.html = joined(safe(written.html, cids), quote)
    row.text = of_html(row.html)


def _case(actor: User, public_id: UUID | None) -> int | None:
    """Of one that they may know of; of others it is as if none had been named."""
    found = case_line(actor, public_id) if public_id else None
    return found.id if found else None


def safe(html: str, cids: Collection[str]) -> str:
    """As the editor had it, made harmless; of pictures those that are among the letter's files. Raises Problem(LETTER_LONG): nothing is
    cut off in silence."""
    clean = sanitize(html, cid=lambda name: f"/cid/{name}" if name in cids else None)
    if clean.defects:
        raise Problem(Trouble.LETTER_LONG)
    return clean.html.replace(_PLACE, 'src="cid:')


def _opening(signature: str) -> str:
    line = "<div><br></div>"
    return f"{line}{line}{signature}" if signature else line
