"""Texts that somebody writes again and again."""

from uuid import UUID

from django.db import IntegrityError, transaction

from teczka.actions.drafts import safe
from teczka.core.errors import AlreadyThere, NotAllowed
from teczka.core.meanwhile import merged
from teczka.store.models import Template, User
from teczka.store.viewer import as_user


def save_template(
    actor: User, public_id: UUID | None, name: str, subject: str, html: str, seen: str | None = None
) -> None:
    """None: a new one. `seen`: the marks of what was edited. Raises NotAllowed, AlreadyThere for a name that another bears,
    Problem(LETTER_LONG), ChangedMeanwhile."""
    new = {"name": name, "subject": subject, "html": safe(html, ())}
    try:
        with as_user(actor.pk), transaction.atomic():
            if public_id is None:
                Template.objects.create(office_id=actor.office_id, owner=actor, **new)
                return
            rows = Template.objects.filter(owner=actor, public_id=public_id)
            now = rows.select_for_update().values(*new).first()
            if now is None:
                raise NotAllowed
            rows.update(**merged(now, new, seen))
    except IntegrityError as error:
        raise AlreadyThere(name) from error


def drop_template(actor: User, public_id: UUID) -> None:
    """Raises NotAllowed."""
    with as_user(actor.pk):
        deleted, _ = Template.objects.filter(owner=actor, public_id=public_id).delete()
    if not deleted:
        raise NotAllowed
