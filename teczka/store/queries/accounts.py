"""External accounts as their owner sees them."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Sum

from teczka.core.accounts import MANAGEABLE, UNDO_DAYS, Farewell, Mode, Protocol, State
from teczka.core.errors import Trouble
from teczka.store.models import Folder, Message, Pack, User
from teczka.store.queries import walls

SPEED_SECONDS = 5  # a download is watched for so long before its end is foretold


@dataclass(frozen=True, slots=True)
class AccountLine:
    public_id: UUID
    provider_name: str
    address: str
    protocol: str
    host: str
    mode: str
    state: str  # core.accounts.State
    trouble_key: str
    params_json: str
    trouble_detail: str
    trouble_since: datetime | None
    last_contact_at: datetime | None
    stored: int  # messages that we have, of all folders
    on_server: int  # messages that the server last told of
    colour: int  # 0 … core.accounts.COLOURS - 1
    in_unified: bool  # its inbox is among those of the unified inbox
    paused_at: datetime | None
    deleted_at: datetime | None
    farewell: str  # core.accounts.Farewell
    auth: str  # core.accounts.Auth
    fetching_since: datetime | None
    fetching_from: int  # messages that were here then
    provider: str  # its id in core/providers.toml; empty: unknown
    checked_at: datetime | None
    created_at: datetime

    @property
    def trouble(self) -> Trouble | None:
        return Trouble(self.trouble_key) if self.trouble_key else None

    @property
    def trouble_params(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.params_json)
        return told

    @property
    def at_work(self) -> bool:
        """Its server is spoken to."""
        return self.paused_at is None and self.deleted_at is None and not self.is_archive

    @property
    def managed(self) -> bool:
        """What is done here is done on its server, too; for a paused one when it works again."""
        return self.deleted_at is None and self.protocol in MANAGEABLE and self.mode == Mode.MANAGED

    @property
    def is_archive(self) -> bool:
        """It has no servers: what lies in it came out of files."""
        return self.protocol == Protocol.ARCHIVE

    @property
    def archived(self) -> bool:
        """Its account was deleted, its mail stays readable."""
        return self.farewell == Farewell.ARCHIVE

    @property
    def undo_until(self) -> datetime | None:
        """Until when a deletion can be taken back."""
        return self.deleted_at + timedelta(days=UNDO_DAYS) if self.deleted_at else None

    @property
    def fetching(self) -> bool:
        return self.at_work and self.state in {State.NEW, State.FETCHING} and not self.trouble_key

    def time_left(self, now: datetime) -> timedelta | None:
        """Of the first download, at the speed that it has had so far; None while that says nothing yet."""
        if not self.fetching or not self.fetching_since:
            return None
        took, got = now - self.fetching_since, self.stored - self.fetching_from
        if took.total_seconds() < SPEED_SECONDS or got <= 0:
            return None
        return took * ((self.on_server - self.stored) / got)


def accounts(viewer: User) -> list[AccountLine]:
    """The viewer's accounts, oldest first; among them archives, and what can still be taken back. Costs a row per folder."""
    return walls.read_often(
        viewer,
        AccountLine,
        f"""SELECT a.public_id, a.provider_name, a.address, a.protocol, a.host, a.mode, a.state, a.trouble, a.trouble_params::text,
                   a.trouble_detail, a.trouble_since, a.last_contact_at, f.stored, f.on_server,
                   a.colour, a.in_unified, a.paused_at, a.deleted_at, a.farewell, a.auth, a.fetching_since, a.fetching_from,
                   a.provider, a.checked_at, a.created_at
            FROM store_account a
            CROSS JOIN LATERAL (SELECT coalesce(sum(stored), 0) AS stored, coalesce(sum(on_server), 0) AS on_server
                                FROM store_folder f WHERE f.account_id = a.id AND f.gone_at IS NULL AND {walls.mine("f")}) f
            WHERE {walls.mine("a")} AND NOT (a.farewell = '{Farewell.REMOVE}' AND a.deleted_at < now() - interval '{UNDO_DAYS} days')
            ORDER BY a.id""",
    )


def stored(account_id: int) -> int:
    """What AccountLine.stored says. Within `as_user(owner)`."""
    held = Folder.objects.filter(account=account_id, gone_at=None).aggregate(held=Sum("stored"))["held"]
    return int(held or 0)


def fetched(account_id: int, since: datetime) -> int:
    """Bytes of raw mail that came from the account's server since then. Within `as_user(owner)`."""
    packs = Pack.objects.filter(account=account_id, created_at__gt=since).values("pk")
    return int(Message.objects.filter(account=account_id, pack__in=packs).aggregate(bytes=Sum("size"))["bytes"] or 0)
