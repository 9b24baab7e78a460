"""Notes of a case: its team reads them, who wrote one may change it."""

from uuid import UUID

from django.utils import timezone

from teczka.actions.telling import stir
from teczka.core.errors import NotAllowed
from teczka.store.models import Case, CaseNote, User
from teczka.store.viewer import as_user


def add_note(actor: User, case_id: UUID, text: str) -> CaseNote:
    """Raises NotAllowed for whoever is not in the case's team."""
    with as_user(actor.pk):
        case = Case.objects.filter(office_id=actor.office_id, public_id=case_id, members__user=actor).first()
        if case is None:
            raise NotAllowed
        made = CaseNote.objects.create(office_id=actor.office_id, case=case, author=actor, text=text)
        stir(case)
    return made


def edit_note(actor: User, case_id: UUID, public_id: UUID, text: str) -> None:
    """Raises NotAllowed, also where it is deleted."""
    with as_user(actor.pk):
        note = _own(actor, case_id, public_id)
        if note.deleted_at:
            raise NotAllowed
        if note.text != text:
            note.text, note.edited_at = text, timezone.now()
            note.save(update_fields=["text", "edited_at"])
            stir(note.case)


def drop_note(actor: User, case_id: UUID, public_id: UUID) -> None:
    """It can be taken back. Raises NotAllowed."""
    _mark(actor, case_id, public_id, deleted=True)


def restore_note(actor: User, case_id: UUID, public_id: UUID) -> None:
    """Raises NotAllowed."""
    _mark(actor, case_id, public_id, deleted=False)


def _mark(actor: User, case_id: UUID, public_id: UUID, *, deleted: bool) -> None:
    with as_user(actor.pk):
        note = _own(actor, case_id, public_id)
        if bool(note.deleted_at) is not deleted:
            note.deleted_at = timezone.now() if deleted else None
            note.save(update_fields=["deleted_at"])
            stir(note.case)


def _own(actor: User, case_id: UUID, public_id: UUID) -> CaseNote:
    """Written by the actor, of a case whose team they are still in."""
    found = CaseNote.objects.select_for_update(of=("self",)).select_related("case")
    note = found.filter(author=actor, public_id=public_id, case__public_id=case_id, case__members__user=actor).first()
    if note is None:
        raise NotAllowed
    return note
