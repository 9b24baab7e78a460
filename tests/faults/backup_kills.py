"""SIGKILLs of `teczka backup` and `teczka restore` at random moments, as processes."""

import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from teczka.actions.backup_opening import check
from teczka.store.backup import mark
from teczka.store.models import BackupRun
from tests.backed import OPENS, backed, digests_here, elsewhere, letter, untold
from tests.conftest import OwnDatabase
from tests.database import TestDatabase
from tests.processes import TECZKA, until

MESSAGES = 400


def survive(own: OwnDatabase, database: TestDatabase, folder: Path, kills: int, seed: int) -> Counter[str]:
    """Half of the kills hit backups, half restores. Raises AssertionError where anything half is taken for whole, or mail is lost."""
    random, told, began = Random(seed), Counter[str](), time.monotonic()
    owner = database.owner_dsn(own.name)
    office, target = backed(owner, MESSAGES), f"{folder}/set/"
    (folder / "key").write_bytes(OPENS.content)
    commands = Commands(["--key-file", str(folder / "key")], random, office.up(target).seconds)
    environment = own.environment | {"TECZKA_DATABASE_OWNER_URL": owner}
    for number in range(kills // 2):
        office.arrive(*(letter(10_000 + 100 * number + one, 60_000) for one in range(40)))
        BackupRun.objects.filter(ended_at=None).delete()  # of the last kill
        begun = BackupRun.objects.filter(ended_at=None).exists
        told["backups killed"] += commands.killed("backup", target, environment, begun)
        found = check(target, OPENS, untold)
        assert found.faults == []
        told["left over pieces"] = max(told["left over pieces"], found.left_over)
        told["backups that were whole"] = found.snapshots - 1
    office.up(target)
    for number in range(kills - kills // 2):
        with elsewhere(database, folder / f"there-{number}") as there:
            data = there.ours.data
            begun = partial(_begun, data)
            told["restores killed"] += commands.killed("restore", target, environment | there.environment(), begun)
            if mark.read(data) is None and not mark.is_empty(data):
                left = sorted(str(path) for path in data.glob("*/*"))
                assert there.ask("SELECT to_regclass('store_message') IS NOT NULL") == [(True,)], left
                told["restores that were whole"] += 1
            else:
                told["restores that went on"] += mark.read(data) is not None
                there.restore(target)
            assert there.stored() == digests_here(office.owner)
    told["seconds"] = round(time.monotonic() - began)
    return told


@dataclass
class Commands:
    opens: list[str]
    random: Random
    seconds: float  # that a backup took

    def killed(self, verb: str, target: str, environment: dict[str, str], begun: Callable[[], bool]) -> bool:
        """At any moment of its work. Whether it was still running."""
        work = [*TECZKA, verb, target, *self.opens]
        process = subprocess.Popen(work, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        until(lambda: begun() or process.poll() is not None, 60, f"the {verb} to begin")
        try:
            process.wait(self.random.random() * self.seconds * 1.5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return True
        said = process.communicate()[1].decode()
        assert process.returncode == 0, said
        return False


def _begun(data: Path) -> bool:
    return mark.read(data) is not None
