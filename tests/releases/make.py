"""`python -m tests.releases.make VERSION`: the data of this release, for those to come: tests/data/releases/VERSION.teczka. Made once, when
its tables will change no more, and never again."""

import argparse
import os
import shutil
import sys
from pathlib import Path

import django

from tests.database import TestDatabase
from tests.stock import data_folder

DATA = data_folder()
os.environ |= {"TECZKA_DATA": str(DATA), "DJANGO_SETTINGS_MODULE": "teczka.settings"}
django.setup()

from teczka.actions.backup import Order, back_up  # noqa: E402
from tests.backed import untold  # noqa: E402
from tests.releases.office import MOST_BYTES, OPENS, RELEASES, make  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version")
    file = RELEASES / f"{parser.parse_args().version}.teczka"
    if file.exists():
        sys.stderr.write(f"{file} is there: what was released changes no more\n")
        return 1
    size = _made(file)
    sys.stdout.write(f"{size} bytes in {file}\n")
    return 0 if size < MOST_BYTES else 1


def _made(file: Path) -> int:
    database = TestDatabase(DATA)
    database.start()
    try:
        make()
        file.parent.mkdir(exist_ok=True)
        back_up(Order(str(file), OPENS, database.owner_dsn()), untold)
    finally:
        database.stop()
        shutil.rmtree(DATA, ignore_errors=True)
    return file.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
