"""Texts that somebody writes again and again."""

from uuid import UUID

from django.db import IntegrityError, transaction

from teczka.actions.drafts import safe
from teczka.core.errors import AlreadyThere, NotAllowed
from teczka.store.models import Template, User
from teczka.store.viewer import as_user


def save_template(actor: User, public_id: UUID | None, name: str, subject: str, html: str) -> None:
    """None: a new one. Raises NotAllowed, AlreadyThere for a name that another bears."""
    values = {"name": name, "subject": subject, "html": safe(html, ())}
    try:
        with as_user(actor.pk), transaction.atomic():
            if public_id is None:
                Template.objects.create(office_id=actor.office_id, owner=actor, **values)
            elif not Template.objects.filter(owner=actor, public_id=public_id).update(**values):
                raise NotAllowed
    except IntegrityError as error:
        raise AlreadyThere(name) from error


def drop_template(actor: User, public_id: UUID) -> None:
    """Raises NotAllowed."""
    with as_user(actor.pk):
        deleted, _ = Template.objects.filter(owner=actor, public_id=public_id).delete()
    if not deleted:
        raise NotAllowed
