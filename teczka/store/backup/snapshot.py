"""What one backup holds: the database as it was at one moment, the packs that its rows name, and the keys."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import zstandard

FORMAT = 1  # of a snapshot; a newer one is refused
SUFFIX = ".snapshot"
MOST_BYTES = 1_000_000_000  # unpacked


class SnapshotNewer(Exception):
    """Made by a Teczka that knows more. Its version."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    id: str
    at: datetime  # of what it shows
    version: str  # of the Teczka that made it
    migrations: frozenset[str]  # "app.name": the database's shape
    database: tuple[int, ...]  # bytes of each piece, as stored in pieces, compressed
    packs: dict[UUID, int]  # bytes of each
    lost: tuple[UUID, ...] = ()  # packs that something lies in by the rows, and that were not there
    counts: dict[str, int] = field(default_factory=dict)  # offices, people, accounts, messages
    keys: dict[str, bytes] = field(default_factory=dict, repr=False)  # the files of keys/

    @property
    def key(self) -> str:
        return key_of(self.id)

    def to_bytes(self) -> bytes:
        told: dict[str, Any] = {
            "format": FORMAT,
            "id": self.id,
            "at": self.at.isoformat(),
            "version": self.version,
            "migrations": sorted(self.migrations),
            "database": self.database,
            "packs": {str(pack): size for pack, size in self.packs.items()},
            "lost": [str(pack) for pack in self.lost],
            "counts": self.counts,
            "keys": {name: b64encode(content).decode() for name, content in self.keys.items()},
        }
        return zstandard.compress(json.dumps(told).encode())


def key_of(snapshot_id: str) -> str:
    return f"00/{snapshot_id}{SUFFIX}"


def parse(data: bytes) -> Snapshot:
    """What was sealed by us: its form is believed. Raises SnapshotNewer."""
    told = json.loads(zstandard.decompress(data, max_output_size=MOST_BYTES))
    if told["format"] > FORMAT:
        raise SnapshotNewer(told["version"])
    return Snapshot(
        told["id"],
        datetime.fromisoformat(told["at"]),
        told["version"],
        frozenset(told["migrations"]),
        tuple(told["database"]),
        {UUID(pack): size for pack, size in told["packs"].items()},
        tuple(UUID(pack) for pack in told["lost"]),
        told["counts"],
        {name: b64decode(content) for name, content in told["keys"].items()},
    )
