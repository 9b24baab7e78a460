"""What a folder serves as, where its owner knows better than its server."""

from uuid import UUID

from django.db import transaction

from teczka.core.errors import NotAllowed
from teczka.core.folders import FolderRole, claim
from teczka.core.mail import RemoteFolder
from teczka.store import events
from teczka.store.models import Folder, User
from teczka.store.viewer import as_user


def choose_role(actor: User, public_id: UUID, role: FolderRole | None) -> None:
    """OTHER: none, whatever its name says. None: as the server says, else its name. Whichever folder had the role loses it. The inbox is
    what the server says it is. Raises NotAllowed.
    """
    with as_user(actor.pk), transaction.atomic():
        found = Folder.objects.select_for_update(of=("self",)).select_related("account")
        folder = found.filter(owner=actor, public_id=public_id).first()
        if folder is None or FolderRole.INBOX in (folder.role, role):
            raise NotAllowed
        others = Folder.objects.filter(account=folder.account_id).exclude(pk=folder.pk)
        folder.chosen_role = role
        if role is None:
            folder.role = _named(folder)
            if others.filter(role=folder.role).exists():
                folder.role = FolderRole.OTHER
        else:
            if role:
                others.filter(chosen_role=role).update(chosen_role=None)
                others.filter(role=role).update(role=FolderRole.OTHER)
            folder.role = role
        folder.save(update_fields=["chosen_role", "role"])
        events.ask_keeper(folder.account_id)  # the next listing gives the roles that are free now by the server's word
        events.changed([actor.public_id], folder.account.public_id, [])


def _named(folder: Folder) -> FolderRole:
    as_listed = RemoteFolder(bytes(folder.wire_name), folder.path, folder.delimiter or None, frozenset())
    return claim(as_listed)[1]
