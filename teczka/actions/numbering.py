"""The office's own file numbers: their patterns, and what is looked through again when these change.

A message is read again only where the new patterns find other numbers of the office's in it than the old ones did. Who keeps the patterns
is not told in how many that was: of private mail nobody learns what stands in it, not even by trying patterns (P7).
"""

from django.db import transaction

from teczka.actions.audit import note
from teczka.actions.parties import save_numbers
from teczka.actions.policy import check_administrator
from teczka.core.audit import Verb
from teczka.core.errors import AlreadyThere
from teczka.core.numbering import MOST, BadPattern, Fault, Pattern, pattern
from teczka.core.references import Kind, Reference
from teczka.mime.references import linked, mentions, named
from teczka.store import events, numbering
from teczka.store.models import Case, Office, User
from teczka.store.numbering import Stored
from teczka.store.viewer import as_user


def add_pattern(actor: User, written: str) -> None:
    """Raises NotAllowed, BadPattern, AlreadyThere."""
    check_administrator(actor)
    new = pattern(written).written
    with transaction.atomic():
        office = Office.objects.select_for_update(no_key=True).get(pk=actor.office_id)
        if new in office.number_patterns:
            raise AlreadyThere
        if len(office.number_patterns) >= MOST:
            raise BadPattern(Fault.MANY)
        _keep(actor, office, [*office.number_patterns, new])


def drop_pattern(actor: User, written: str) -> None:
    """Nothing happens where it is not there any more. Raises NotAllowed."""
    check_administrator(actor)
    with transaction.atomic():
        office = Office.objects.select_for_update(no_key=True).get(pk=actor.office_id)
        if written in office.number_patterns:
            _keep(actor, office, [one for one in office.number_patterns if one != written])


def _keep(actor: User, office: Office, patterns: list[str]) -> None:
    """Waits for whoever reads mail with the old ones (store/reading.py), so that what they read is looked through as well."""
    office.number_patterns = patterns
    office.save(update_fields=["number_patterns"])
    numbering.changed(office)
    events.wake_readers()
    note(actor, Verb.OFFICE_CHANGE, [])


def renumber(most: int) -> bool:
    """Look through the next of somebody's messages, at most so many, after the patterns changed. False: nobody's are left."""
    with transaction.atomic():
        owner = numbering.waiting()
        if owner is None:
            return False
        own = [pattern(written) for written in owner.office.number_patterns]
        with as_user(owner.pk):
            if owner.numbers_below == numbering.EVERYTHING:
                # Of their teams: of a walled case nobody else knows.
                save_numbers(list(Case.objects.filter(members__user=owner)), own)
            other = [one.id for one in numbering.look_at(owner, most) if _own_numbers(one, own) != one.own]
            if other:
                numbering.read_again(owner, other)
    return True


def _own_numbers(message: Stored, own: list[Pattern]) -> set[Reference]:
    shown = linked(message.html, own)[1] if message.html else named(message.text, own)
    found = (mention.reference for mention in mentions(message.subject, message.files, shown, own))
    return {reference for reference in found if reference.kind is Kind.OWN}
