"""Mail that waits to be filed: what came to the viewer's inboxes of late, belongs to nothing, and was not set aside."""

from teczka.store.models import User
from teczka.store.queries import walls

DAYS = 30
COUNTED = 100  # "99+": more are no number that helps, and each costs a look

# Of placement p. What was sent by oneself lies in other folders.
WAITS = f"""p.internaldate > now() - interval '{DAYS} days'
  AND NOT EXISTS (SELECT FROM store_filing own WHERE own.message_id = p.message_id AND own.undone_at IS NULL)
  AND NOT EXISTS (SELECT FROM store_setaside aside WHERE aside.message_id = p.message_id)"""


def count_unfiled(viewer: User) -> int:
    """At most COUNTED; 0 where the viewer knows of no case: then nobody files."""
    return walls.read_often(
        viewer,
        int,
        f"""SELECT count(*) FROM (
              SELECT FROM store_folder f JOIN store_placement p ON p.folder_id = f.id JOIN store_account a ON a.id = f.account_id
              WHERE f.role = 'inbox' AND f.gone_at IS NULL AND a.deleted_at IS NULL AND p.gone_at IS NULL AND {WAITS}
                AND {walls.mine("f")} AND {walls.mine("p")} AND EXISTS (SELECT FROM store_case c WHERE {walls.card("c")})
              LIMIT {COUNTED}) waiting""",
    )[0]
