"""What lies under every command but the plain ones: the data folder is known and Django is set up, before the models are imported."""

import argparse
import os
import pwd
import sys
from pathlib import Path

import django

from teczka.actions.gate import gate
from teczka.core.settings import SettingError, default_data
from teczka.store.backup import mark


def lay(words: list[str], *, restoring: bool = False) -> None:
    """`--data` is TECZKA_DATA, for this process and its children. A setting that cannot be understood, and a
    data folder that is not ours to use, end the command here."""
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("--data", type=Path)
    chosen, _ = options.parse_known_args(words)
    if chosen.data is not None:
        os.environ["TECZKA_DATA"] = str(chosen.data.absolute())
    data = Path(os.environ.get("TECZKA_DATA") or default_data(os.environ)).absolute()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teczka.settings")
    try:
        _refuse_anothers(data)
        if not restoring:
            _refuse_half(data)
        django.setup()
        gate()  # understood now, or never
    except SettingError as error:
        sys.exit(f"teczka: {error}")
    except OSError as error:  # the keys are made here, too
        sys.exit(f"teczka: The data folder cannot be used: {error.strerror} ({error.filename}).")


def _refuse_anothers(data: Path) -> None:
    """The database does not know us there, root neither, and what we wrote its user could not read. Before anybody has served from it
    the folder itself tells whose it is; root alone could write into another's."""
    us = os.geteuid()
    try:
        owner = (data / "lock").stat().st_uid
    except FileNotFoundError:
        owner = data.stat().st_uid if us == 0 and data.is_dir() else us
    if owner != us:
        sys.exit(f"teczka: The data folder {data} is the user {_name(owner)}'s. Run this command as that user.")


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _refuse_half(data: Path) -> None:
    """What is being restored is served when it is whole."""
    if mark.read(data) is not None:
        sys.exit(
            f"teczka: A backup is being restored into {data}, or was, and did not come to its end. Run `teczka restore` again."
        )
