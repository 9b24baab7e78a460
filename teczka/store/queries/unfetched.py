"""What lies on a server and did not come, messages and whole folders: what the pages, `sync`, `export` and `doctor` say is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from teczka.core.accounts import Protocol
from teczka.core.errors import Problem, Trouble
from teczka.core.folders import AWAITED
from teczka.core.messages import TRIES
from teczka.store.models import User
from teczka.store.models.accounts import accounts_at_work
from teczka.store.queries import walls

COUNTED = 1000  # of a folder: how many more there are changes nothing

# Messages of a folder's present UIDVALIDITY alone: under another one they would have other numbers. Where a server said "later", a try was
# counted of a message that may have nothing to do with it. A folder whose name is too long is none of ours.
_UNFETCHED = f"""
WITH missing (account_id, account, folder, path, delimiter, role, host, trouble, count, heard) AS (
  SELECT a.id, a.public_id, f.public_id, f.path, f.delimiter, f.role, a.host, t.kind, count(*)::int, bool_and(t.heard)
  FROM store_folder f JOIN store_account a ON a.id = f.account_id CROSS JOIN LATERAL (
    SELECT CASE WHEN t.trouble = '{Trouble.SERVER_LIMIT}' THEN '{Trouble.UNFETCHED_LARGE}'
      WHEN t.trouble IN ('{Trouble.SERVER_GARBAGE}', '{Trouble.FOLDER_REFUSED}') THEN '{Trouble.UNFETCHED_WITHHELD}'
      ELSE '{Trouble.UNFETCHED_CUT}' END AS kind, t.heard_at IS NOT NULL AS heard
    FROM store_fetchtrouble t WHERE t.folder_id = f.id AND t.uidvalidity = f.uidvalidity AND {walls.mine("t")}
      AND (t.trouble <> '{Trouble.SERVER_BUSY}' OR t.tries >= {TRIES}) LIMIT {COUNTED + 1}) t
  WHERE {walls.mine("f")} AND {walls.mine("a")} AND f.gone_at IS NULL AND {{which}}
  GROUP BY a.id, f.id, t.kind
UNION ALL
  SELECT a.id, a.public_id, f.public_id, o.folder, coalesce(f.delimiter, ''), coalesce(f.role, ''), a.host, o.trouble, 0, false
  FROM store_account a CROSS JOIN LATERAL jsonb_to_recordset(a.left_out) AS o (folder text, trouble text)
  LEFT JOIN store_folder f ON f.account_id = a.id AND f.path = o.folder AND f.gone_at IS NULL AND {walls.mine("f")}
  WHERE {walls.mine("a")} AND {{which}})
SELECT account, folder, path, delimiter, role, host, trouble, count, heard FROM missing
ORDER BY account_id, count > 0, count DESC, path
"""
_UNDER_WAY = f"""
SELECT f.path FROM store_folder f JOIN store_account a ON a.id = f.account_id
WHERE f.account_id = %(account)s AND {walls.mine("f")} AND {walls.mine("a")} AND a.protocol <> '{Protocol.ARCHIVE}'
  AND f.gone_at IS NULL AND f.selectable AND f.complete_below = 0 AND f.uidvalidity IS DISTINCT FROM {AWAITED}
  AND NOT a.left_out @> jsonb_build_array(jsonb_build_object('folder', f.path))
ORDER BY f.path
"""


@dataclass(frozen=True, slots=True)
class Unfetched:
    """Of one folder, for one reason."""

    account: UUID
    folder: UUID | None  # None: its name is too long to be one of ours
    path: str
    delimiter: str
    role: str  # core.folders.FolderRole
    host: str
    trouble: str  # core.errors.Trouble
    count: int  # of messages, at most COUNTED + 1; 0: the folder was left out, nobody knows how many lie in it
    heard: bool  # its owner closed the notice of it

    @property
    def problem(self) -> Problem:
        count = self.count if self.count <= COUNTED else f"{COUNTED}+"
        return Problem(Trouble(self.trouble), host=self.host, folder=self.path, count=count)


def unfetched(viewer: User) -> list[Unfetched]:
    """Of all the viewer's accounts, the oldest first; of each the folders that were left out, then the most messages. Costs at most COUNTED
    rows per folder."""
    return walls.read_often(viewer, Unfetched, _UNFETCHED.format(which="a.deleted_at IS NULL"))


def unfetched_in(viewer: User, folders: Sequence[int]) -> list[Unfetched]:
    return walls.read_often(
        viewer, Unfetched, _UNFETCHED.format(which="f.id = ANY(%(folders)s)"), folders=list(folders)
    )


def unfetched_of(viewer: User, account_id: int) -> list[Unfetched]:
    return walls.read_often(viewer, Unfetched, _UNFETCHED.format(which="a.id = %(account)s"), account=account_id)


def folders_under_way(viewer: User, account_id: int) -> list[str]:
    """The paths of its folders, but those that were left out, of which no download came to its end since the server numbered them: any
    mail may be missing."""
    return walls.read_often(viewer, str, _UNDER_WAY, account=account_id)


def unfetched_everywhere() -> list[Unfetched]:
    """For the machine's keeper: of all accounts at work. Costs a query each."""
    owners = {owner.pk: owner for owner in User.objects.all()}
    return [one for account, owner in accounts_at_work() for one in unfetched_of(owners[owner], account)]
