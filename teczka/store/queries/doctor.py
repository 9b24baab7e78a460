"""How the installation stands, over all its people: numbers only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from teczka.core.accounts import Protocol
from teczka.store.models import Account, Office, User
from teczka.store.statements import rows_of, value_of
from teczka.store.viewer import as_user


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """`oldest`: of those that were read, when the one that was read longest ago was; `newest`: the one read last."""

    packs: int
    unread: int  # never since they were written
    oldest: datetime | None
    newest: datetime | None
    damaged: list[UUID]


def server_version() -> str:
    return str(value_of("SHOW server_version"))


def unread() -> int:
    """Messages that wait to be read (transaction B)."""
    return int(value_of("SELECT teczka_count_unread()"))


def coverage() -> tuple[int, int]:
    """How many messages search can find, and how many there are."""
    [(searchable, stored)] = rows_of("SELECT searchable, stored FROM teczka_coverage()")
    return searchable, stored


def unextracted() -> int:
    """Attached files that wait for their text to be extracted."""
    return int(value_of("SELECT teczka_count_unextracted()"))


def unclean() -> int:
    """Messages that were erased, while the database's own files were not cleaned since."""
    return int(value_of("SELECT teczka_unclean()"))


def scrubbed() -> Scrubbed:
    """How far the packs have been read from end to end, all people's."""
    [(packs, unread, oldest, newest, damaged)] = rows_of("SELECT * FROM teczka_scrub_state()")
    return Scrubbed(packs, unread, oldest, newest, list(damaged))


def accounts() -> tuple[int, int]:
    """How many are at work, neither paused nor deleted, and how many of them only their owner can mend."""
    [(there, stuck)] = rows_of(
        "SELECT count(*), count(*) FILTER (WHERE state = 'needs_owner') FROM teczka_accounts() WHERE at_work"
    )
    return there, stuck


def waiting() -> int:
    """Accounts that would be at work, had their office not been restored. Costs a query for each of its people."""
    offices = list(Office.objects.exclude(restored_at=None))
    return sum(_resting(person.pk) for person in User.objects.filter(office__in=offices, is_active=True))


def _resting(owner_id: int) -> int:
    with as_user(owner_id):
        theirs = Account.objects.filter(owner=owner_id, paused_at=None, deleted_at=None)
        return theirs.exclude(protocol=Protocol.ARCHIVE).count()
