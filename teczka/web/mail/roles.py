"""What a folder serves as: its owner's choice over the server's word and the folder's name."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from teczka.actions.folders import choose_role
from teczka.core.errors import NotAllowed
from teczka.core.folders import FolderRole
from teczka.store.queries.folders import FolderLine, folder
from teczka.web.mail.tree import ROLES
from teczka.web.requests import Request, found

NONE, SERVERS = "none", "server"  # no role whatever its name says; whatever the server says
USES = [FolderRole.SENT, FolderRole.DRAFTS, FolderRole.TRASH, FolderRole.JUNK, FolderRole.ARCHIVE]

Use = tuple[str, object, str, bool]  # what is sent, its name, its icon, whether it is so now


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=[(value, value) for value in (*USES, NONE, SERVERS)])

    def chosen(self) -> FolderRole | None:
        told = self.cleaned_data["role"]
        return {NONE: FolderRole.OTHER, SERVERS: None}.get(told, FolderRole(told) if told in USES else None)


@require_POST
def folder_role(request: Request, folder_id: UUID) -> HttpResponse:
    line = found(folder(request.user, folder_id))
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        choose_role(request.user, line.public_id, form.chosen())
    except NotAllowed:
        raise Http404 from None
    return redirect("folder", folder_id)


def uses(line: FolderLine) -> list[Use]:
    """What may be chosen for this folder; nothing for the inbox, which is what the server says it is, and for one that is gone."""
    if line.role == FolderRole.INBOX or not line.selectable or line.gone:
        return []
    roles: list[Use] = [(role, *ROLES[role], line.role == role) for role in USES]
    roles.append((NONE, _("An ordinary folder"), "folder", not line.role))
    if line.chosen:
        roles.append((SERVERS, _("As the server says"), "refresh-cw", False))
    return roles
