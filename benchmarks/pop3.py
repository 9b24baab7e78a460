"""The first download of a mailbox by POP3 over TLS: ours, mpop, fetchmail and getmail, in turn against one Dovecot.

Ours is measured from the first connection to the end of transaction A: bytes fsynced, message and placement committed; the others around
everything that they do. fetchmail writes to one file, its fastest way, and does not verify the certificate, whose name it would look for
elsewhere; getmail runs as an ordinary user, since it delivers nothing as root. Ratios above 1: we are better.
"""

import os
import pwd
import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.bench import Teczka, copy, folder, full_dovecot, in_turn, middle, options, prepared, show
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot

MPOP = """
defaults
tls on
tls_starttls off
tls_trust_file {authority}
account far
host localhost
port {port}
user {user}
password {password}
keep on
uidls_file {out}/uidls
delivery maildir {out}/mail
"""

FETCHMAIL = """
set no bouncemail
poll localhost protocol POP3 service {port} uidl
  user "{user}" password "{password}" ssl no sslcertck sslcertfile "{authority}" keep fetchall bsmtp "{out}/mail.bsmtp"
"""

GETMAIL = """
[retriever]
type = SimplePOP3SSLRetriever
server = localhost
port = {port}
username = {user}
password = {password}
ca_certs = {authority}

[destination]
type = Maildir
path = {out}/mail/

[options]
read_all = true
delete = false
verbose = 0
received = false
delivered_to = false
"""

# getmail forks for each message, and where the child is quicker than it, it misses the child's end and gives up after a minute: once in
# some thousand messages. Waiting for the child itself costs it less.
GETMAIL_WAITS = """
import os, runpy
from getmailcore.baseclasses import ForkingBase
ForkingBase._prepare_child = lambda self: None
ForkingBase._wait_for_child = lambda self, child: os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
runpy.run_path("/usr/bin/getmail", run_name="__main__")
"""


def main() -> None:
    chosen = options(__doc__ or "")
    messages = 1_000 if chosen.quick else 10_000
    rounds = chosen.rounds or (2 if chosen.quick else 3)
    with folder() as place, full_dovecot(messages, "full", seed=1) as (dovecot, mailbox, corpus):
        base = prepared(place / "base")
        numbers = iter(range(1_000_000))

        def peer(run: Callable[[Path, Dovecot, Mailbox], None]) -> Callable[[], dict[str, float]]:
            return lambda: timed(run, place / f"peer{next(numbers)}", dovecot, mailbox, messages)

        figures = in_turn(
            rounds,
            {
                "teczka": lambda: ours(copy(base.data, place / f"data{next(numbers)}"), dovecot, mailbox, messages),
                "mpop": peer(mpop),
                "fetchmail": peer(fetchmail),
                "getmail": peer(getmail),
            },
        )
    seconds = {name: middle(rows, "seconds") for name, rows in figures.items()}
    show(
        {
            "benchmark": "pop3",
            "messages": messages,
            "mean_bytes": corpus["mean"],
            "rounds": rounds,
            "seconds": seconds,
            "messages_per_second": {name: round(messages / value) for name, value in seconds.items()},
            "cpu_seconds_per_1000": {
                name: round(middle(rows, "cpu") / messages * 1000, 3) for name, rows in figures.items()
            },
            "nothing_new_seconds": middle(figures["teczka"], "again"),
            **{f"{name}_ratio": round(seconds[name] / seconds["teczka"], 3) for name in seconds if name != "teczka"},
        }
    )


def ours(teczka: Teczka, dovecot: Dovecot, mailbox: Mailbox, messages: int) -> dict[str, float]:
    account = teczka.add_account(dovecot, mailbox, "pop3")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = teczka("sync", "--account", account, "--json")
    cpu = _cpu(before)
    if told["messages"] != messages:
        raise RuntimeError(f"{told['messages']} of {messages} messages arrived")
    again = teczka("sync", "--account", account, "--json")
    return {"seconds": told["seconds"]["total"], "cpu": cpu, "again": again["seconds"]["total"]}


def timed(
    run: Callable[[Path, Dovecot, Mailbox], None], place: Path, dovecot: Dovecot, mailbox: Mailbox, messages: int
) -> dict[str, float]:
    for name in ("cur", "new", "tmp"):
        (place / "mail" / name).mkdir(parents=True)
    (place / "ca.pem").write_text(dovecot.ca_pem)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    run(place, dovecot, mailbox)
    figures = {"seconds": time.monotonic() - began, "cpu": _cpu(before)}
    arrived = sum(1 for _ in (place / "mail" / "new").iterdir())
    if (bsmtp := place / "mail.bsmtp").exists():
        arrived = bsmtp.read_bytes().count(b"\nMAIL FROM:") + bsmtp.read_bytes().startswith(b"MAIL FROM:")
    if arrived != messages:
        raise RuntimeError(f"{run.__name__}: {arrived} of {messages} messages arrived")
    shutil.rmtree(place)
    return figures


def mpop(place: Path, dovecot: Dovecot, mailbox: Mailbox) -> None:
    file = _configured(place, MPOP, dovecot, mailbox)
    subprocess.run(["mpop", "-Q", "-C", str(file), "far"], check=True)


def fetchmail(place: Path, dovecot: Dovecot, mailbox: Mailbox) -> None:
    file = _configured(place, FETCHMAIL, dovecot, mailbox)
    home = {**os.environ, "FETCHMAILHOME": str(place), "HOME": str(place)}
    command = ["fetchmail", "--silent", "--nosyslog", "-f", str(file), "--idfile", str(place / "ids")]
    subprocess.run(command, check=True, env=home, stderr=subprocess.DEVNULL)


def getmail(place: Path, dovecot: Dovecot, mailbox: Mailbox) -> None:
    file = _configured(place, GETMAIL, dovecot, mailbox)
    user = "mail" if os.getuid() == 0 else None
    if user:
        for path in (place, *place.rglob("*")):
            os.chown(path, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    command = ["/usr/bin/python3", "-c", GETMAIL_WAITS, "--quiet", f"--getmaildir={place}", f"--rcfile={file}"]
    subprocess.run(command, check=True, user=user, group=user, env={**os.environ, "HOME": str(place)})


def _configured(place: Path, text: str, dovecot: Dovecot, mailbox: Mailbox) -> Path:
    file = place / "configuration"
    file.touch(mode=0o600)
    file.write_text(
        text.format(
            port=dovecot.pop3s_port,
            user=mailbox.username,
            password=mailbox.password,
            authority=place / "ca.pem",
            out=place,
        )
    )
    return file


def _cpu(before: resource.struct_rusage) -> float:
    """Of the children since then; the embedded database is one of ours, as it would be of a user's."""
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return now.ru_utime + now.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
