"""The cluster: the folder that PostgreSQL calls its data."""

from pathlib import Path

from teczka.core.errors import Problem, Trouble
from teczka.store.server.binaries import Programs
from teczka.store.server.files import make_own_folder, sync_folder

SUPERUSER = "postgres"
BUILTIN_LOCALE_SINCE = 17


def initialise(database: Path, ours: Programs) -> None:
    """A new cluster, under its final name only when it is whole: a kill in the middle leaves nothing that looks like one."""
    building = database.with_name(f"{database.name}.new")
    make_own_folder(building, ours.user)
    # The same order of characters on every machine, where PostgreSQL has one of its own; else the C library's nearest.
    locale = ["--locale=C.UTF-8", "--lc-messages=C", "--encoding=UTF8"]
    if ours.major >= BUILTIN_LOCALE_SINCE:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = ["--auth-local=peer", "--auth-host=reject", f"--username={SUPERUSER}"]
    ours.run("initdb", "-D", str(building), *locale, *access, folder=building)
    building.rename(database)
    sync_folder(database.parent)


def refuse_other_version(database: Path, ours: Programs) -> None:
    """PostgreSQL cannot read the files of another major version. Raises Problem(DATA_VERSION, folder, found, ours)."""
    try:
        found = (database / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        found = "?"
    if found != str(ours.major):
        raise Problem(Trouble.DATA_VERSION, folder=str(database), found=found, ours=ours.major)
