"""The team of a case, and the wall around it: who sees what lies inside, and who knows of it at all."""

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from teczka.actions.audit import note
from teczka.actions.cases import changeable, join, number_once
from teczka.actions.tasks import hand_on
from teczka.actions.telling import knowing, tell_of_case
from teczka.core.audit import Verb
from teczka.core.errors import NotAllowed
from teczka.store import events
from teczka.store.models import Case, User
from teczka.store.sharing import regrant_team
from teczka.store.viewer import as_user


def save_team(
    actor: User, public_id: UUID, people: Collection[UUID], lead: UUID | None, seen: Collection[UUID] | None = None
) -> None:
    """Exactly these people of the office, led by `lead` if that is one of them; who can sign in no longer stays as they were. Who joins
    gains what was shared with the team, who leaves loses it, and in a walled case their open tasks. `seen`: who was in it for the actor, so
    that nobody comes back who was taken out meanwhile, and nobody goes who came. Raises NotAllowed, also where nobody would be left."""
    with as_user(actor.pk):
        case = changeable(actor, public_id)
        if seen is not None:
            now = set(case.members.filter(user__is_active=True).values_list("user__public_id", flat=True))
            people = now.difference(seen).union(people) - (set(seen) - now)
        wanted = list(User.objects.filter(office_id=case.office_id, is_active=True, public_id__in=people))
        if not wanted:
            raise NotAllowed
        knew = knowing(case)
        then = set(case.members.filter(user__is_active=True).values_list("user_id", flat=True))
        join(case, *(one for one in wanted if one.pk not in then))
        case.members.update(lead=False)
        case.members.filter(user_id__in=[one.pk for one in wanted if one.public_id == lead]).update(lead=True)
        _changed(case)
        tell_of_case(case, knew)
        gone = then - {one.pk for one in wanted}
        passed = _pass_on(actor, case, gone) if case.walled else []
        # Last: whoever leaves a walled case sees it no longer, not even to say so.
        case.members.filter(user_id__in=gone).delete()
        if seen_otherwise := regrant_team(case.pk):
            events.changed(seen_otherwise, case.public_id, [])
        note(actor, Verb.CASE_TEAM, [case.public_id, *sorted(one.public_id for one in wanted)], case.pk)
        _note_passed(actor, case, passed)


def wall_case(actor: User, public_id: UUID) -> bool:
    """From now on its team alone knows of it, the actor among them, and what others had to do in it is the team's. Whether `unwall_case`
    takes all of that back: not where somebody joined by it, or tasks went to somebody else. Raises NotAllowed."""
    with as_user(actor.pk):
        case = changeable(actor, public_id)
        if case.walled:
            return False
        knew = knowing(case)
        joins = not case.members.filter(user=actor).exists()
        if joins:
            join(case, actor)
        passed = _pass_on(actor, case, ())
        case.walled = True
        _changed(case)
        tell_of_case(case, knew)
        if joins and (seen_otherwise := regrant_team(case.pk)):
            events.changed(seen_otherwise, case.public_id, [])
        note(actor, Verb.CASE_WALL, [case.public_id], case.pk)
        _note_passed(actor, case, passed)
        return not joins and not passed


def unwall_case(actor: User, public_id: UUID) -> None:
    """The office sees its card again. Raises NotAllowed, AlreadyThere where another case bears its number meanwhile."""
    with as_user(actor.pk):
        case = changeable(actor, public_id)
        with number_once(case.number):
            case.walled = False
            _changed(case)
        tell_of_case(case)
        note(actor, Verb.CASE_UNWALL, [case.public_id], case.pk)


def _pass_on(actor: User, case: Case, gone: Collection[int]) -> list[User]:
    """Open tasks of whoever is not in the team, or leaves it, go to its lead, else to the actor, else to somebody of it. To whom they
    went, if there were any."""
    stays = case.members.exclude(user_id__in=gone)
    here = stays.filter(user__is_active=True).select_related("user").order_by("-lead", "user_id")
    heir = next((one.user for one in here if one.lead or one.user_id == actor.pk), here[0].user)
    return [heir] if hand_on(case, list(stays.values_list("user_id", flat=True)), heir) else []


def _note_passed(actor: User, case: Case, passed: list[User]) -> None:
    for heir in passed:
        note(actor, Verb.CASE_TASKS, [case.public_id, heir.public_id], case.pk)


def _changed(case: Case) -> None:
    case.active_at = timezone.now()
    case.save()
