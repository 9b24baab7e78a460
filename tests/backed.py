"""An office that is backed up, places to restore it to, and the look whether all of it came back."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from teczka.actions.backup import Figures, Order, back_up
from teczka.actions.restore import Restored, restore
from teczka.actions.secrets import seal_password
from teczka.core.outgoing import State
from teczka.core.progress import Progress
from teczka.core.settings import Settings, settings
from teczka.store.backup.envelope import Secret, Way
from teczka.store.models import Account, Outgoing
from teczka.store.packs.folder import FolderBlobs
from teczka.store.packs.format import Codec, Entry
from teczka.store.packs.reader import read
from teczka.store.server.roles import OWNER
from teczka.store.viewer import as_user
from tests.cases import make_case, upload
from tests.cast import Cast, make_account, make_cast
from tests.database import TestDatabase
from tests.stored import store

OPENS = Secret(Way.KEY_FILE, b"k" * 32)  # a passphrase is slow on purpose
UNDER_WAY = (State.HELD, State.QUEUED, State.SENDING)
STORED = "SELECT encode(sha256, 'hex'), pack_id, pack_offset, pack_length, pack_codec, size FROM store_message"


def untold(_progress: Progress) -> None:
    pass


@dataclass
class Backed:
    """An office with mail, and how to back it up."""

    cast: Cast
    account: Account
    owner: str  # how the database's owner connects

    def up(self, target: str, secret: Secret = OPENS, days: int | None = None) -> Figures:
        return back_up(Order(target, secret, self.owner, days), untold)

    def arrive(self, *raws: bytes) -> None:
        store(self.account, raws, first_uid=secrets.randbelow(2**30))


def letter(number: int, size: int = 200) -> bytes:
    return f"Subject: list {number}\r\n\r\n".encode() + (b"%d " % number) * (size // 4) + b"\r\n"


def backed(owner: str, messages: int = 3) -> Backed:
    cast = make_cast()
    made = Backed(cast, make_account(cast.anna), owner)
    with as_user(cast.anna.pk):
        seal_password(made.account, "haslo-do-skrzynki")
    made.arrive(*(letter(number) for number in range(messages)))
    upload(make_case(cast.anna, "Kowalski"), cast.anna, "umowa.pdf", b"%PDF-1.4 umowa")
    return made


def on_the_way(account: Account, state: State) -> Outgoing:
    """A letter that is waiting, or just leaving."""
    with as_user(account.owner_id):
        return Outgoing.objects.create(
            account=account, office=account.office, owner=account.owner, from_address=account.address, state=state,
            recipients={"to": [["", "jan@klient.example"]]}, message_id=f"{secrets.token_hex(8)}@lipowa.example",
        )  # fmt: skip


@dataclass
class Elsewhere:
    """A data folder and a database in which nothing lies."""

    ours: Settings
    dsn: str  # as the superuser, who sees all rows

    def restore(self, source: str, secret: Secret = OPENS, wanted: str = "") -> Restored:
        return restore(source, secret, self.ours, untold, wanted)

    def stored(self) -> set[str]:
        """SHA-256 of each message by its row; its bytes are these, or ValueError and its like."""
        blobs, found = FolderBlobs(self.ours.data / "packs"), set()
        for digest, pack, *entry in self.ask(STORED):
            offset, length, codec, size = entry
            read(blobs, pack, Entry(offset, length, Codec(codec), size, bytes.fromhex(digest)))
            found.add(digest)
        return found

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn) as look:
            return look.execute(statement.encode()).fetchall()

    def environment(self) -> dict[str, str]:
        ours = self.ours
        return {
            "TECZKA_DATABASE_URL": ours.database_url,
            "TECZKA_DATABASE_OWNER_URL": ours.database_owner_url,
            "TECZKA_DATA": str(ours.data),
        }


@contextmanager
def elsewhere(database: TestDatabase, folder: Path) -> Iterator[Elsewhere]:
    """Another database of the tests' server, and a folder that is not there yet."""
    name = f"restored_{secrets.token_hex(6)}"
    database.as_superuser(
        sql.SQL("CREATE DATABASE {} TEMPLATE template0 OWNER {} STRATEGY FILE_COPY").format(
            *map(sql.Identifier, (name, OWNER))
        )
    )
    ours = replace(
        settings(), data=folder, database_url=database.app_dsn(name), database_owner_url=database.owner_dsn(name)
    )
    try:
        yield Elsewhere(ours, database.server.dsn(name, "postgres"))
    finally:
        database.as_superuser(sql.SQL("DROP DATABASE {} (FORCE)").format(sql.Identifier(name)))


def digests_here(owner: str) -> set[str]:
    with psycopg.connect(owner) as look:
        return {row[0] for row in look.execute("SELECT encode(sha256, 'hex') FROM store_message")}
