"""Keeping a case at hand: pinned by its viewer, or used by them of late."""

from uuid import UUID

from teczka.core.errors import NotAllowed
from teczka.store import pins
from teczka.store.models import User
from teczka.store.queries.cases import case_line
from teczka.store.viewer import as_user


def pin_case(actor: User, public_id: UUID) -> None:
    """Raises NotAllowed where its card is not for them."""
    _write(pins.PIN, actor, public_id)


def unpin_case(actor: User, public_id: UUID) -> None:
    _write(pins.UNPIN, actor, public_id)


def use_case(actor: User, case_id: int) -> None:
    """It was opened, or something was filed to it; by its inner id, by whoever has seen its card."""
    with as_user(actor.pk):
        pins.write(pins.USE, actor.pk, case_id, actor.office_id)


def _write(statement: str, actor: User, public_id: UUID) -> None:
    with as_user(actor.pk):
        line = case_line(actor, public_id)
        if line is None:
            raise NotAllowed
        pins.write(statement, actor.pk, line.id, actor.office_id)
