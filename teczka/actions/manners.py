"""What a provider asks of those who fetch from it: how often, and how much in a day (core/providers.toml, `limits`)."""

from datetime import timedelta

from django.utils import timezone

from teczka.core.accounts import Protocol
from teczka.core.errors import Trouble
from teczka.core.providers import Provider, by_id, by_server
from teczka.store.models import Account
from teczka.store.queries.accounts import fetched

MEGABYTE = 1_000_000
SHARE = 0.8  # of what a provider gives in a day: the rest is for the owner's other devices
RESERVE = 0.95  # up to here new mail still comes, a little at a time
TRICKLE = 2 * MEGABYTE  # a pass
TRICKLE_PAUSE = 1800.0  # seconds
# Between two sessions with a POP3 server, seconds: it may still hold the mailbox for one that broke.
DROP_PAUSE = 60.0


def least_interval(account: Account) -> float:
    """Seconds between two passes that nobody asked for."""
    if account.trouble == Trouble.SHARE_USED:
        return TRICKLE_PAUSE
    if account.protocol != Protocol.POP3:
        return 0.0
    provider = _provider(account)
    return max(DROP_PAUSE, provider.min_poll_minutes * 60.0 if provider else 0.0)


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


def _provider(account: Account) -> Provider | None:
    return by_id(account.provider) or by_server(account.host)
