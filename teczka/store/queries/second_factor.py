"""How somebody's second step at sign-in stands."""

from teczka.store.models import SecondFactor, User
from teczka.store.viewer import as_user


def backup_codes_left(viewer: User) -> int:
    with as_user(viewer.pk):
        row = SecondFactor.objects.filter(owner=viewer).only("backup_hashes").first()
    return len(row.backup_hashes) if row else 0
