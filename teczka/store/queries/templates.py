"""Texts that somebody writes again and again."""

from dataclasses import dataclass
from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls


@dataclass(frozen=True, slots=True)
class TemplateLine:
    public_id: UUID
    name: str
    subject: str
    html: str  # made safe

    @property
    def written(self) -> dict[str, str]:
        """As its form has it."""
        return {"name": self.name, "subject": self.subject, "html": self.html}


def templates(viewer: User) -> list[TemplateLine]:
    """By name, as the database sorts it."""
    return walls.read(
        viewer,
        TemplateLine,
        f"SELECT t.public_id, t.name, t.subject, t.html FROM store_template t WHERE {walls.mine('t')} ORDER BY lower(t.name), t.id",
    )


def template(viewer: User, public_id: UUID) -> TemplateLine | None:
    return next((one for one in templates(viewer) if one.public_id == public_id), None)
