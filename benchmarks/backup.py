"""A backup of much mail while its pages are asked for, another one after little more came, and its restore elsewhere, verified.

The mail is stored and read as a pass and the readers do it; then `teczka run` serves, and one browser asks for the first page of the
folder's list again and again: alone, while `teczka backup` writes all of it, and while it writes a day's more.
"""

import argparse
import http.client
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import Any

import django

from benchmarks import bench
from benchmarks.bench import Teczka, prepared, show
from benchmarks.corpus import messages
from tests.stock import data_folder

os.environ.setdefault("TECZKA_DATA", str(data_folder() / "data"))
os.environ["DJANGO_SETTINGS_MODULE"] = "teczka.settings"
django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.utils import timezone  # noqa: E402

from teczka.cli.house import house  # noqa: E402
from teczka.core.settings import settings  # noqa: E402
from teczka.store.models import Account, Folder, Message, User  # noqa: E402
from teczka.store.queries.doctor import unread  # noqa: E402
from teczka.store.viewer import as_user  # noqa: E402
from tests.cast import make_account  # noqa: E402
from tests.stored import store  # noqa: E402

BATCH = 500
A_DAY = 200  # messages
ASKED = 10.0  # seconds of the list alone
PAUSE = 0.05  # between two of its pages
PASSPHRASE = "dwanaście znaków i więcej"


def main() -> int:
    chosen = _options()
    count = chosen.messages or (2_000 if chosen.quick else 100_000)
    os.environ |= {"TECZKA_BACKUP_PASSPHRASE": PASSPHRASE, "TECZKA_READERS": "2"}
    home = settings().data.parent
    try:
        result = {"benchmark": "backup", "messages": count, **_measured(prepared(settings().data), home, count)}
    finally:
        shutil.rmtree(home, ignore_errors=True)
    show(result)
    return 0 if result["equal"] else 1


def _measured(teczka: Teczka, home: Path, count: int) -> dict[str, Any]:
    target, serving = f"{home}/backups/", teczka.start("run", "--port", "0")
    try:
        address = _address(serving)
        stored = _store(count, 0)
        pages = Pages(address, stored["folder"], stored["session"])
        pages.ask(1.0)
        alone = pages.ask(ASKED)
        first, during = pages.meanwhile(lambda: teczka("backup", target, "--json"))
        _store(A_DAY, count)
        again, later = pages.meanwhile(lambda: teczka("backup", target, "--json"))
        digests = _digests()
    finally:
        serving.terminate()
        serving.wait()
    back = Teczka(home / "back")
    restored, restore_seconds = _clocked(lambda: back("restore", target, "--json"))
    verified, verify_seconds = _clocked(lambda: back("verify", "--json"))
    checked, check_seconds = _clocked(lambda: back("backup", "--check", target, "--json"))
    there = _exported(back)
    return {
        "stored_mb": first["pack_bytes"] // 10**6,
        "backup_seconds": first["seconds"],
        "backup_mb": first["written"] // 10**6,
        "database_mb": first["database_bytes"] // 10**6,
        "backup_mb_a_second": round(first["written"] / 10**6 / first["seconds"], 1),
        "incremental_seconds": again["seconds"],
        "incremental_new_packs": again["new_packs"],
        "incremental_mb": again["written"] // 10**6,
        "restore_seconds": restore_seconds,
        "verify_seconds": verify_seconds,
        "check_seconds": check_seconds,
        "restored": restored["messages"],
        "equal": verified["clean"] and not checked["faults"] and there == digests,
        "list_alone_p95_ms": _p95(alone),
        "list_during_p95_ms": _p95(during),
        "list_during_increment_p95_ms": _p95(later),
        "list_asked_during": len(during),
        "list_goal_ratio": round(2 * _p95(alone) / _p95(during), 2),
        "load": round(os.getloadavg()[0], 1),
    }


class Pages:
    """One browser, signed in, and how long each answer took."""

    def __init__(self, address: str, of: str, session: str) -> None:
        self._address, self._path = address, f"/folders/{of}/rows/"
        self._session = session

    def ask(self, seconds: float, ended: threading.Event | None = None) -> list[float]:
        took, deadline = list[float](), time.monotonic() + seconds
        asking = http.client.HTTPConnection(self._address, timeout=60)
        while time.monotonic() < deadline and not (ended and ended.is_set()):
            began = time.perf_counter()
            asking.request("GET", self._path, headers={"Cookie": f"sessionid={self._session}"})
            answer = asking.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{self._path}: {answer.status}")
            took.append((time.perf_counter() - began) * 1000)
            time.sleep(PAUSE)
        return took

    def meanwhile(self, work: Any) -> tuple[dict[str, Any], list[float]]:
        ended, found = threading.Event(), list[float]()
        asking = threading.Thread(target=lambda: found.extend(self.ask(3600.0, ended)))
        asking.start()
        try:
            done = work()
        finally:
            ended.set()
            asking.join()
        return done, found


def _store(count: int, first: int) -> dict[str, str]:
    """As passes store them; waits until they are read, and can be searched for."""

    owner = User.objects.get(email=bench.ADDRESS)
    with as_user(owner.pk):
        account = Account.objects.first()
    account = account or make_account(owner, bench.ADDRESS, paused_at=timezone.now())
    coming = (made.raw for made in messages(count, seed=1 + first, profile="small"))  # type: ignore[no-untyped-call]
    number = first
    while some := list(islice(coming, BATCH)):
        store(account, some, first_uid=number + 1)
        number += len(some)
    while unread():
        time.sleep(0.2)
    session = SessionStore()
    session["_auth_user_id"] = str(owner.pk)
    session["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
    session["_auth_user_hash"] = owner.get_session_auth_hash()
    session.create()
    with as_user(owner.pk):
        of = Folder.objects.get(account=account)
    return {"folder": str(of.public_id), "session": str(session.session_key)}


def _digests() -> list[str]:
    """SHA-256 of every message, as it was stored."""

    with as_user(User.objects.get(email=bench.ADDRESS).pk):
        return sorted(bytes(one).hex() for one in Message.objects.values_list("sha256", flat=True))


def _exported(teczka: Teczka) -> list[str]:
    """The same of another folder, by another process."""
    code = "from benchmarks.backup import printed; printed()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=teczka.environment, capture_output=True, text=True, check=True
    )
    told: list[str] = json.loads(done.stdout)
    return told


def printed() -> None:
    with house():
        sys.stdout.write(json.dumps(_digests()))


def _address(serving: subprocess.Popen[str]) -> str:
    for line in serving.stdout or ():
        if "http://" in line:
            return line.split("http://", 1)[1].strip().rstrip("/")
    raise RuntimeError("teczka run ended")


def _clocked(work: Any) -> tuple[Any, float]:
    began = time.perf_counter()
    done = work()
    return done, round(time.perf_counter() - began, 1)


def _p95(took: list[float]) -> float:
    return round(quantiles(took, n=20)[-1], 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A backup while pages answer, and its restore elsewhere.")
    parser.add_argument("--quick", action="store_true", help="2,000 messages; figures to look at, not to quote")
    parser.add_argument("--messages", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
