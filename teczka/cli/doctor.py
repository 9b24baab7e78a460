"""`teczka doctor`: look whether everything is as it should be, and say what is not."""

import argparse
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from teczka.actions.check import refused_servers
from teczka.cli.house import house, parser, show, told
from teczka.core.settings import Settings, settings
from teczka.store.migrate import up_to_date, walls_hold
from teczka.store.queries import doctor

LOW_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    good: bool
    told: str


def main(argv: list[str]) -> int:
    options = parser("doctor", "Look whether everything is as it should be.")
    options.add_argument("--json", action="store_true", help="one JSON document")
    chosen = options.parse_args(argv)
    return told(lambda: _examine(chosen))


def _examine(chosen: argparse.Namespace) -> int:
    with house(checked=False):
        findings = list(examine(settings()))
    if chosen.json:
        show({finding.what: asdict(finding) for finding in findings})
    else:
        for finding in findings:
            sys.stdout.write(f"{'ok ' if finding.good else 'BAD'} {finding.what}: {finding.told}\n")
    return 0 if all(finding.good for finding in findings) else 1


def examine(ours: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(ours.data).free
    yield Finding("disk", free > LOW_BYTES, f"{free // 1024**2} MB free")
    yield _keys(ours)
    shaped = up_to_date()
    yield Finding("migrations", shaped, "the database's shape against this version")
    if not shaped:
        return  # its tables may be others
    yield Finding("walls", walls_hold(), "row-level security binds the serving role")
    yield Finding("database", True, f"PostgreSQL {doctor.server_version()}")
    yield Finding("reading", True, f"{doctor.unread()} messages wait to be read")
    refused = refused_servers()
    told = f"the gate refuses {', '.join(refused)}; TECZKA_EGRESS_ALLOW names what may be reached"
    yield Finding("servers", not refused, told if refused else "none that the gate refuses")
    there, stuck = doctor.accounts()
    yield Finding("accounts", not stuck, f"{there} accounts, {stuck} wait for their owner")


def _keys(ours: Settings) -> Finding:
    """The keys open every mailbox: nobody else on the machine may read them."""
    if not ours.keys.is_dir():
        return Finding("keys", False, "there are none")
    loose = [path.name for path in (ours.keys, *ours.keys.iterdir()) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    return Finding("keys", not loose, f"others may read {', '.join(loose)}" if loose else "readable by us alone")
