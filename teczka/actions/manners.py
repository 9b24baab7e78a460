"""What a provider asks of those who fetch from it: how often, and how much in a day (core/providers.toml, `limits`)."""

import math
from datetime import datetime, timedelta
from typing import Protocol as Typed

from django.utils import timezone

from teczka.core.accounts import Protocol
from teczka.core.errors import Problem, Trouble
from teczka.core.providers import Provider, by_id, by_server
from teczka.core.settings import settings
from teczka.store.models import Account
from teczka.store.queries.accounts import fetched

MEGABYTE = 1_000_000
SHARE = 0.8  # of what a provider gives in a day: the rest is for the owner's other devices
RESERVE = 0.95  # up to here new mail still comes, a little at a time
TRICKLE = 2 * MEGABYTE  # a pass
TRICKLE_PAUSE = 1800.0  # seconds
# Between two sessions with a POP3 server, seconds: it may still hold the mailbox for one that broke.
DROP_PAUSE = 60.0


class Asked(Typed):
    """What decides how often an account's server is asked: of its row, or of its line on a page."""

    @property
    def protocol(self) -> str: ...
    @property
    def provider(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def last_contact_at(self) -> datetime | None: ...
    @property
    def checked_at(self) -> datetime | None: ...


def least_interval(account: Account) -> float:
    """Seconds between two passes that nobody asked for."""
    if account.trouble == Trouble.SHARE_USED:
        return TRICKLE_PAUSE
    return max(DROP_PAUSE, _locked_seconds(account)) if account.protocol == Protocol.POP3 else 0.0


def poll_minutes(account: Asked) -> int:
    """How often a POP3 server is asked for mail; 0 by IMAP, which tells of it."""
    if account.protocol != Protocol.POP3:
        return 0
    return math.ceil(max(DROP_PAUSE, _locked_seconds(account), settings().poll_seconds) / 60)


def opens_at(account: Asked) -> datetime | None:
    """When its provider lets us in again, where it would refuse us now: each sign-in counts, and a refused one is a trouble for nothing."""
    locked = _locked_seconds(account)
    last = max((moment for moment in (account.last_contact_at, account.checked_at) if moment), default=None)
    opens = last + timedelta(seconds=locked) if locked and last else None
    return opens if opens and opens > timezone.now() else None


def too_soon(account: Asked) -> Problem | None:
    opens = opens_at(account)
    if opens is None:
        return None
    left = math.ceil((opens - timezone.now()) / timedelta(minutes=1))
    return Problem(Trouble.SERVER_INTERVAL, host=account.host, minutes=int(_locked_seconds(account) / 60), left=left)


def _locked_seconds(account: Asked) -> float:
    provider = _provider(account) if account.protocol == Protocol.POP3 else None
    return provider.min_poll_minutes * 60.0 if provider else 0.0


def share_megabytes(account: Account) -> int | None:
    """What we fetch in a day at most; None: any amount."""
    given = _given(account)
    return None if given is None else int(given * SHARE)


def allowance(account: Account) -> int | None:
    """Bytes that a pass may fetch, of the share of the last 24 hours; None: any number. The newest mail comes first, and so what is new
    still comes when the share is used up. Within `as_user(owner)`."""
    given = _given(account)
    if given is None:
        return None
    used = fetched(account.pk, timezone.now() - timedelta(days=1))
    left = int(given * SHARE) * MEGABYTE - used
    return left if left > 0 else min(TRICKLE, int(given * RESERVE * MEGABYTE) - used)


def _given(account: Account) -> int | None:
    provider = _provider(account)
    limits = provider.limits if provider else {}
    told = [limits[name] for name in ("transfer_mb_day", f"{account.protocol}_download_mb_day") if name in limits]
    return min(told, default=None)


def _provider(account: Asked) -> Provider | None:
    return by_id(account.provider) or by_server(account.host)
