"""Who somebody is at Microsoft or Google, as they see it themselves."""

from teczka.core.accounts import Auth
from teczka.store.models import ProviderIdentity, User
from teczka.store.viewer import as_user


def connected(viewer: User) -> dict[Auth, ProviderIdentity]:
    """By provider: what signs the viewer in."""
    with as_user(viewer.pk):
        return {Auth(row.provider): row for row in ProviderIdentity.objects.filter(owner=viewer)}
