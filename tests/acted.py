"""Mail to act on, and what must be true of it whatever was done."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import connection

from teczka.actions.acts import Done, Selection, do
from teczka.core.acts import OperationState, Verb
from teczka.store.models import Account, Folder, Message, Operation, Placement, User
from teczka.store.viewer import as_user
from tests.cast import make_account, make_folder
from tests.generated import fill

WRONG = """
SELECT f.path, f.stored, f.unread, count(p.id), count(p.id) FILTER (WHERE NOT p.seen) FROM store_folder f
LEFT JOIN store_placement p ON p.folder_id = f.id AND p.gone_at IS NULL
GROUP BY f.id HAVING (f.stored, f.unread) <> (count(p.id), count(p.id) FILTER (WHERE NOT p.seen))
"""


@dataclass(frozen=True)
class Mailbox:
    owner: User
    account: Account
    inbox: Folder
    archive: Folder
    trash: Folder
    junk: Folder
    work: Folder

    def ids(self, *numbers: int) -> list[UUID]:
        with as_user(self.owner.pk):
            found = dict(Message.objects.filter(account=self.account).values_list("subject", "public_id"))
        return [found[f"Pismo {number}"] for number in numbers]

    def act(self, verb: Verb, *numbers: int, folder: Folder | None = None, target: Folder | None = None) -> Done:
        """On these, or on everything in the folder."""
        chosen = Selection([(folder or self.inbox).pk], self.ids(*numbers) if numbers else None)
        return do(self.owner, uuid4(), verb, chosen, target.public_id if target else None)

    def lie(self, folder: Folder) -> list[int]:
        """The numbers of what the folder shows."""
        with as_user(self.owner.pk):
            shown = Placement.objects.filter(folder=folder, gone_at=None).values_list("message__subject", flat=True)
            return sorted(int(subject.split()[1]) for subject in shown if subject)

    def states(self) -> list[str]:
        with as_user(self.owner.pk):
            return list(Operation.objects.order_by("id").values_list("state", flat=True))

    def operations(self, *states: OperationState) -> list[Operation]:
        with as_user(self.owner.pk):
            return list(Operation.objects.filter(state__in=states or OperationState).order_by("id"))


def make_mailbox(owner: User, many: int = 6, **fields: object) -> Mailbox:
    """Messages 1 to `many` in the inbox, each third unread."""
    account = make_account(owner, **({"mode": "managed"} | fields))
    folders = {
        role: make_folder(account, path, role)
        for path, role in (
            ("INBOX", "inbox"),
            ("Archiwum", "archive"),
            ("Kosz", "trash"),
            ("Spam", "junk"),
            ("Praca", ""),
        )
    }
    fill(owner, account, folders["inbox"], 1, many)
    return Mailbox(owner, account, folders["inbox"], folders["archive"], folders["trash"], folders["junk"], folders[""])


def wrong_counters(owner: User) -> list[tuple[object, ...]]:
    with as_user(owner.pk), connection.cursor() as cursor:
        cursor.execute(WRONG)
        return list(cursor.fetchall())
