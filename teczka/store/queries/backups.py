"""What a backup has to know of the whole installation, as the owner of the database; and what became of backups."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.utils import timezone

from teczka.core.settings import settings
from teczka.store.locks import BACKUP
from teczka.store.models import BackupRun, Office
from teczka.store.statements import value_of

TOO_OLD = timedelta(hours=36)  # of a daily backup: a night was missed

# Wherever a row says that something lies in a pack.
LYING = {
    "store_message": "pack_id",
    "store_outgoing": "pack_id",
    "store_enclosure": "pack_id",
    "store_importfile": "pack_id",
    "store_document": "pack",
}


@dataclass(frozen=True, slots=True)
class Contents:
    needed: list[UUID]  # packs that something lies in
    known: list[UUID]  # packs that nothing lies in any more, whose rows are still there
    migrations: frozenset[str]
    counts: dict[str, int]
    bytes: int  # of the tables, as a guess at their dump


def contents(owner: psycopg.Connection[Any]) -> Contents:
    """Within the transaction of a snapshot."""
    lying = " UNION ".join(f"SELECT {pack} FROM {table} WHERE {pack} IS NOT NULL" for table, pack in LYING.items())
    needed = [row[0] for row in owner.execute(lying.encode())]
    known = {row[0] for row in owner.execute("SELECT id FROM store_pack")} - set(needed)
    tables = {
        "offices": "store_office",
        "people": "store_user",
        "accounts": "store_account",
        "messages": "store_message",
    }
    counts = {name: _one(owner, f"SELECT count(*) FROM {table}") for name, table in tables.items()}
    size = "SELECT coalesce(sum(pg_table_size(oid)), 0) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    return Contents(sorted(needed), sorted(known), migrations(owner), counts, _one(owner, size))


def migrations(owner: psycopg.Connection[Any]) -> frozenset[str]:
    """Those that the database has been through."""
    return frozenset(f"{app}.{name}" for app, name in owner.execute("SELECT app, name FROM django_migrations"))


def is_empty(owner: psycopg.Connection[Any]) -> bool:
    return not _one(owner, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")


def waits() -> bool:
    """Whether an office was restored, and may not connect yet."""
    return Office.objects.exclude(restored_at=None).exists()


def newest(**which: bool) -> BackupRun | None:
    """`which`: by_itself, good."""
    return BackupRun.objects.filter(**which).order_by("-started_at", "-id").first()


def is_old(good: BackupRun | None) -> bool:
    return good is None or timezone.now() - good.started_at > TOO_OLD


def wants_backup() -> bool:
    """Whether backups were to be made, and the last good one is too old, or there is none."""
    return bool(settings().backup_to) and is_old(newest(good=True))


def under_way() -> bool:
    """Whether somebody holds the lock of backups now: a run without it was cut off."""
    return bool(
        value_of(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [BACKUP],
        )
    )


def _one(owner: psycopg.Connection[Any], statement: str) -> int:
    return int((owner.execute(statement.encode()).fetchone() or (0,))[0])
