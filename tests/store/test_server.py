"""The embedded PostgreSQL: started, asked, stopped, started again."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from teczka.core.errors import Problem, Trouble
from teczka.store.server import Server, configuration, prepare
from teczka.store.server.leftovers import running
from teczka.store.server.roles import APP, DATABASE, OWNER
from teczka.store.server.supervisor import LOG_BYTES
from tests.stock import copied
from tests.store.servers import SOURCES, ask, cluster, keep_a_row, postmaster, rows, started, stopped, unused


@pytest.fixture(scope="module", params=SOURCES)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with started(request.param) as made:
        yield made


def test_the_roles_can_do_no_more_than_they_must(server: Server) -> None:
    attributes = "rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole"
    for role in (APP, OWNER):
        found = ask(server, f"SELECT ARRAY[{attributes}] FROM pg_roles WHERE rolname = '{role}'")
        assert found == [True, False, False, False, False]
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'teczka'"
    assert ask(server, owner) == OWNER


def test_the_app_role_makes_no_tables(server: Server) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(server, "CREATE TABLE mine ()", role=APP)


def test_characters_are_in_the_order_of_their_code_points_on_every_machine(server: Server) -> None:
    assert ask(server, "SELECT string_agg(c, '' ORDER BY c) FROM unnest(ARRAY['ą', 'b', 'Z', 'a', 'ł']) c") == "Zabął"
    assert ask(server, "SELECT upper('zażółć')") == "ZAŻÓŁĆ"
    assert ask(server, "SHOW server_encoding") == "UTF8"


def test_nobody_reaches_it_over_tcp(server: Server) -> None:
    mine = {path.readlink().name for path in Path(f"/proc/{postmaster(server)}/fd").iterdir()}
    listening = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()
    ]
    assert not [row for row in listening if f"socket:[{row[9]}]" in mine]
    assert ask(server, "SHOW listen_addresses") == ""


def test_a_role_that_nobody_named_is_refused(server: Server) -> None:
    ask(server, "SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="eer authentication failed"):
        ask(server, "SELECT 1", role="pg_monitor")


def test_what_a_failing_statement_carried_is_in_no_log(server: Server) -> None:
    with (
        pytest.raises(psycopg.errors.InvalidTextRepresentation),
        psycopg.connect(server.dsn(DATABASE, APP)) as connection,
    ):
        connection.execute("SELECT 'a secret letter', %s::int", ["another secret"])
    with pytest.raises(psycopg.errors.DivisionByZero):
        ask(server, "SELECT 'a secret letter', 1/0")
    log = configuration.log_path(server.folder).read_text()
    assert "division by zero" in log
    assert "secret letter" not in log


def test_commits_wait_for_the_disk(server: Server) -> None:
    settings = "('fsync', 'synchronous_commit', 'full_page_writes')"
    assert ask(server, f"SELECT array_agg(setting) FROM pg_settings WHERE name IN {settings}") == ["on", "on", "on"]


def test_another_object_of_the_same_folder_finds_the_running_server(server: Server) -> None:
    keep_a_row(server)
    assert "kept" in rows(Server(server.folder.path))


@pytest.mark.parametrize("binaries", SOURCES)
def test_a_clean_stop_leaves_no_process_and_keeps_the_rows(binaries: Path | None) -> None:
    with started(binaries) as server:
        keep_a_row(server)
        uid = server.folder.database.stat().st_uid
        assert running(server.folder.database, uid)
        server.stop()
        assert not server.alive()
        assert not running(server.folder.database, uid)
        assert "database system is shut down" in configuration.log_path(server.folder).read_text()
        server.start()
        assert rows(server) == ["kept"]


def test_it_stops_while_somebody_is_in_a_transaction() -> None:
    with started() as server:
        busy = psycopg.connect(server.dsn(DATABASE, APP))
        busy.execute("SELECT 1")
        server.stop()
        assert not server.alive()
        with pytest.raises(psycopg.OperationalError):
            busy.commit()


def test_starting_twice_is_starting_once() -> None:
    with started() as server:
        first = postmaster(server)
        server.start()
        assert postmaster(server) == first
        server.restart()
        assert postmaster(server) != first
        assert server.alive()


def test_two_parents_never_run_on_one_folder() -> None:
    with stopped() as server:
        assert server.folder.holder() is None
        server.start()
        other = Server(server.folder.path)
        with pytest.raises(Problem) as refused:
            other.start()
        assert refused.value.trouble is Trouble.DATA_LOCKED
        assert refused.value.params["pid"] == server.folder.holder() != 0
        assert server.alive()
        assert ask(server, "SELECT 1") == 1
        server.stop()
        assert server.folder.holder() is None


def test_a_folder_of_another_major_version_is_refused_and_left_alone() -> None:
    with stopped() as server:
        server.stop()
        (server.folder.database / "PG_VERSION").write_text("9\n")
        with pytest.raises(Problem) as refused:
            server.start()
        assert refused.value.trouble is Trouble.DATA_VERSION
        assert refused.value.params["found"] == "9"
        assert (server.folder.database / "PG_VERSION").read_text() == "9\n"
        assert server.folder.holder() is None


def test_a_server_that_cannot_start_says_why() -> None:
    with stopped() as server:
        server.stop()
        (server.folder.database / "global" / "pg_control").unlink()
        with pytest.raises(Problem) as failed:
            server.start()
        assert failed.value.trouble is Trouble.DATABASE_FAILED
        assert "pg_control" in failed.value.detail
        assert not server.alive()


def test_a_folder_without_postgresql_is_named() -> None:
    with unused(Path("/usr/share")) as server, pytest.raises(Problem) as refused:
        server.start()
    assert refused.value.trouble is Trouble.DATABASE_BINARIES
    assert refused.value.params["folder"] == "/usr/share"


def test_a_log_that_grew_large_is_put_aside() -> None:
    with stopped() as server:
        server.folder.prepare()
        log = configuration.log_path(server.folder)
        log.write_bytes(bytes(LOG_BYTES + 1))
        server.start()
        assert log.stat().st_size < LOG_BYTES
        assert log.with_name("postgres.log.1").stat().st_size == LOG_BYTES + 1


def test_a_data_folder_whose_name_is_too_long_for_a_socket_has_it_elsewhere() -> None:
    with unused() as short:
        server = Server(short.folder.path / ("a" * 60) / ("b" * 60))
        for folder in reversed(server.folder.path.parents[:2]):
            folder.mkdir(mode=0o711)
        server.folder.prepare()
        copied(cluster(None), server.folder.database)
        server.start()
        place = server.socket_dir
        assert ask(server, "SELECT 1") == 1
        assert place.stat().st_mode & 0o777 == 0o700
        assert Server(server.folder.path).socket_dir == place
        server.restart()
        assert server.socket_dir == place
        server.stop()
        place.rmdir()


def test_preparing_makes_what_is_missing_and_can_be_repeated() -> None:
    with started() as server:
        superuser = server.dsn("postgres", "postgres")
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {DATABASE}")
            connection.execute(f"DROP ROLE {APP}; DROP ROLE {OWNER}")
        for _ in range(2):
            prepare(superuser)
        assert ask(server, f"SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = '{APP}'") is False
        assert ask(server, f"SELECT datdba::regrole::text FROM pg_database WHERE datname = '{DATABASE}'") == OWNER
        assert ask(server, "SELECT has_database_privilege('pg_monitor', 'teczka', 'CONNECT')") is False
