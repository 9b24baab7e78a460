"""What every test may use. The environment is set before Django is set up: settings are read once a process."""

import atexit
import gc
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import django
import hypothesis
import pytest
from django.conf import settings
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from teczka.remote import egress
from tests.database import TestDatabase, keeping_plans, own_copy
from tests.dovecot.fixtures import dovecot, mailbox
from tests.postfix.fixtures import postfix
from tests.stock import data_folder, shelf

# Here, and imported nowhere else: each module that did would have servers of its own, a dozen in a run.
__all__ = ["dovecot", "mailbox", "postfix"]

# Every start would compile all of Teczka anew, and there are a hundred. Images of containers like to ask for that.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
gc.disable()  # until all is collected: imports leave no garbage

# The suite tries few examples and always the same; `make torture` many and ever new ones. How long one takes says more of the
# machine than of us.
for _profile, _examples in (("suite", 12), ("torture", 1_000)):
    hypothesis.settings.register_profile(
        _profile, max_examples=_examples, derandomize=_profile == "suite",
        deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )  # fmt: skip
hypothesis.settings.load_profile("suite")

shelf()  # by the parent of pytest-xdist's processes, before it starts them
_folder = data_folder()
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["TECZKA_DATA"] = str(_folder)
os.environ["TECZKA_EGRESS_ALLOW"] = "127.0.0.1,::1"
os.environ["DJANGO_SETTINGS_MODULE"] = "teczka.settings"
for _unwanted in ("TECZKA_DATABASE_URL", "TECZKA_DATABASE_OWNER_URL", "TECZKA_BLOBS_URL", "TECZKA_URL"):
    os.environ.pop(_unwanted, None)
django.setup()  # pytest-django would look for the settings before this file has said where the data lies
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # ours is slow on purpose
del os.environ[
    "DJANGO_SETTINGS_MODULE"
]  # or a process of pytest-xdist would inherit it, and set up Django with the parent's data folder


LONG = ("test_matrix.py", "test_sweep.py")  # a file is one process's
WAITING = ("cli", "faults", "worker")  # folders of tests that start processes, and wait for them


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files begin first, or the others would have ended before them; then those that wait: at the end nothing is left to do
    meanwhile."""
    items.sort(key=lambda item: (item.path.name not in LONG, item.path.parent.name not in WAITING))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def brief_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that does not come about takes its whole patience (P9): here less of it."""
    monkeypatch.setattr(egress, "PATIENCE", 0.3)


@pytest.fixture(scope="session")
def test_database(django_db_blocker: DjangoDbBlocker) -> Iterator[TestDatabase]:
    made = TestDatabase(_folder)
    made.start()
    with keeping_plans():
        yield made
    with django_db_blocker.unblock():
        connection.close()
    made.stop()


@pytest.fixture
def swept(test_database: TestDatabase) -> Iterator[None]:
    """To be named first, before what opens the test's transaction: of tests with thousands of rows, that all later ones would read past."""
    yield
    test_database.sweep()


@pytest.fixture(scope="session")
def django_db_setup(test_database: TestDatabase) -> None:
    """pytest-django would make and migrate a database as the serving role; ours is made by the owner."""


@pytest.fixture(scope="module")
def lasting(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A transaction that all tests of a module begin in, and that is never committed: what its fixtures write is made once, and what a test
    does to the rows is rolled back to a savepoint. It gets a deepcopy of the objects: they must not remember either."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def unguarded(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For commands that are forked from this process and serve from databases of their own: pytest-django would forbid it to them, too."""
    with django_db_blocker.unblock():
        yield


@dataclass(frozen=True)
class OwnDatabase:
    name: str
    url: str  # as the app role
    environment: dict[str, str]  # for processes that shall serve from it


@pytest.fixture
def own_database(test_database: TestDatabase, django_db_blocker: DjangoDbBlocker) -> Iterator[OwnDatabase]:
    """A database copied from the template, for tests with several processes or real commits; this process uses it meanwhile."""
    with own_copy(test_database, django_db_blocker) as environment:
        yield OwnDatabase(connection.settings_dict["NAME"], environment["TECZKA_DATABASE_URL"], environment)
