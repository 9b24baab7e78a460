"""`teczka worker`: keeps accounts, beside others of its kind on any number of machines."""

import argparse

from teczka.cli.house import house, parser, told
from teczka.cli.processes import leave, on_leash, stop_signals
from teczka.worker.serve import serve


def main(argv: list[str]) -> int:
    options = parser("worker", "Keep a fair share of the accounts: fetch their mail and listen for more.")
    options.add_argument("--leash", action="store_true", help="end when standard input closes")
    chosen = options.parse_args(argv)
    # A pass may be under way in a thread. Its lease has been given back, so it can write nothing more.
    leave(told(lambda: _work(chosen)))


def _work(chosen: argparse.Namespace) -> int:
    stopping = stop_signals()
    if chosen.leash:
        on_leash()
    with house(leashed=chosen.leash):
        serve(stopping)
    return 0
