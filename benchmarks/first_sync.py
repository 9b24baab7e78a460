"""The first sync of a mailbox over TLS: ours, mbsync (without fsync) and a raw socket drain, in turn against one Dovecot.

Ours is measured from the first connection to the end of transaction A: bytes fsynced, message, placement and cursor committed. mbsync and
the drain are measured around everything that they do. Ratios above 1: we are better.
"""

import resource
import socket
import subprocess
import time
from pathlib import Path

from benchmarks.bench import (
    Teczka,
    copy,
    folder,
    full_dovecot,
    in_turn,
    middle,
    options,
    prepared,
    show,
)
from benchmarks.first_light import first_light
from tests.dovecot.mailbox import Mailbox
from tests.dovecot.server import Dovecot

FETCH = b"c UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])\r\n"

MBSYNC = """
FSync no

IMAPAccount far
Host localhost
Port {port}
User {user}
Pass {password}
SSLType IMAPS
SystemCertificates no
CertificateFile {authority}
PipelineDepth 50

IMAPStore far
Account far

MaildirStore near
Path {out}/
Inbox {out}/INBOX

Channel mail
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState *
"""


def main() -> None:
    chosen = options(__doc__ or "")
    messages = 1_000 if chosen.quick else 10_000
    rounds = chosen.rounds or (2 if chosen.quick else 5)
    with folder() as place, full_dovecot(messages, "full", seed=1) as (dovecot, mailbox, corpus):
        base = prepared(place / "base")
        numbers = iter(range(1_000_000))
        figures = in_turn(
            rounds,
            {
                "teczka": lambda: ours(copy(base.data, place / f"data{next(numbers)}"), dovecot, mailbox, messages),
                "mbsync": lambda: mbsync(place / f"mbsync{next(numbers)}", dovecot, mailbox, messages),
                "drain": lambda: drain(dovecot, mailbox, corpus["total"]),
            },
        )
        light = [first_light(copy(base.data, place / f"light{n}"), dovecot, mailbox) for n in range(min(rounds, 3))]
    seconds = {name: middle(rows, "seconds") for name, rows in figures.items()}
    show(
        {
            "benchmark": "first_sync",
            "messages": messages,
            "mean_bytes": corpus["mean"],
            "rounds": rounds,
            "seconds": seconds,
            "messages_per_second": {name: round(messages / value) for name, value in seconds.items()},
            "cpu_seconds_per_1000": {
                name: round(middle(rows, "cpu") / messages * 1000, 3) for name, rows in figures.items()
            },
            "first_50_listed_seconds": middle(light, "listed"),
            "first_50_openable_seconds": middle(light, "seconds"),
            "read_messages_per_second": round(messages / middle(figures["teczka"], "reading")),
            "until_read_seconds": round(seconds["teczka"] + middle(figures["teczka"], "reading"), 3),
            "mbsync_ratio": round(seconds["mbsync"] / seconds["teczka"], 3),
            "drain_ratio": round(seconds["drain"] / seconds["teczka"], 3),
        }
    )


def ours(teczka: Teczka, dovecot: Dovecot, mailbox: Mailbox, messages: int) -> dict[str, float]:
    account = teczka.add_account(dovecot, mailbox)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = teczka("sync", "--account", account, "--json")
    cpu = _cpu(before)
    if told["messages"] != messages:
        raise RuntimeError(f"{told['messages']} of {messages} messages arrived")
    read = teczka("reader", "--once")
    return {"seconds": told["seconds"]["total"], "cpu": cpu, "reading": read["seconds"]}


def mbsync(place: Path, dovecot: Dovecot, mailbox: Mailbox, messages: int) -> dict[str, float]:
    (place / "INBOX").mkdir(parents=True)
    authority = place / "ca.pem"
    authority.write_text(dovecot.ca_pem)
    configuration = place / "mbsyncrc"
    configuration.write_text(
        MBSYNC.format(
            port=dovecot.tls_port,
            user=mailbox.username,
            password=mailbox.password,
            authority=authority,
            out=place,
        )
    )
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(["mbsync", "-q", "-c", str(configuration), "mail"], check=True)
    seconds = time.monotonic() - began
    arrived = sum(1 for kind in ("cur", "new") for _ in (place / "INBOX" / kind).iterdir())
    if arrived != messages:
        raise RuntimeError(f"mbsync: {arrived} of {messages} messages arrived")
    return {"seconds": seconds, "cpu": _cpu(before)}


def drain(dovecot: Dovecot, mailbox: Mailbox, total: int) -> dict[str, float]:
    """One FETCH of everything, received and thrown away: what no client can beat on one connection."""
    began, cpu = time.monotonic(), time.process_time()
    with dovecot.client_tls().wrap_socket(_connection(dovecot), server_hostname="localhost") as wire:
        wire.sendall(f"a LOGIN {mailbox.username} {mailbox.password}\r\nb EXAMINE INBOX\r\n".encode())
        heard = b""
        while b"\r\nb OK" not in heard:
            heard += wire.recv(65536)
        wire.sendall(FETCH)
        room = memoryview(bytearray(1 << 16))
        received, tail = 0, b""
        while b"\r\nc OK" not in tail:
            count = wire.recv_into(room)
            if not count:
                raise RuntimeError("the server hung up")
            received += count
            tail = tail[-100:] + bytes(room[max(0, count - 200) : count])
    if received < total:
        raise RuntimeError(f"{received} of {total} bytes arrived")
    return {"seconds": time.monotonic() - began, "cpu": time.process_time() - cpu}


def _connection(dovecot: Dovecot) -> socket.socket:
    return socket.create_connection((dovecot.host, dovecot.tls_port), 60)


def _cpu(before: resource.struct_rusage) -> float:
    """Of the children since then; the embedded database is one of ours, as it would be of a user's."""
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return now.ru_utime + now.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
