"""One import that dies and begins again, and what must be there at its end (tests/faults/imports.py)."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile

from teczka.actions import importing
from teczka.actions.importing import run_import
from teczka.actions.imports import add_file, begin_import
from teczka.core.imports import ImportState
from teczka.store.models import Import, ImportFile, Message, Placement, User
from teczka.store.viewer import as_user
from tests.faults.lives import Points, has_died, in_a_child
from tests.processes import Teczka

MESSAGES = 60
BATCH = 7  # so that a small file is many batches


def letter(number: int) -> bytes:
    body = f"Treść numer {number}\r\n" * (1 + number % 40)
    return f"Message-ID: <i{number}@a.example>\r\nSubject: Sprawa {number}\r\n\r\n{body}".encode()


def boxed(numbers: range) -> bytes:
    begin = b"From a@b.example Thu Nov  5 10:00:00 2026\r\n"
    return b"".join(begin + letter(number) + b"\r\n" for number in numbers)


def write(path: Path, messages: int = MESSAGES) -> Path:
    """A ZIP of a mbox, of single messages in two folders, some of them there twice, and of something that is none."""
    half = messages // 2
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("Sprawy/Stare.mbox", boxed(range(half)) + boxed(range(5)))
        for number in range(half, messages):
            archive.writestr(f"Pojedyncze/{number:05d}.eml", letter(number))
        archive.writestr("Pojedyncze/zz.txt", b"\0 no mail")
        archive.writestr("Same/0.eml", letter(0))
    return path


def expected(messages: int = MESSAGES) -> Counter[tuple[str, bytes]]:
    half = messages // 2
    told = [("Import/Sprawy/Stare", letter(number)) for number in range(half)]
    told += [("Import/Pojedyncze", letter(number)) for number in range(half, messages)]
    return Counter([*told, ("Import/Same", letter(0))])


def sent_up(person: User, source: Path) -> Import:
    row = begin_import(person, "Import")
    add_file(person, row.public_id, source.name, iter([source.read_bytes()]))
    return row


def dies(row: Import, at: int) -> bool:
    """Works in a child that dies at this point. False where it came to its end before."""

    def life() -> None:
        importing.BATCH_MESSAGES = BATCH
        with Points(at).installed():
            while not run_import(row.pk, row.owner_id, threading.Event()):
                time.sleep(0.01)  # PostgreSQL needs a moment to see that the dead one is gone

    return has_died(in_a_child(life))


def whole(row: Import, messages: int = MESSAGES) -> None:
    """As if nobody had died."""
    with as_user(row.owner_id):
        row.refresh_from_db(fields=["state"])
        (file,) = ImportFile.objects.filter(of=row)
        placed = Placement.objects.filter(gone_at=None, folder__account=row.account).select_related("folder", "message")
        found = Counter((one.folder.path, bytes(one.message.sha256)) for one in placed)
        stored = Message.objects.filter(account=row.account).count()
    assert row.state == ImportState.DONE
    assert (file.stored, file.duplicates, file.unreadable) == (messages + 1, 5, 1)
    assert found == Counter(
        {(folder, importing.sha256(raw).digest()): count for (folder, raw), count in expected(messages).items()}
    )
    assert stored == messages


def survive_kills(
    teczka: Teczka, words: Sequence[str], person: User, kills: int, seed: int, messages: int
) -> tuple[int, int]:
    """Kills the command's process at random moments, each a little further on. How many kills hit it, and how many when something had come
    and something had not. Then it comes to its end."""
    random, hit, partial = Random(seed), 0, 0
    for _ in range(kills):
        process = teczka.start(*words).process
        goal = _at(person) + random.randrange(messages // (kills + 1)) + 1
        while process.poll() is None and _at(person) < goal:
            time.sleep(0.02)
        time.sleep(random.random() * 0.1)  # not a wait for anything: the moment is to be random within a batch, too
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            hit += 1
        process.wait()
        partial += 0 < _at(person) < messages
    done = teczka.tried(*words)
    assert done.returncode == 0, done.stderr
    return hit, partial


def _at(person: User) -> int:
    with as_user(person.pk):
        return ImportFile.objects.filter(owner=person).values_list("at", flat=True).first() or 0
