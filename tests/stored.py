"""Messages stored as a pass stores them, without a server."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from teczka.core.mail import RemoteFolder, RemoteMessage
from teczka.store.blobs import blobs
from teczka.store.mail import LocalMail
from teczka.store.models import Account, Lease, Message
from teczka.store.viewer import as_user

WHEN = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)


def store(account: Account, raws: Sequence[bytes], folder: str = "INBOX", first_uid: int = 1) -> list[int]:
    """Ids of the messages, in the order of `raws`."""
    lease, _ = Lease.objects.get_or_create(account=account, defaults={"epoch": 1})
    local = LocalMail(account, lease.epoch, blobs())
    try:
        known = local.save_folders([RemoteFolder(folder.encode(), folder, "/", frozenset())])[0]
        batch = [
            RemoteMessage(uid, frozenset(), WHEN + timedelta(seconds=uid), len(raw), raw)
            for uid, raw in enumerate(raws, first_uid)
        ]
        local.add(known, 1, local.keep(batch))
    finally:
        local.close()
    with as_user(account.owner_id):
        by_uid = Message.objects.filter(account=account, placements__folder=known.id).values_list(
            "placements__uid", "id"
        )
        ids = dict(by_uid)
    return [ids[uid] for uid in range(first_uid, first_uid + len(raws))]
