"""What PostgreSQL is told: written anew at each start into a folder that the database's user can read and not change."""

import os
import pwd
from pathlib import Path

from teczka.core.errors import Problem, Trouble
from teczka.store.datafolder import DataFolder
from teczka.store.server.binaries import User
from teczka.store.server.cluster import SUPERUSER
from teczka.store.server.files import give, write_whole
from teczka.store.server.roles import APP, OWNER
from teczka.store.server.sockets import PORT

MAP = "teczka"
SETTINGS = {
    "listen_addresses": "''",
    "port": str(PORT),
    "max_connections": "100",
    # Two cores and 2 GB, shared with the rest of Teczka.
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_parallel_workers_per_gather": "1",
    "jit": "off",  # costs more than our short queries
    "random_page_cost": "1.1",
    # Promise P1: what was committed is on disk. What was read of it may come there a moment later (ADR 0044).
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "datestyle": "'ISO, YMD'",
    "default_text_search_config": "'pg_catalog.simple'",
    # Promise P7: statements and details of errors carry mail, and must not reach a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_line_prefix": "'%m [%p] %q%u@%d '",
}
# Whoever may enter the socket's folder is still asked who they are, by the kernel; nobody signs in with a password or over TCP.
ACCESS = f"local all all peer map={MAP}\nlocal all all reject\nhost all all all reject\n"


def write(folder: DataFolder, user: User, socket: Path) -> None:
    folder.config.mkdir(mode=0o755, exist_ok=True)
    readable = 0o600 if user.uid == os.geteuid() else 0o644
    folder.config.chmod(0o700 if user.uid == os.geteuid() else 0o755)
    place = str(socket).replace("'", "''").replace('"', '""')
    lines = [f"{name} = {value}" for name, value in SETTINGS.items()]
    lines.append(f"unix_socket_directories = '\"{place}\"'")
    write_whole(folder.config / "postgresql.conf", "\n".join(lines) + "\n", readable)
    write_whole(folder.config / "pg_hba.conf", ACCESS, readable)
    write_whole(folder.config / "pg_ident.conf", _identities(user), readable)


def options(folder: DataFolder) -> list[str]:
    named = {"config_file": "postgresql.conf", "hba_file": "pg_hba.conf", "ident_file": "pg_ident.conf"}
    return [f"--{setting}={folder.config / name}" for setting, name in named.items()]


def log_path(folder: DataFolder) -> Path:
    return folder.log / "postgres.log"


def log_file(folder: DataFolder, user: User, limit: int) -> Path:
    """The log, ready to be appended to; the former one is kept beside it once it is over `limit` bytes."""
    path = log_path(folder)
    if path.exists() and path.stat().st_size > limit:
        path.rename(path.with_name(f"{path.name}.1"))
    path.touch(mode=0o600)
    give(path, user)
    return path


def tail(log: Path) -> str:
    """Its last five lines."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4096))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-5:])


def _identities(user: User) -> str:
    """Only who runs Teczka and the database's own user, each as any of our three roles."""
    try:
        ours = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError as unknown:
        raise Problem(Trouble.DATABASE_USER, uid=os.geteuid()) from unknown
    people = dict.fromkeys([ours, user.name])
    return "".join(f'{MAP} "{name}" {role}\n' for name in people for role in (OWNER, APP, SUPERUSER))
