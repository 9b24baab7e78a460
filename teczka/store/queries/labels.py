"""The labels of somebody's mail, as the keywords that they are. Nobody sees another's: they lie where the message lies."""

from collections.abc import Sequence
from uuid import UUID

from teczka.core.labels import labels_of
from teczka.store.models import User
from teczka.store.queries import walls

# Of placement p.
LABELLED = f"{walls.mine('p')} AND p.gone_at IS NULL AND p.keywords <> '{{}}'"


def known_labels(viewer: User) -> list[str]:
    """All that the viewer's mail bears, by name. Costs a look at what bears any."""
    sql = f"SELECT DISTINCT keyword FROM store_placement p CROSS JOIN unnest(p.keywords) keyword WHERE {LABELLED}"
    return labels_of(walls.read(viewer, str, sql))


def labels_on(viewer: User, messages: Sequence[UUID]) -> dict[str, bool]:
    """Those that some of these messages of the viewer's bear; whether all of them do."""
    sql = f"""WITH chosen AS (SELECT m.id FROM store_message m WHERE m.public_id = ANY(%(messages)s) AND {walls.mine("m")})
      SELECT keyword, count(DISTINCT p.message_id) = (SELECT count(*) FROM chosen)
      FROM chosen JOIN store_placement p ON p.message_id = chosen.id CROSS JOIN unnest(p.keywords) keyword
      WHERE {LABELLED} GROUP BY keyword"""
    borne = dict(walls.read(viewer, _borne, sql, messages=list(messages))) if messages else {}
    return {label: borne[label] for label in labels_of(borne)}


def _borne(keyword: str, every: bool) -> tuple[str, bool]:
    return keyword, every
