"""Gathers the words to translate from code and templates into the catalogues of teczka/web. English is the language of the code."""

import os
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent / "teczka"


def main() -> None:
    locale = ROOT / "web" / "locale"
    locale.mkdir(exist_ok=True)
    settings.configure(LOCALE_PATHS=[str(locale)])  # the words of core/problems.py are said in web
    django.setup()
    os.chdir(ROOT)
    call_command(
        "makemessages", locale=["pl"], no_location=True, no_obsolete=True, no_wrap=True, ignore_patterns=["static/*"]
    )
    for path in locale.rglob("*.po"):  # the hour of the gathering would be a change by itself
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith('"POT-Creation-Date')))


if __name__ == "__main__":
    main()
