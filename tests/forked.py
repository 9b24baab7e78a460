"""The product's commands in forks of this process: everything is loaded, so that a start costs a tenth of an interpreter's own.

What they are begun with is theirs: environment, settings, data, keys, database, log, standard streams. What else Django keeps in its own
settings is this process's.
"""

import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from subprocess import CompletedProcess
from tempfile import TemporaryFile
from typing import IO, Any, NoReturn

from django.conf import settings as django_settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg._preparing import PrepareManager

from teczka.cli.__main__ import main
from teczka.core.settings import read, settings
from teczka.store.blobs import blobs
from teczka.store.connections import as_django
from teczka.store.secrets import django_key
from teczka.store.server import Server
from teczka.store.server.roles import APP, DATABASE
from tests.database import FORGETS

_PARENTS: list[object] = []


def stand_apart() -> None:
    """First in a forked child: nothing is asked and nothing said on the connection of its parent, which goes on with it. To close it
    before would let the parent read the whole catalogue anew, 22 ms."""
    gc.freeze()  # of what is the parent's nothing may be finalised here: it would say goodbye on its connections
    gc.disable()  # it would look through all of it, and copy what it looks at
    _PARENTS.append(connections[DEFAULT_DB_ALIAS])
    connections[DEFAULT_DB_ALIAS] = connections.create_connection(DEFAULT_DB_ALIAS)
    PrepareManager.clear = FORGETS  # type: ignore[method-assign]


class Forked:
    """What subprocess.Popen has. It ends without unwinding anything of this process."""

    def __init__(
        self,
        command: Sequence[str] | Callable[[], object],
        environment: Mapping[str, str],
        out: IO[Any],
        err: IO[Any],
        say: str = "",
    ) -> None:
        """`command`: one of ours, or what a command of the tests does."""
        self.returncode: int | None = None
        with TemporaryFile("w+") as told:
            told.write(say)
            told.seek(0)
            self.pid = os.fork()
            if not self.pid:
                _live(command if callable(command) else partial(main, [*command]), environment, (told, out, err))

    def poll(self) -> int | None:
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if ended else None
        return self.returncode

    def wait(self, timeout: float = 60.0) -> int:
        end = time.monotonic() + timeout
        while self.poll() is None:
            assert time.monotonic() < end, f"waited {timeout} s in vain for the end of a command"
            time.sleep(0.01)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def forked(
    command: Sequence[str] | Callable[[], object], environment: Mapping[str, str], say: str = ""
) -> CompletedProcess[str]:
    """One that comes to its end."""
    with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        status = Forked(command, environment, out, err, say).wait(600)
        out.seek(0)
        err.seek(0)
        return CompletedProcess((), status, out.read(), err.read())


def _live(command: Callable[[], object], environment: Mapping[str, str], streams: Sequence[IO[Any]]) -> NoReturn:
    status: object = 1
    try:
        stand_apart()
        for number, stream in enumerate(streams):
            os.dup2(stream.fileno(), number)
        sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
        os.environ.clear()
        os.environ.update(environment)
        settings.cache_clear()
        blobs.cache_clear()
        _lay()
        status = command()
    except SystemExit as ended:
        status = ended.code
    except BaseException:  # noqa: BLE001  the parent sees the exit code
        traceback.print_exc()
    if isinstance(status, str):  # as the interpreter does
        sys.stderr.write(f"{status}\n")
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else 0)


def _lay() -> None:
    """What teczka/settings.py makes of ours. The command itself is the first to ask for `settings()`: it may prepare them."""
    ours = read(os.environ)
    django_settings.SECRET_KEY = django_key(ours.keys)
    url = ours.database_url or Server(ours.data, ours.postgres_bin).dsn(DATABASE, APP)
    connection.settings_dict.update(as_django(url))
