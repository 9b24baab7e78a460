"""Under `teczka demo`: a data folder of its own, empty at each start, and settings that reach nothing but this machine."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from teczka.cli import ground
from teczka.core.errors import Problem
from teczka.core.problems import in_words
from teczka.core.settings import DEMO_MARK, default_data
from teczka.store.datafolder import DataFolder
from teczka.store.server.binaries import database_user
from teczka.store.server.leftovers import end_leftovers

# Of the machine's real Teczka: the demo must neither serve from its database nor write into its packs.
NOT_OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "BLOBS_URL", "URL", "TRUSTED_PROXIES")


def lay(words: list[str]) -> None:
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("--data", type=Path)
    options.add_argument("-h", "--help", action="store_true")
    chosen, _ = options.parse_known_args(words)
    folder = chosen.data or Path(f"{os.environ.get('TECZKA_DATA') or default_data(os.environ)}-demo")
    if not chosen.help:
        try:
            clear(folder.absolute())
        except Problem as problem:
            sys.exit(f"teczka: {in_words(problem)}")
    for name in NOT_OURS:
        os.environ.pop(f"TECZKA_{name}", None)
    os.environ["TECZKA_DATA"] = str(folder.absolute())
    os.environ["TECZKA_EGRESS_ALLOW"] = "127.0.0.1"  # where the demo's mail servers are
    ground.lay([])


def clear(folder: Path) -> None:
    """Empty the folder and mark it as a demo's. One that holds anything without that mark is left alone, whoever named it."""
    if folder.exists() and any(folder.iterdir()) and not (folder / DEMO_MARK).exists():
        sys.exit(f"teczka: {folder} holds something that no demo has put there. Choose another folder with --data.")
    data = DataFolder(folder)
    data.prepare()
    with data.lock():
        (folder / DEMO_MARK).touch()
        end_leftovers(data.database, database_user(data.database).uid)
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in {DEMO_MARK, "lock"}:
                path.unlink()
