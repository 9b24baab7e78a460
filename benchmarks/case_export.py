"""A large case as a ZIP: how much memory the process that gives it away takes, and how fast it is. And what an entry of the register adds
to the transaction that it stands in."""

import os
import subprocess
import sys
import time
from base64 import b64encode
from uuid import uuid4

import django

from benchmarks.bench import options, show
from tests.database import TestDatabase
from tests.stock import data_folder

DATA = data_folder()
os.environ |= {"TECZKA_DATA": str(DATA), "DJANGO_SETTINGS_MODULE": "teczka.settings"}
django.setup()

from django.db import connection  # noqa: E402

from teczka.actions.audit import note  # noqa: E402
from teczka.actions.documents import add_document  # noqa: E402
from teczka.core.audit import Verb  # noqa: E402
from teczka.store.models import Case, User  # noqa: E402
from teczka.store.viewer import as_user  # noqa: E402
from tests.cases import file, make_case  # noqa: E402
from tests.cast import make_account, make_cast, make_folder  # noqa: E402
from tests.web.mailroom import store  # noqa: E402

MEGABYTE = 1_000_000
LETTER, DOCUMENT = 10 * MEGABYTE, 100 * MEGABYTE
GOAL_MB, GOAL_MS = 200, 1.0
ENTRIES = 500
EXPORT = """
import sys, time
import django
django.setup()
from uuid import UUID
from teczka.actions.case_export import Nameless, export_case
from teczka.store.models import User
person = User.objects.get(pk=int(sys.argv[1]))
began = time.perf_counter()
size = sum(map(len, export_case(person, UUID(sys.argv[2]), lambda _contents: [], Nameless("m", "a", "d"))))
seconds = time.perf_counter() - began
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(size, seconds, peak)
"""


def main() -> None:
    letters, documents = (10, 1) if options("Export of a case.").quick else (80, 2)
    database = TestDatabase(DATA)
    database.start()
    try:
        anna = make_cast().anna
        entry = milliseconds_an_entry(anna)
        case = fill(anna, letters, documents)
        size, seconds, peak = exported(anna, case)
    finally:
        connection.close()
        database.stop()
    held = (letters * LETTER + documents * DOCUMENT) // MEGABYTE
    show(
        {
            "benchmark": "case_export",
            "megabytes": held,
            "zip_megabytes": size // MEGABYTE,
            "megabytes_a_second": round(held / seconds, 1),
            "rss_peak_mb": peak,
            "memory_goal_ratio": round(GOAL_MB / peak, 2),
            "entry_ms": round(entry, 3),
            "entry_goal_ratio": round(GOAL_MS / entry, 2),
        }
    )


def fill(anna: User, letters: int, documents: int) -> Case:
    """Letters of an attachment each, of bytes that nothing compresses."""
    case = make_case(anna, "Duża sprawa")
    folder = make_folder(make_account(anna))
    for number in range(letters):
        file(store(folder, letter(number)), anna, case)
    for number in range(documents):
        add_document(anna, case.public_id, f"nagranie {number}.mp4", "video/mp4", noise(DOCUMENT))
    return case


def letter(number: int) -> bytes:
    head = f"Subject: Pismo {number}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\ntekst\r\n"
    part = "--B\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
    part += 'Content-Disposition: attachment; filename="a.pdf"\r\n\r\n'
    lines = b64encode(os.urandom(LETTER * 3 // 4)).decode()
    wrapped = "\r\n".join(lines[start : start + 76] for start in range(0, len(lines), 76))
    return f"{head}{part}{wrapped}\r\n--B--\r\n".encode()


def noise(size: int) -> list[bytes]:
    piece = os.urandom(MEGABYTE)
    return [piece] * (size // MEGABYTE)


def exported(anna: User, case: Case) -> tuple[int, float, int]:
    """Bytes of the ZIP, seconds, and the megabytes that a process of its own held at most."""
    command = [sys.executable, "-c", EXPORT, str(anna.pk), str(case.public_id)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return int(told[0]), float(told[1]), int(told[2]) * 1024 // MEGABYTE


def milliseconds_an_entry(anna: User) -> float:
    with as_user(anna.pk):
        began = time.perf_counter()
        for _ in range(ENTRIES):
            note(anna, Verb.ACCOUNT_CHANGE, [uuid4()])
        return (time.perf_counter() - began) / ENTRIES * 1000


if __name__ == "__main__":
    main()
