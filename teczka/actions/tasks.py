"""Tasks: made, changed, done, removed, and all of that taken back, by whoever sees them. Who that is, is said by whoever governs one."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from teczka.actions.telling import stir
from teczka.core.errors import NotAllowed, Problem, Trouble
from teczka.core.meanwhile import merged
from teczka.core.tasks import WHO, Audience, Wanted, remind_on
from teczka.store import events
from teczka.store.models import Case, CaseMember, Task, User
from teczka.store.queries.cases import case_line
from teczka.store.queries.tasks import Colleague, Source, colleagues, source, task, task_row
from teczka.store.viewer import as_user


@dataclass(frozen=True, slots=True)
class Seen:
    """Who sees a task. `others`: beside the team, those who are none of it."""

    audience: Audience
    team: frozenset[int] = frozenset()  # ids of users
    others: tuple[Colleague, ...] = ()

    def by(self, user: User) -> bool:
        return self.audience is Audience.OFFICE or user.pk in {*self.team, *(person.id for person in self.others)}


def add_task(actor: User, wanted: Wanted, message: UUID | None = None) -> Task:
    """`message`: that it is made from. Raises NotAllowed, Problem(TASK_WALLED)."""
    with as_user(actor.pk):
        origin = _source(actor, message)
        made = Task.objects.create(
            office_id=actor.office_id,
            created_by=actor,
            message_id=origin.id if origin else None,
            message_owner_id=origin.owner_id if origin else None,
            **_columns(actor, actor, wanted),
        )
        _tell(made)
    return made


def save_task(actor: User, public_id: UUID, wanted: Wanted, seen: str | None = None) -> None:
    """Whoever sees it without governing it changes neither who does it nor who sees it. `seen`: the marks of what was edited; what was left
    alone stays as others have it now. Raises NotAllowed, Problem(TASK_WALLED, TASK_LOST), ChangedMeanwhile."""
    with as_user(actor.pk):
        row, line = _locked(actor, public_id), task(actor, public_id)
        if line is None:
            raise NotAllowed
        wanted = Wanted(**merged(asdict(line.wanted), asdict(wanted), seen, WHO))
        if not line.governed and _hands(wanted, actor) != _hands(line.wanted, actor):
            raise NotAllowed
        if not seen_by(actor, wanted, line.maker).by(actor):
            raise Problem(Trouble.TASK_LOST)
        _tell(row)  # whom it may leave
        before = row.assignee_id, row.due_on, row.remind_on
        for name, value in _columns(actor, row.created_by, wanted).items():
            setattr(row, name, value)
        if before != (row.assignee_id, row.due_on, row.remind_on):
            row.reminded_at = None
        row.save()
        _tell(row)


def finish(actor: User, public_id: UUID) -> None:
    """Raises NotAllowed, as all of these."""
    _mark(actor, public_id, done_at=timezone.now(), done_by=actor)


def reopen(actor: User, public_id: UUID) -> None:
    """In a walled case whose team its doer has left it is the actor's to do."""
    with as_user(actor.pk):
        row = _locked(actor, public_id)
        case = row.case
        left = case and case.walled and not case.members.filter(user=row.assignee_id).exists()
        _mark(
            actor, public_id, done_at=None, done_by=None, **({"assignee": actor, "reminded_at": None} if left else {})
        )


def remove(actor: User, public_id: UUID) -> None:
    _mark(actor, public_id, removed_at=timezone.now())


def restore(actor: User, public_id: UUID) -> None:
    _mark(actor, public_id, removed_at=None)


def hand_on(case: Case, team: Collection[int], heir: User) -> bool:
    """What is not done yet and somebody outside the team, by ids of users, was to do in a case that its team alone knows of: it is the
    heir's, who is reminded of it anew. Told to both. Whether there was any. Within the caller's transaction, in the eyes of the team."""
    left = Task.objects.filter(case=case, done_at=None).exclude(assignee_id__in=team)
    doers = set(left.values_list("assignee_id", flat=True))
    if doers:
        left.update(assignee=heir, reminded_at=None, updated_at=timezone.now())
        people = User.objects.filter(pk__in={*doers, *team, heir.pk}, is_active=True)
        events.told(list(people.values_list("public_id", flat=True)), [events.TASKS])
    return bool(doers)


def seen_by(actor: User, wanted: Wanted, maker: UUID) -> Seen:
    """Who would see it, its title among it. Raises NotAllowed, Problem(TASK_WALLED)."""
    people = {person.public_id: person for person in colleagues(actor)}
    doer = people.get(wanted.assignee or actor.public_id)
    if doer is None:
        raise NotAllowed
    both = [people[key] for key in dict.fromkeys((maker, doer.public_id)) if key in people]
    if wanted.case is None:
        if wanted.for_office:
            return Seen(Audience.OFFICE)
        return Seen(Audience.BOTH if len(both) > 1 else Audience.ALONE, others=tuple(both))
    case = case_line(actor, wanted.case)
    if case is None:
        raise NotAllowed
    with as_user(actor.pk):
        team = frozenset(CaseMember.objects.filter(case_id=case.id).values_list("user_id", flat=True))
    if case.walled and doer.id not in team:
        raise Problem(Trouble.TASK_WALLED, name=doer.name)
    outside = tuple(person for person in both if person.id not in team and not case.walled)
    return Seen(Audience.TEAM_AND if outside else Audience.TEAM, team, outside)


def _columns(actor: User, maker: User, wanted: Wanted) -> dict[str, Any]:
    seen_by(actor, wanted, maker.public_id)  # which refuses whoever may not see it
    return {
        "title": wanted.title,
        "note": wanted.note,
        "due_on": wanted.due_on,
        "remind_on": remind_on(wanted.due_on, wanted.reminder),
        "assignee_id": User.objects.get(public_id=wanted.assignee or actor.public_id).pk,
        "case_id": Case.objects.get(public_id=wanted.case).pk if wanted.case else None,
        "for_office": wanted.for_office and not wanted.case,
    }


def _hands(wanted: Wanted, actor: User) -> tuple[UUID, UUID | None, bool]:
    return wanted.assignee or actor.public_id, wanted.case, wanted.for_office and not wanted.case


def _source(actor: User, message: UUID | None) -> Source | None:
    if message is None:
        return None
    found = source(actor, message)
    if found is None:
        raise NotAllowed
    return found


def _mark(actor: User, public_id: UUID, **columns: Any) -> None:
    with as_user(actor.pk):
        row = _locked(actor, public_id)
        for name, value in columns.items():
            setattr(row, name, value)
        row.save(update_fields=[*columns, "updated_at"])
        _tell(row)


def _locked(actor: User, public_id: UUID) -> Task:
    found = task_row(actor, public_id)
    if found is None:
        raise NotAllowed
    return Task.objects.select_for_update(of=("self",)).select_related("created_by").get(pk=found)


def _tell(row: Task) -> None:
    """Whoever sees it now. In the eyes of somebody who does."""
    people = User.objects.filter(office_id=row.office_id, is_active=True)
    case = Case.objects.filter(pk=row.case_id).first() if row.case_id else None
    if case or not row.for_office:
        team = CaseMember.objects.filter(case=case).values_list("user_id", flat=True) if case else ()
        both = () if case and case.walled else (row.created_by_id, row.assignee_id)
        people = people.filter(pk__in={*team, *both})
    events.told(list(people.values_list("public_id", flat=True)), [events.TASKS])
    if case:
        stir(case)
