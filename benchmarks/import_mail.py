"""Mail brought in out of files: to the end of transaction A (bytes fsynced, message, placement and place in the file committed), beside
Python's `mailbox` that copies the same files into a Maildir, each fsynced as a delivery must be, and `notmuch insert`, which does as much
and indexes it.

Times are those of the work in each process, without its start. Ratios above 1: we are faster.
"""

import mailbox
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.bench import ADDRESS, Teczka, copy, folder, in_turn, middle, options, prepared, show
from benchmarks.corpus import messages

GOAL = 1_000  # messages a second
OURS = """
import sys, time, threading
import django
django.setup()
from pathlib import Path
from teczka.actions.importing import run_import
from teczka.actions.path_imports import begin_paths
from teczka.store.models import User
from teczka.cli.house import house
with house():
    person = User.objects.get()
    began = time.perf_counter()
    row = begin_paths(person, "Poczta", [Path(sys.argv[1])])
    assert run_import(row.pk, person.pk, threading.Event())
    print(time.perf_counter() - began)
"""


def main() -> None:
    chosen = options("Import of mail.")
    count, rounds = (2_000, 1) if chosen.quick else (10_000, chosen.rounds or 3)
    with folder() as place:
        sources = {"eml": place / "eml", "mbox": place / "all.mbox", "maildir": place / "Maildir"}
        size = write(sources, count)
        stock = prepared(place / "stock")
        contestants: dict[str, Any] = {
            name: lambda path=path: ours(stock, place, path) for name, path in sources.items()
        }
        contestants["mailbox"] = lambda: copied(sources["eml"], place / "copy")
        if shutil.which("notmuch"):
            contestants["notmuch"] = lambda: inserted(sources["eml"], place / "notmuch", min(count, 500))
        figures = in_turn(rounds, contestants)
    rates = {name: middle(each, "rate") for name, each in figures.items()}
    result = {"benchmark": "import_mail", "messages": count, "megabytes": size // 1_000_000}
    result |= {f"{name}_per_second": round(rate) for name, rate in rates.items()}
    result |= {f"{name}_goal_ratio": round(rates[name] / GOAL, 2) for name in sources}
    result |= {
        f"{name}_ratio": round(rates["eml"] / rates[name], 2) for name in ("mailbox", "notmuch") if name in rates
    }
    show(result)


def write(sources: dict[str, Path], count: int) -> int:
    """The same messages in three forms. Returns their bytes."""
    sources["eml"].mkdir()
    for name in ("cur", "new", "tmp"):
        (sources["maildir"] / name).mkdir(parents=True)
    size = 0
    with sources["mbox"].open("wb") as box:
        for message in messages(count, 1, "small"):
            size += len(message.raw)
            (sources["eml"] / f"{message.i:06d}.eml").write_bytes(message.raw)
            (sources["maildir"] / "cur" / f"{message.date}.M{message.i}P1.host:2,S").write_bytes(message.raw)
            box.write(
                b"From a@b.example Thu Nov  5 10:00:00 2026\n" + message.raw.replace(b"\nFrom ", b"\n>From ") + b"\n"
            )
    return size


def ours(stock: Teczka, place: Path, source: Path) -> dict[str, float]:
    teczka = copy(stock.data, place / "round")
    environment = {**teczka.environment, "DJANGO_SETTINGS_MODULE": "teczka.settings"}
    done = subprocess.run(
        [sys.executable, "-c", OURS, str(source)], env=environment, stdout=subprocess.PIPE, check=True
    )
    seconds = float(done.stdout)
    report = teczka("import", "--user", ADDRESS, "--to", "Poczta", str(source), "--json")
    shutil.rmtree(teczka.data)
    return {"rate": report["duplicates"] / seconds, "seconds": seconds}


def copied(source: Path, to: Path) -> dict[str, float]:
    """`add` flushes and syncs each file."""
    target = mailbox.Maildir(to, create=True)
    paths = sorted(source.iterdir())
    began = time.perf_counter()
    for path in paths:
        target.add(path.read_bytes())
    seconds = time.perf_counter() - began
    shutil.rmtree(to)
    return {"rate": len(paths) / seconds, "seconds": seconds}


def inserted(source: Path, to: Path, most: int) -> dict[str, float]:
    """A process a message, as a delivery agent calls it: a part of them is enough."""
    for name in ("cur", "new", "tmp"):
        (to / "mail" / name).mkdir(parents=True)
    configuration = to / "config"
    configuration.write_text(f"[database]\npath={to / 'mail'}\n[user]\nprimary_email={ADDRESS}\n")
    environment = {**os.environ, "NOTMUCH_CONFIG": str(configuration)}
    subprocess.run(["notmuch", "new", "--quiet"], env=environment, check=True)
    paths = sorted(source.iterdir())[:most]
    began = time.perf_counter()
    for path in paths:
        subprocess.run(["notmuch", "insert"], stdin=path.open("rb"), env=environment, check=True)
    seconds = time.perf_counter() - began
    shutil.rmtree(to)
    return {"rate": len(paths) / seconds, "seconds": seconds}


if __name__ == "__main__":
    main()
