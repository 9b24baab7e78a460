"""What most commands stand on: the settings of one data folder, and its database running."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.core.exceptions import ValidationError
from django.db import OperationalError, connections

from teczka.core.errors import NotAllowed, Problem
from teczka.core.problems import in_words
from teczka.core.settings import SettingError, settings
from teczka.store.connections import sqlstate_of
from teczka.store.datafolder import DataFolder
from teczka.store.migrate import up_to_date, walls_hold
from teczka.store.server import Server
from teczka.store.server.roles import APP, DATABASE

LOST = {"", "08", "57"}  # classes of SQLSTATE: no connection, or the database is being stopped
JOIN_SECONDS = 60.0  # how long a `teczka run` that is just starting is waited for


class Refused(Exception):
    """A command cannot go on. The sentence goes to standard error, exit status 1."""


def parser(command: str, about: str) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog=f"teczka {command}", description=about)
    made.add_argument("--data", type=Path, metavar="DIR", help="the data folder (TECZKA_DATA)")  # read by cli/ground.py
    return made


@contextmanager
def house(*, leashed: bool = False, checked: bool = True) -> Iterator[None]:
    """The data folder's database: a running one is joined, else it runs for as long as this command. `leashed`: it is the parent's, and
    where the parent has just been killed nobody else starts one: its successor may be doing so. Without `checked` the database may be
    behind, or its walls down: for a command that only looks.
    """
    ours = settings()
    if ours.database_url:
        with _served(checked):
            yield
    elif DataFolder(ours.data).holder() is not None:
        _await_database(Server(ours.data, ours.postgres_bin).dsn(DATABASE, APP))
        with _served(checked):
            yield
    elif leashed:
        raise Refused("The Teczka that started this process has ended.")
    else:
        server = Server(ours.data, ours.postgres_bin)
        server.start()
        try:
            with _served(checked):
                yield
        finally:
            server.stop()


@contextmanager
def _served(checked: bool) -> Iterator[None]:
    try:
        if checked:
            check_database()
        yield
    finally:
        connections.close_all()


def check_database() -> None:
    """Never serve from a database that is behind, or as a role that the walls do not bind."""
    if not up_to_date():
        raise Refused("The database is not of this version's shape. Start `teczka run`, or run `teczka migrate`.")
    if not walls_hold():
        raise Refused("The database role sees through row-level security. Use a role as docs/deploy.md makes it.")


def _await_database(conninfo: str) -> None:
    deadline = time.monotonic() + JOIN_SECONDS
    while True:
        try:
            psycopg.connect(conninfo).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise Refused("The Teczka that runs on this data folder does not answer.") from error
            time.sleep(0.1)
        else:
            return


def told(command: Callable[[], int]) -> int:
    """Run a command; whatever a person should know of a failure is one line on standard error."""
    try:
        return command()
    except Problem as problem:
        return complain(in_words(problem))
    except (Refused, SettingError) as refused:
        return complain(str(refused))
    except ValidationError as invalid:
        return complain("; ".join(invalid.messages))
    except NotAllowed:
        return complain("There is no such thing, or you may not see it.")
    except (psycopg.OperationalError, OperationalError) as failed:
        lost = sqlstate_of(failed)[:2] in LOST
        what = "The database does not answer." if lost else "The database refused what was to be stored."
        return complain(f"{what} It said: “{' '.join(str(failed).split())}”")
    except KeyboardInterrupt:
        return 130  # as a shell tells of SIGINT


def complain(sentence: str) -> int:
    sys.stderr.write(f"teczka: {sentence}\n")
    return 1


def show(document: Any) -> None:
    """One JSON document on a line of its own."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()
