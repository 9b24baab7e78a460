"""What of a case its viewer may take away."""

from uuid import UUID

from teczka.store.models import User
from teczka.store.queries import walls


def messages(viewer: User, case: int) -> list[UUID]:
    """Public ids of the mail that is filed to the case, as far as the viewer may see it, oldest first. Nobody outside the team gets any."""
    return walls.read(
        viewer,
        lambda public_id, _at: public_id,
        f"""SELECT DISTINCT m.public_id, m.internaldate FROM store_filing f
            JOIN store_message m ON m.id = f.message_id JOIN store_case c ON c.id = f.case_id
            WHERE c.id = %(case)s AND {walls.card("c")} AND {walls.inside("c.id")} AND {walls.visible("m")} AND f.undone_at IS NULL
            ORDER BY m.internaldate, m.public_id""",
        case=case,
    )
