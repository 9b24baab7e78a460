"""`python -m tests.faults.extraction --kills 20 --files 600 --seed 7`: a real Teczka reads the files of a mailbox while its reader, and the
process that extracts, are killed in turn. At the end every file has its words, each message is found by them, and no file is blamed."""

import argparse
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import psycopg

from tests import attached
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot
from tests.processes import Running, Teczka, prepared, until

WORD = "sekretnik"
PATIENCE = 300.0  # seconds
FILES = {
    "a.pdf": attached.pdf(WORD),
    "b.docx": attached.docx(WORD),
    "c.xlsx": attached.xlsx([WORD]),
    "d.odt": attached.odt(WORD),
    "e.rtf": attached.rtf(WORD),
    "f.eml": attached.letter("w liście", "dalej", ("a.docx", "application/octet-stream", attached.docx(WORD))),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--files", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with Dovecot() as dovecot, prepared() as teczka:
        mailbox = dovecot.add_user("files")
        fill(mailbox, chosen.files)
        teczka.add_account(dovecot, mailbox)
        with teczka.running("run", "--port", "0") as running:
            running.await_web()
            told = torment(teczka, running, chosen.files, chosen.kills, random.Random(chosen.seed))
    sys.stdout.write(json.dumps({"files": chosen.files, "seed": chosen.seed, **told}) + "\n")


def fill(mailbox: Mailbox, count: int) -> None:
    named = list(FILES.items())
    mailbox.deliver_many(
        attached.letter(f"List {number}", "treść", (name, "application/octet-stream", data))
        for number in range(count)
        for name, data in [named[number % len(named)]]
    )


def torment(teczka: Teczka, running: Running, files: int, kills: int, draw: random.Random) -> dict[str, int]:
    with psycopg.connect(teczka.dsn(), autocommit=True) as connection:

        def count(table: str, which: str) -> int:
            row = connection.execute(f"SELECT count(*) FROM {table} WHERE {which}").fetchone()
            assert row
            return int(row[0])

        until(lambda: count("store_message", "indexed_with IS NOT NULL") == files, PATIENCE, "the letters")
        done = 0
        while done < kills and count("store_attachmenttext", "extracted_with IS NULL"):
            reader = until(lambda: running.child("reader"), PATIENCE, "a reader")
            for pid in [reader] if draw.random() < 0.5 else extracting(reader):
                os.kill(pid, signal.SIGKILL)
                done += 1
            time.sleep(draw.uniform(0.05, 1.5))  # the kills shall fall anywhere
        until(lambda: not count("store_attachmenttext", "extracted_with IS NULL"), PATIENCE, "the files")
        assert count("store_attachmenttext", f"text LIKE '%{WORD}%' AND trouble = '' AND tries = 0") == files
        assert count("store_attachmenttext", "true") == files
        assert count("store_terms", f"terms @@ '{WORD}'") == files
        assert count("store_message", "defects <> '{}'") == 0
    return {"kills": done}


def extracting(parent: int) -> list[int]:
    """The reader's processes that extract."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


if __name__ == "__main__":
    main()
