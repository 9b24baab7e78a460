"""The demo's cases with their notes, papers and tasks: made by the product's own actions, then dated back to when they are said to have
happened, which no action does."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from teczka.actions.cases import add_case
from teczka.actions.documents import add_document
from teczka.actions.notes import add_note
from teczka.actions.pins import pin_case
from teczka.actions.tasks import add_task, finish
from teczka.core.tasks import Reminder, Wanted
from teczka.remote.demo import casebook
from teczka.remote.demo.documents import document
from teczka.remote.demo.matters import Matter
from teczka.store.models import Case, CaseNote, Document, Message, Task, User
from teczka.store.viewer import as_user

Cases = Mapping[str, UUID]  # by `Matter.short`
People = Mapping[str, User]  # by their key in the script


def open_cases(matters: Sequence[Matter], people: People, today: date) -> Cases:
    """By their lawyers, oldest first, as numbers are given."""
    made = {}
    for matter in sorted(matters, key=lambda one: -one.begun):
        team = [people[key].public_id for key in matter.team]
        lead = people[matter.lawyer]
        case = add_case(lead, casebook.card(matter, today), team, lead.public_id, walled=matter.walled)
        made[matter.short] = case.public_id
    return made


def keep_notes(cases: Cases, people: People, now: datetime) -> None:
    for entry in casebook.entries("note"):
        author = people[entry.by]
        made = add_note(author, cases[entry.of], entry.text)
        with as_user(author.pk):
            CaseNote.objects.filter(pk=made.pk).update(created_at=now - entry.age)


def keep_papers(matters: Sequence[Matter], cases: Cases, people: People, now: datetime) -> None:
    facts = {matter.short: matter.facts for matter in matters}
    for entry in casebook.entries("document"):
        kind, content = document(entry.name, [facts[entry.of]["party"], facts[entry.of]["reference"]])
        sender = people[entry.by]
        made = add_document(sender, cases[entry.of], entry.name, kind, [content])
        with as_user(sender.pk):
            Document.objects.filter(pk=made.pk).update(created_at=now - entry.age)


def give_tasks(cases: Cases, people: People, now: datetime) -> None:
    for entry in casebook.entries("task"):
        maker, due = people[entry.by], None if entry.due is None else now.date() + timedelta(days=entry.due)
        reminder = Reminder.NONE if entry.remind is None else Reminder(entry.remind)
        case, doer = cases.get(entry.of), people[entry.whose].public_id
        wanted = Wanted(entry.text, "", due, doer, case, entry.office, reminder)
        task = add_task(maker, wanted, letter(maker, entry.subject) if entry.subject else None)
        if entry.done is not None:
            finish(people[entry.whose], task.public_id)
        with as_user(maker.pk):
            done = None if entry.done is None else now - timedelta(days=entry.done)
            given = min(now - timedelta(hours=3), (done or now) - timedelta(days=4))
            Task.objects.filter(pk=task.pk).update(done_at=done, created_at=given)


def letter(owner: User, subject: str) -> UUID:
    """The owner's newest whose subject begins so."""
    with as_user(owner.pk):
        found = Message.objects.filter(owner=owner, subject__startswith=subject).order_by("-internaldate").first()
    if found is None:
        raise LookupError(f"{owner.name} has no letter “{subject}”")
    return found.public_id


def pin(cases: Cases, people: People) -> None:
    for entry in casebook.entries("pin"):
        pin_case(people[entry.by], cases[entry.of])


def date_back(matters: Sequence[Matter], cases: Cases, people: People, now: datetime) -> None:
    """Closed cases were last touched on the day they were closed, the others while one looks at them."""
    for matter in matters:
        with as_user(people[matter.lawyer].pk):
            when = now - timedelta(days=matter.ended) if matter.ended else now - timedelta(hours=matter.hearing)
            Case.objects.filter(public_id=cases[matter.short]).update(active_at=when)
