"""`teczka erase --user EMAIL ID…`: messages of a person, as if they had never come. The machine's keeper does what the law demands also for
somebody who has left."""

import argparse
import sys
from typing import Any
from uuid import UUID

import psycopg

from teczka.actions.erasure import ask_again, erase, finish, is_erased
from teczka.cli.account import user_of
from teczka.cli.cleaning import clean_database
from teczka.cli.house import Refused, house, parser, show, told
from teczka.core.settings import settings
from teczka.store.cleaning import Busy
from teczka.store.models import User

LATER = "Bytes of them stay while a backup reads them, or a message beside them is damaged (`teczka verify`): say this command again then."


def main(argv: list[str]) -> int:
    options = parser("erase", "Erase messages for good: rows, bytes, and what is left in the database's own files.")
    options.add_argument("--user", required=True, metavar="EMAIL", help="whose they are")
    options.add_argument("messages", nargs="+", type=UUID, metavar="ID", help="as a message's address names it")
    options.add_argument(
        "--keep-files",
        action="store_true",
        help="do not clean the database's files now: it shuts each table for a while",
    )
    options.add_argument("--again", action="store_true", help="the other way: what was erased may be fetched again")
    options.add_argument("--json", action="store_true", help="one JSON document")
    chosen = options.parse_args(argv)
    return told(lambda: _erase(chosen))


def _erase(chosen: argparse.Namespace) -> int:
    with house():
        owner = user_of(chosen.user)
        if chosen.again:
            for message in chosen.messages:
                ask_again(owner, message)
            return 0
        gone = [_one(owner, message) for message in chosen.messages]
        facts: dict[str, Any] = {"erased": len(gone), "bytes_gone": all(gone), "files_clean": False}
        if not chosen.keep_files:
            facts["files_clean"] = _clean()
    if chosen.json:
        show(facts)
    else:
        sys.stdout.write(_in_words(facts))
    return 0 if facts["bytes_gone"] and (facts["files_clean"] or chosen.keep_files) else 1


def _one(owner: User, message: UUID) -> bool:
    """Said again of what is erased, it brings that to its end."""
    return (finish if is_erased(owner, message) else erase)(owner, message).bytes_gone


def _clean() -> bool:
    try:
        cleaned = clean_database(settings())
    except Busy:
        return False
    except psycopg.errors.InsufficientPrivilege as refused:
        raise Refused(
            "TECZKA_DATABASE_OWNER_URL must name the database as its owner role, or as a superuser."
        ) from refused
    return bool(cleaned and cleaned.log)


def _in_words(facts: dict[str, Any]) -> str:
    lines = [f"{facts['erased']} messages erased."]
    if not facts["bytes_gone"]:
        lines.append(LATER)
    if not facts["files_clean"]:
        lines.append("The database's own files still hold words of them: `teczka doctor` tells.")
    return "\n".join(lines) + "\n"
