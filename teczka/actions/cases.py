"""Cases: opened, changed, closed. Their teams and walls are actions/team.py."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from teczka.actions.audit import note
from teczka.actions.parties import save_parties, save_references
from teczka.actions.telling import tell_of_case
from teczka.core.access import Standing
from teczka.core.audit import Verb
from teczka.core.cases import Card, CaseState
from teczka.core.errors import AlreadyThere, NotAllowed
from teczka.core.find import haystack
from teczka.core.meanwhile import ChangedMeanwhile
from teczka.core.numbering import Pattern, following, pattern
from teczka.language.fold import fold
from teczka.language.order import sort_key
from teczka.store.models import Case, CaseMember, User
from teczka.store.queries.cases import case_card, numbers
from teczka.store.viewer import as_user


def own_patterns(actor: User) -> list[Pattern]:
    """The office's, of its own numbers."""
    return [pattern(written) for written in actor.office.number_patterns]


def next_number(actor: User, year: int) -> str:
    """Proposed for a new case, by the office's first pattern; "" where it has none."""
    own = own_patterns(actor)
    return following(own[0], numbers(actor), year) if own else ""


def add_case(
    actor: User, new: Card, people: Collection[UUID] = (), lead: UUID | None = None, *, walled: bool = False
) -> Case:
    """Its team are the actor and these people of the office, led by `lead` if that is one of them. `walled`: nobody else ever knows of it.
    Raises AlreadyThere for a number that another case bears."""
    with as_user(actor.pk), number_once("" if walled else new.number):
        # Neither a number that is taken nor a wall may stand in the way of a row that its maker does not see yet.
        made = Case.objects.create(
            office_id=actor.office_id, created_by=actor, **columns(new) | ({"number": ""} if walled else {})
        )
        others = User.objects.filter(office_id=actor.office_id, is_active=True, public_id__in=people)
        join(made, actor, *others.exclude(pk=actor.pk))
        if lead:
            made.members.filter(user__public_id=lead).update(lead=True)
        if walled:
            made.number, made.walled = new.number, True
            made.save()
        save_references(made, new.references, own_patterns(actor))
        save_parties(made, new.parties)
        tell_of_case(made)
        note(actor, Verb.CASE_CREATE, [made.public_id], made.pk)
    return made


def change_case(actor: User, public_id: UUID, new: Card, seen: str) -> None:
    """`seen`: the mark of the card that was edited. Raises NotAllowed, AlreadyThere as above, ChangedMeanwhile."""
    with as_user(actor.pk), number_once(new.number):
        case = changeable(actor, public_id)
        now = case_card(actor, public_id)
        if now is None or now.mark != seen:
            raise ChangedMeanwhile
        for name, value in columns(new).items():
            setattr(case, name, value)
        case.active_at = timezone.now()
        case.save()
        save_references(case, new.references, own_patterns(actor))
        save_parties(case, new.parties)
        tell_of_case(case)
        note(actor, Verb.CASE_CHANGE, [case.public_id], case.pk)


def set_state(actor: User, public_id: UUID, state: CaseState, day: date) -> tuple[CaseState, date | None]:
    """What it was before, and the day on which it had been closed. Closed, a case has that day, which is `day`; open again, it has none.
    Raises NotAllowed."""
    with as_user(actor.pk):
        case = changeable(actor, public_id)
        before, closed_on = CaseState(case.state), case.closed_on
        if state is not before:
            case.state, case.closed_on = state, day if state is CaseState.CLOSED else None
            case.active_at = timezone.now()
            case.save()
            tell_of_case(case)
            note(actor, Verb.CASE_CHANGE, [case.public_id], case.pk)
    return before, closed_on


def changeable(actor: User, public_id: UUID) -> Case:
    """Its row, locked until the transaction ends, for whoever is in its team, and for administrators where it is not walled.
    Raises NotAllowed."""
    case = Case.objects.select_for_update(no_key=True).filter(office_id=actor.office_id, public_id=public_id).first()
    if case is None:
        raise NotAllowed
    member = case.members.filter(user=actor).exists()
    if not Standing(True, member, case.walled, actor.is_administrator).changes:
        raise NotAllowed
    return case


def join(case: Case, *people: User) -> None:
    """They are in its team from now on."""
    rows = [CaseMember(office_id=case.office_id, case=case, user=one) for one in people]
    CaseMember.objects.bulk_create(rows, ignore_conflicts=True)  # who was let in again just now is


@contextmanager
def number_once(number: str) -> Iterator[None]:
    """What is written within bears this number, which no other case that is not walled may. Raises AlreadyThere."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "case_number" in str(error):
            raise AlreadyThere(number) from error
        raise


def columns(card: Card) -> dict[str, Any]:
    words = [card.name, card.client, *(party.name for party in card.parties)]
    return {
        "number": card.number,
        "name": card.name,
        "client": card.client,
        "state": card.state,
        "opened_on": card.opened_on,
        "closed_on": card.closed_on,
        "sort_key": sort_key(card.name),
        "haystack": haystack(fold(card.number), map(fold, card.references), map(fold, words)),
    }
