"""How soon a new account's newest 50 messages are listed and openable: everything runs, as on a user's machine."""

import time

import psycopg

from benchmarks.bench import Teczka
from teczka.store.server import Server
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot

FIRST = 50
SECONDS = 60.0


def first_light(teczka: Teczka, dovecot: Dovecot, mailbox: Mailbox) -> dict[str, float]:
    """From the moment that the account is added, which is before the keeper connects, to 50 messages that were listed and read."""
    run = teczka.start("run", "--port", "0")
    try:
        teczka.add_account(dovecot, mailbox)
        began = time.monotonic()
        with psycopg.connect(Server(teczka.data).dsn("teczka", "postgres"), autocommit=True) as look:
            while time.monotonic() - began < SECONDS:
                row = look.execute("SELECT count(*) FROM store_message WHERE indexed_with IS NOT NULL").fetchone()
                if row and row[0] >= FIRST:
                    return {"seconds": round(time.monotonic() - began, 3)}
                time.sleep(0.005)
    finally:
        run.terminate()
        run.wait()
    raise RuntimeError(f"the first {FIRST} messages were not there after {SECONDS} s")
