"""Archives of backups, opened: by which secret, and what their place may answer, as problems that a person can read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from obstore.exceptions import BaseError

from teczka.core.errors import Problem, Trouble
from teczka.core.progress import Pace, Told
from teczka.core.settings import settings
from teczka.store.backup import envelope, places
from teczka.store.backup.archive import Archive, ArchiveDamaged, Checked
from teczka.store.backup.envelope import HeadNewer, Secret, Way, WrongSecret
from teczka.store.backup.places import NoArchive
from teczka.store.backup.snapshot import SnapshotNewer


def secret_of(passphrase: str, key_file: Path | None) -> Secret:
    """Raises Problem(BACKUP_SECRET, BACKUP_SHORT, BACKUP_PLACE)."""
    if not key_file and not passphrase:
        raise Problem(Trouble.BACKUP_SECRET)
    if key_file:
        with told_as_problems(str(key_file)):
            made = Secret(Way.KEY_FILE, key_file.read_bytes())
        good = len(made.content) >= envelope.KEY_FILE_BYTES
    else:
        made, good = Secret(Way.PASSPHRASE, passphrase.encode()), len(passphrase) >= envelope.SHORTEST
    if not good:
        raise Problem(Trouble.BACKUP_SHORT, characters=envelope.SHORTEST, bytes=envelope.KEY_FILE_BYTES)
    return made


def check(target: str, secret: Secret, told: Told) -> Checked:
    """Reads all of an archive. Raises Problem where it cannot be opened at all."""
    with told_as_problems(target):
        pace = Pace(told, 0, "check")

        def read(done: int, total: int) -> None:
            pace.total = total
            pace.add(done - pace.done)

        return Archive.open(places.to_read(target, incoming()), secret).check(read)


def incoming() -> Path:
    """Of this machine, for a bucket's client."""
    return settings().data / "packs" / "incoming"


@contextmanager
def told_as_problems(target: str) -> Iterator[None]:
    try:
        yield
    except NoArchive as none:
        raise Problem(Trouble.BACKUP_NONE, target=target, why=str(none)) from none
    except ArchiveDamaged as damaged:
        raise Problem(Trouble.BACKUP_DAMAGED, target=target, what=str(damaged)) from damaged
    except WrongSecret as wrong:
        raise Problem(Trouble.BACKUP_OTHER_SECRET, target=target) from wrong
    except (HeadNewer, SnapshotNewer) as newer:
        raise Problem(Trouble.BACKUP_NEWER, target=target, version=str(newer)) from newer
    except (OSError, BaseError) as failed:
        raise Problem(Trouble.BACKUP_PLACE, detail=str(failed)[:500], target=target) from failed
