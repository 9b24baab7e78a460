"""What lies under every command but the plain ones: the data folder is known and Django is set up, before the models are imported."""

import argparse
import os
import sys
from pathlib import Path

import django

from teczka.core.settings import SettingError


def lay(words: list[str]) -> None:
    """`--data` is TECZKA_DATA, for this process and its children. A setting that cannot be understood ends the command here."""
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("--data", type=Path)
    chosen, _ = options.parse_known_args(words)
    if chosen.data is not None:
        os.environ["TECZKA_DATA"] = str(chosen.data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teczka.settings")
    try:
        django.setup()
    except SettingError as error:
        sys.exit(f"teczka: {error}")
