"""The demo's mail of the past, filed and shared: each person files their own, shown to nobody but whom the script names.

What came within the last fortnight stays as it came, so that there is something to file.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import OuterRef, Subquery

from teczka.actions import sharing
from teczka.actions.comments import add_comment
from teczka.actions.demo_cases import Cases, People, letter
from teczka.actions.filing import Wanted, file, set_aside
from teczka.core.acts import Verb
from teczka.core.filing import How
from teczka.core.sharing import Scope
from teczka.core.suggestions import Reason
from teczka.remote.demo import casebook
from teczka.remote.demo.matters import Matter
from teczka.store import acts
from teczka.store.models import Act, Comment, Document, Filing, Message, User
from teczka.store.sharing import Targets
from teczka.store.viewer import as_user

RECENT = timedelta(days=14)
_SOON = timedelta(hours=2)  # after it came it was filed


@dataclass(frozen=True, slots=True)
class Letter:
    id: int
    public_id: UUID
    message_id: str  # without its angle brackets
    subject: str
    matter: str  # "": none
    date: datetime


def settled(owner: User, belongs: Mapping[str, str], before: datetime) -> list[Letter]:
    """The owner's mail of conversations in which nothing came since, oldest first."""
    of = {key.strip("<>"): matter for key, matter in belongs.items()}
    with as_user(owner.pk):
        found = Message.objects.filter(owner=owner).order_by("internaldate", "id")
        rows = list(found.values_list("id", "public_id", "message_id", "subject", "thread_id", "internaldate"))
    live = {thread for *_, thread, date in rows if date >= before and thread}
    return [
        Letter(pk, public_id, name.strip("<>"), subject or "", of.get(name.strip("<>"), ""), date)
        for pk, public_id, name, subject, thread, date in rows
        if date < before and thread not in live
    ]


def file_past(
    matters: Sequence[Matter], cases: Cases, people: People, belongs: Mapping[str, str], now: datetime
) -> None:
    """Of one letter that lies in several mailboxes, and that its team has seen in one, the others file nothing."""
    by_matter: dict[tuple[str, str], list[Letter]] = defaultdict(list)
    for key, person in people.items():
        aside: list[Letter] = []
        for one in settled(person, belongs, now - RECENT):
            (by_matter[key, one.matter] if one.matter else aside).append(one)
        if aside:
            _set_aside(person, aside)
    for matter in matters:
        shown: set[str] = set()
        for key in matter.team:
            mine = [one for one in by_matter[key, matter.short] if one.message_id not in shown]
            _file(people[key], mine, matter, cases[matter.short])
            shown |= {one.message_id for one in mine} if matter.shared else set()


def _file(person: User, letters: Sequence[Letter], matter: Matter, case: UUID) -> None:
    """As if by the strip's first suggestion where the subject names the case's file number, by the picker elsewhere."""
    number = matter.facts["reference"]
    for named in (True, False):
        chosen = [one.public_id for one in letters if (number in one.subject) is named]
        wanted = Wanted(
            case,
            whole=not matter.ended,
            shared=matter.shared,
            how=How.KEY if named else How.PICKER,
            reason=Reason.SUBJECT if named else "",
            params={"reference": number} if named else {},
        )
        if chosen:
            file(person, uuid5(NAMESPACE_URL, f"{matter.own}/{person.pk}/{named}"), chosen, wanted, quiet=True)


def _set_aside(person: User, letters: Sequence[Letter]) -> None:
    key = uuid5(NAMESPACE_URL, f"aside/{person.pk}")
    set_aside(person, key, [one.public_id for one in letters])
    with as_user(person.pk):
        Act.objects.filter(owner=person, key=key).update(quiet=True)  # long ago: no matter for `z`


def date_back(people: People) -> None:
    """Filings to when their mail came, and documents that are parts of it."""
    for person in people.values():
        with as_user(person.pk):
            came = Message.objects.filter(pk=OuterRef("message_id")).values("internaldate")[:1]
            Filing.objects.filter(by=person).update(at=Subquery(came) + _SOON)
            Document.objects.filter(created_by=person, message__isnull=False).update(created_at=Subquery(came))


def show(people: People) -> None:
    """One conversation to one person, and what is answered to it."""
    for entry in casebook.entries("share"):
        owner, other = people[entry.by], people[entry.whose]
        message = letter(owner, entry.subject)
        with as_user(owner.pk):
            act = acts.begin(owner, uuid5(message, "show"), Verb.SHARE, quiet=True)
            if act is not None:
                row = Message.objects.get(public_id=message)
                sharing.give(owner, act, [row.pk], Scope.FOLLOWING, Targets([other.pk]))


def say(people: People, now: datetime) -> None:
    for entry in casebook.entries("comment"):
        author = people[entry.by]
        made = add_comment(author, letter(people[entry.whose], entry.subject), entry.text)
        with as_user(author.pk):
            Comment.objects.filter(pk=made.pk).update(at=now - entry.age)
