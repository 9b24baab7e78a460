"""The embedded PostgreSQL killed: the server, the parent, a first start half way. What was committed stays, and it starts again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from teczka.store.server import Server, launch, leftovers
from teczka.store.server.leftovers import running
from teczka.store.server.roles import APP, DATABASE
from tests.store.servers import SOURCES, ask, keep_a_row, on_linux, postmaster, rows, started, stopped, until, unused

PARENT = """
import sys
from pathlib import Path
from teczka.store.server import Server
server = Server(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None)
server.start()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("binaries", SOURCES)
def test_a_killed_server_is_started_again_with_every_committed_row(binaries: Path | None) -> None:
    with started(binaries) as server:
        keep_a_row(server)
        os.kill(postmaster(server), signal.SIGKILL)
        until(lambda: not server.alive())
        server.restart()
        assert rows(server) == ["kept"]
        assert server.folder.holder() == os.getpid()


@on_linux
def test_orphans_of_a_killed_server_do_not_keep_the_next_one_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        leftovers, "ORPHANS", ((signal.SIGQUIT, 0.2), (signal.SIGKILL, 10.0))
    )  # stopped, it hears nothing
    with started() as server:
        keep_a_row(server)
        with psycopg.connect(server.dsn(DATABASE, "postgres"), autocommit=True) as busy:
            pid = busy.info.backend_pid
            os.kill(pid, signal.SIGSTOP)  # it cannot see that its postmaster died
            os.kill(postmaster(server), signal.SIGKILL)
            until(lambda: not server.alive())
            server.restart()
            assert pid not in running(server.folder.database, server.folder.database.stat().st_uid)
        assert rows(server) == ["kept"]


@on_linux
@pytest.mark.parametrize("binaries", SOURCES)
def test_the_server_ends_by_itself_when_its_parent_is_killed(binaries: Path | None) -> None:
    with stopped(binaries) as server:
        parent = _parent(server, binaries)
        uid = server.folder.database.stat().st_uid
        keep_a_row(server)
        assert server.folder.holder() == parent.pid
        parent.kill()
        parent.wait()
        assert server.folder.holder() is None
        until(lambda: not running(server.folder.database, uid))
        server.start()
        assert rows(server) == ["kept"]


@on_linux
def test_a_new_parent_need_not_wait_for_the_old_server_to_end() -> None:
    with stopped() as server:
        parent = _parent(server, None)
        keep_a_row(server)
        parent.kill()
        parent.wait()
        server.start()
        assert rows(server) == ["kept"]


@on_linux
def test_a_server_that_outlived_its_parent_is_shut_down_before_a_new_one_starts() -> None:
    with started() as outlived:
        keep_a_row(outlived)
        assert outlived._held is not None
        outlived._held.close()  # as the kernel does when the parent ends; the server runs on
        with unused() as successor:
            successor.folder = outlived.folder
            successor.start()
            assert not outlived.alive()
            assert rows(successor) == ["kept"]


def test_a_pid_file_that_names_some_other_process_is_no_hindrance_and_no_victim() -> None:
    with stopped() as server:
        pid_file = server.folder.database / "postmaster.pid"
        bystander = subprocess.Popen(["/bin/sleep", "600"], user=server.folder.database.stat().st_uid)
        try:
            pid_file.write_text(f"{bystander.pid}\n{server.folder.database}\n1\n5432\n\n\n")
            os.chown(pid_file, server.folder.database.stat().st_uid, -1)
            server.start()
            assert ask(server, "SELECT 1") == 1
            assert bystander.poll() is None
        finally:
            bystander.kill()
            bystander.wait()


def test_a_first_start_that_was_killed_half_way_is_begun_anew() -> None:
    with unused() as server:
        half = server.folder.path / "database.new"
        half.mkdir(parents=True)
        (half / "PG_VERSION").write_text("18\n")
        server.start()
        assert ask(server, "SELECT 1") == 1
        assert not half.exists()


def test_a_first_start_killed_before_the_roles_were_made_is_made_up_for() -> None:
    with started() as server:
        with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {DATABASE}")
            connection.execute(f"DROP ROLE {APP}")
        server.restart()
        assert ask(server, "SELECT current_user") == APP


@on_linux
def test_a_child_whose_parent_ended_before_it_could_be_bound_does_not_run() -> None:
    from_nobody = [sys.executable, "-I", "-S", launch.__file__, "-1", "-1", "1", "/", "/bin/echo", "ran"]
    done = subprocess.run(from_nobody, capture_output=True, check=False)
    assert done.returncode == launch.NOT_STARTED
    assert done.stdout == b""


def _parent(server: Server, binaries: Path | None) -> "subprocess.Popen[bytes]":
    arguments = [sys.executable, "-c", PARENT, str(server.folder.path), str(binaries or "")]
    parent = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"ready\n"
    return parent
