"""What a rule may name, as its owner sees it: asked for once, where a page wants it."""

from functools import cached_property
from uuid import UUID

from django.utils.translation import pgettext

from teczka.store.models import User
from teczka.store.queries.accounts import AccountLine, accounts
from teczka.store.queries.case_names import CaseName, all_cases, offered_cases
from teczka.store.queries.folders import FolderLine, folders
from teczka.store.queries.labels import known_labels
from teczka.store.queries.people import colleagues
from teczka.store.queries.rule_lines import team_names
from teczka.web.labels import offered
from teczka.web.mail.tree import folder_name


class Things:
    def __init__(self, viewer: User) -> None:
        self.viewer = viewer
        self._teams: dict[UUID, list[str]] = {}

    @cached_property
    def cases(self) -> list[CaseName]:
        return all_cases(self.viewer)

    @cached_property
    def offered(self) -> list[CaseName]:
        return offered_cases(self.viewer)

    @cached_property
    def shown(self) -> dict[str, str]:
        """Public ids of cases, how they are called."""
        return {str(one.public_id): one.shown for one in self.cases}

    @cached_property
    def accounts(self) -> list[AccountLine]:
        return accounts(self.viewer)

    @cached_property
    def folders(self) -> list[tuple[str, str]]:
        """Public ids and names, by account."""
        found = sorted(folders(self.viewer), key=lambda one: (one.account_name.lower(), not one.role, one.path.lower()))
        return [(str(one.public_id), _named(one)) for one in found if one.selectable]

    @cached_property
    def labels(self) -> list[str]:
        return known_labels(self.viewer)

    @cached_property
    def label_names(self) -> list[str]:
        return [name for _, name in offered(self.labels)]

    @cached_property
    def people(self) -> list[tuple[str, str]]:
        """Everybody of the office but the viewer."""
        return [(str(one.public_id), one.name) for one in colleagues(self.viewer)]

    def account(self, public_id: str) -> str:
        found = (one for one in self.accounts if str(one.public_id) == public_id)
        return next((one.provider_name or one.address for one in found), "")

    def folder(self, public_id: str) -> str:
        return dict(self.folders).get(public_id, "")

    def person(self, public_id: UUID) -> str:
        return dict(self.people).get(str(public_id), "")

    def team(self, case: UUID | None) -> list[str]:
        """Who of its team is not the viewer."""
        if case and case not in self._teams:
            self._teams[case] = team_names(self.viewer, case)
        return self._teams[case] if case else []


def _named(one: FolderLine) -> str:
    gone = f" ({pgettext('a folder', 'removed on the server')})" if one.gone else ""
    return f"{one.account_name} – {folder_name(one.path, one.delimiter, one.role)}{gone}"
