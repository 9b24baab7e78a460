"""`teczka doctor`: look whether everything is as it should be, and say what is not."""

import argparse
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from teczka.actions.check import refused_servers
from teczka.cli import bucket
from teczka.cli.house import house, parser, show, told
from teczka.core.settings import Settings, settings
from teczka.mime.extraction.confined import Extractor, File
from teczka.store.migrate import up_to_date, walls_hold
from teczka.store.queries import backups, doctor
from teczka.store.queries.room import room
from teczka.store.queries.unfetched import Unfetched, unfetched_everywhere


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
    found = room(ours.data)
    told = f"{found.free // 1024**2} MB free"
    yield Finding("disk", not found.low, f"{told}: too few, so no mail is fetched" if found.full else told)
    yield _keys(ours)
    if ours.blobs_url:
        wrong = bucket.fault(ours)
        yield Finding("bucket", not wrong, f"{ours.blobs_url}: {wrong or 'listed, written, read and deleted from'}")
    shaped = up_to_date()
    yield Finding("migrations", shaped, "the database's shape against this version")
    if not shaped:
        return  # its tables may be others
    yield Finding("walls", walls_hold(), "row-level security binds the serving role")
    yield Finding("database", True, f"PostgreSQL {doctor.server_version()}")
    yield Finding("reading", True, f"{doctor.unread()} messages wait to be read")
    yield Finding("search", True, "{} of {} messages are found by search".format(*doctor.coverage()))
    yield _extraction()
    yield from _packs(ours)
    refused = refused_servers()
    told = f"the gate refuses {', '.join(refused)}; TECZKA_EGRESS_ALLOW names what may be reached"
    yield Finding("servers", not refused, told if refused else "none that the gate refuses")
    yield _accounts()
    yield _unfetched()
    yield _backup(ours)


def _accounts() -> Finding:
    there, stuck = doctor.accounts()
    told = f"{there} at work, {stuck} of them wait for their owner"
    if restored := doctor.waiting():
        told += f"; {restored} wait for `teczka restore --connect`"
    return Finding("accounts", not stuck, told)


def _unfetched() -> Finding:
    missing = unfetched_everywhere()
    if not missing:
        return Finding("fetching", True, "every message that a server lists came whole, or is still to come")
    messages, folders = [one for one in missing if one.count], [one for one in missing if not one.count]
    said = []
    if messages:
        said.append(f"did not come whole from {_hosts(messages)}: {sum(one.count for one in messages)}")
    if folders:
        said.append(f"folders left out at {_hosts(folders)}: {len(folders)}")
    # Nothing that whoever keeps this machine could mend.
    return Finding("fetching", True, "; ".join([*said, "their owners see which"]))


def _hosts(missing: Iterable[Unfetched]) -> str:
    return ", ".join(sorted({one.host for one in missing}))


def _backup(ours: Settings) -> Finding:
    if backups.waits():
        return Finding("backup", False, "restored, and the accounts wait: `teczka restore --connect` lets them connect")
    good = backups.newest(good=True)
    last = f"the last good one began {good.started_at:%Y-%m-%d %H:%M} UTC" if good else "there is none"
    return Finding(
        "backup", not backups.wants_backup(), last if ours.backup_to else f"{last}; TECZKA_BACKUP_TO is not set"
    )


def _extraction() -> Finding:
    """Attached files are read by a process that can do nothing else; where the system does not allow that, only its limits stand."""
    waits = f"{doctor.unextracted()} attached files wait for their text"
    try:
        with Extractor() as extractor:
            extractor.extract(File("", "text/plain", ""), lambda: iter([b"?"]))
    except OSError as error:
        return Finding("extraction", False, f"{waits}; the process that reads them does not start: {error}")
    if not extractor.confined:
        return Finding(
            "extraction", False, f"{waits}; the process that reads them could not be kept from the system's calls"
        )
    return Finding("extraction", True, waits)


def _packs(ours: Settings) -> Iterator[Finding]:
    found = doctor.scrubbed()
    told = f"{found.packs - found.unread} of {found.packs} packs read from end to end since they were written"
    if found.damaged:
        told = f"{len(found.damaged)} packs are damaged, {found.damaged[0]} among them: `teczka verify` names their messages"
    yield Finding("scrub", not found.damaged, told)
    unclean = doctor.unclean()
    # Of a database of one's own nobody cleans the files by himself.
    cleans = "`teczka run` cleans them at night"
    if ours.database_url:
        cleans = "`teczka erase` with TECZKA_DATABASE_OWNER_URL naming a superuser cleans them"
    told = f"{unclean} messages were erased and have traces in the database's files: {cleans}"
    yield Finding(
        "erased", not (unclean and ours.database_url), told if unclean else "nothing is left of what was erased"
    )


def _keys(ours: Settings) -> Finding:
    """The keys open every mailbox: nobody else on the machine may read them."""
    if not ours.keys.is_dir():
        return Finding("keys", False, "there are none")
    loose = [path.name for path in (ours.keys, *ours.keys.iterdir()) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    return Finding("keys", not loose, f"others may read {', '.join(loose)}" if loose else "readable by us alone")
