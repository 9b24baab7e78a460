"""Cases and parties from a table: first what would become of it, then, after a person's word, all of it in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from uuid import UUID

from teczka.actions.audit import note_cases
from teczka.actions.cases import change_case, columns, number_once, own_patterns
from teczka.actions.team import save_team
from teczka.core.audit import Verb
from teczka.core.case_csv import Sheet, sheet
from teczka.core.case_import import Reading, read
from teczka.core.case_merge import Plan, Sought, Step, What, plan
from teczka.core.references import parse
from teczka.store import events
from teczka.store.models import Case, CaseMember, CaseReference, Office, Party, PartyAddress, User
from teczka.store.queries.case_cards import case_cards
from teczka.store.queries.case_names import all_cases
from teczka.store.viewer import as_user


@dataclass(frozen=True, slots=True)
class Preview:
    """What a table says, and what would become of it. Cases of which a line is wrong are left out of the plan."""

    sheet: Sheet
    reading: Reading
    plan: Plan

    @property
    def mark(self) -> str:
        """Another one where anything else would be written."""
        steps = [(step.what, step.kept and step.kept.id, step.card.mark, step.joins) for step in self.plan.steps]
        return sha256(repr(steps).encode()).hexdigest()[:16]


class OtherMeanwhile(Exception):
    """The office's cases are not what they were when somebody looked at the preview; `now` is what it would say."""

    def __init__(self, now: Preview) -> None:
        super().__init__()
        self.now = now


def preview_import(actor: User, text: str) -> Preview:
    """Nothing is written. Raises core.case_csv.BadFile."""
    told, own = sheet(text), own_patterns(actor)
    reading = read(told, own, _people(actor).keys())
    sought = Sought(reading.cases)
    there = case_cards(actor, [one.public_id for one in all_cases(actor) if sought.holds(one.number, one.name)])
    return Preview(told, reading, plan(reading.cases, there, own))


def import_cases(actor: User, text: str, seen: str) -> Plan:
    """What was done. `seen`: the mark of the preview that the actor agreed to. The team of a new case are those that the table names,
    or the actor; a walled one has the actor, too. Raises OtherMeanwhile, BadFile, and AlreadyThere for a number that was taken just now."""
    with as_user(actor.pk), number_once(""):
        Office.objects.select_for_update(no_key=True).get(pk=actor.office_id)  # two imports one after the other
        now = preview_import(actor, text)
        if now.mark != seen:
            raise OtherMeanwhile(now)
        people = _people(actor)
        there = {step.kept.id: step.kept for step in now.plan.steps if step.what is What.CHANGED and step.kept}
        # All before the first entry of the register: whoever changes one of them meanwhile has its row, and waits for that.
        list(Case.objects.select_for_update(no_key=True).filter(public_id__in=there).order_by("pk").values_list("pk"))
        if there and any(one != there[one.id] for one in case_cards(actor, list(there))):
            raise OtherMeanwhile(preview_import(actor, text))
        made = _add(actor, [step for step in now.plan.steps if step.what is What.NEW], people)
        for step in now.plan.steps:
            if step.what is What.CHANGED:
                _change(actor, step, people)
        note_cases(actor, Verb.CASE_CREATE, made)
    return now.plan


def _people(actor: User) -> dict[str, User]:
    return {one.email: one for one in User.objects.filter(office_id=actor.office_id, is_active=True)}


def _change(actor: User, step: Step, people: dict[str, User]) -> None:
    if step.kept is None:
        return
    if step.card != step.kept.card:
        change_case(actor, step.kept.id, step.card, step.kept.card.mark)
    if step.joins:
        lead = next((people[one].public_id for one in step.kept.lead if one in people), None)
        team = [people[one].public_id for one in (*step.kept.team, *step.joins) if one in people]
        save_team(actor, step.kept.id, team, lead, [people[one].public_id for one in step.kept.team if one in people])


def _add(actor: User, steps: Sequence[Step], people: dict[str, User]) -> list[Case]:
    """A statement for each table: thousands of cases are some seconds. Teams come last, for who is in none may then write no more."""
    made = Case.objects.bulk_create(
        Case(
            office_id=actor.office_id,
            created_by=actor,
            **columns(step.card) | ({"number": ""} if step.told.walled else {}),
        )
        for step in steps
    )
    pairs = list(zip(made, steps, strict=True))
    own = own_patterns(actor)
    CaseReference.objects.bulk_create(
        CaseReference(office_id=actor.office_id, case=case, position=place, written=written, **reference._asdict())
        for case, step in pairs
        for place, written in chain(enumerate(step.card.references), [(CaseReference.OWN_NUMBER, step.card.number)])
        if (reference := parse(written, own))
    )
    _add_parties(pairs)
    CaseMember.objects.bulk_create(
        CaseMember(office_id=actor.office_id, case=case, user=person, lead=lead)
        for case, step in pairs
        for person, lead in _team(actor, step, people).items()
    )
    walled = [(case, step) for case, step in pairs if step.told.walled]
    for case, step in walled:
        case.number, case.walled = step.card.number, True
    Case.objects.bulk_update([case for case, _ in walled], ["number", "walled"])
    events.told(_knowing(actor, steps, people), [events.CASES])
    return made


def _knowing(actor: User, steps: Sequence[Step], people: dict[str, User]) -> list[UUID]:
    """Of new cases: of walled ones their teams, and of nothing nobody."""
    office = people.values() if any(not step.told.walled for step in steps) else ()
    teams = chain.from_iterable(_team(actor, step, people) for step in steps)
    return sorted({one.public_id for one in chain(office, teams)})


def _team(actor: User, step: Step, people: dict[str, User]) -> dict[User, bool]:
    """Who is in it, and whether they lead it."""
    team = {people[one]: one in step.told.lead for one in step.joins}
    if not team:
        return {actor: True}
    return team | ({} if actor in team or not step.told.walled else {actor: False})


def _add_parties(pairs: Sequence[tuple[Case, Step]]) -> None:
    told = [(case, place, party) for case, step in pairs for place, party in enumerate(step.card.parties)]
    made = Party.objects.bulk_create(
        Party(
            office_id=case.office_id,
            case=case,
            position=place,
            side=party.side,
            name=party.name,
            role=party.role,
            note=party.note,
        )
        for case, place, party in told
    )
    PartyAddress.objects.bulk_create(
        PartyAddress(office_id=row.office_id, case_id=row.case_id, party=row, address=address)
        for row, (_, _, party) in zip(made, told, strict=True)
        for address in party.addresses
    )
