"""`teczka reader`: reads what was fetched (transaction B). As many of these processes as TECZKA_READERS says."""

import argparse
import time

from teczka.cli.house import house, parser, show, told
from teczka.cli.processes import on_leash, stop_signals
from teczka.worker.reader import drain, serve


def main(argv: list[str]) -> int:
    options = parser("reader", "Read what was fetched: text, threads, search terms.")
    options.add_argument("--once", action="store_true", help="until nothing waits, then print what was read")
    options.add_argument("--leash", action="store_true", help="end when standard input closes")
    chosen = options.parse_args(argv)
    return told(lambda: _read(chosen))


def _read(chosen: argparse.Namespace) -> int:
    stopping = stop_signals()
    if chosen.leash:
        on_leash()
    with house(leashed=chosen.leash):
        if chosen.once:
            began = time.monotonic()
            messages = drain(stopping)
            show({"messages": messages, "seconds": round(time.monotonic() - began, 3)})
        else:
            serve(stopping)
    return 0
