"""`teczka keys rotate`: a new key for the stored secrets."""

import sys
from dataclasses import asdict

from teczka.actions.keys import Rotation, rotate
from teczka.cli.house import Refused, house, parser, show, told


def main(argv: list[str]) -> int:
    options = parser("keys", "The keys that the stored passwords and tokens are sealed with.")
    options.add_argument(
        "verb", choices=["rotate"], help="make a new key, seal every secret with it, remove the old keys"
    )
    options.add_argument("--json", action="store_true", help="one JSON document")
    chosen = options.parse_args(argv)
    return told(lambda: _rotate(as_json=chosen.json))


def _rotate(*, as_json: bool) -> int:
    with house():
        try:
            done = rotate()
        except TimeoutError as busy:
            raise Refused("Another rotation is under way.") from busy
    show(asdict(done)) if as_json else _print(done)
    return 1 if done.broken else 0


def _print(done: Rotation) -> None:
    sys.stdout.write(f"{done.resealed} secrets are sealed with the new key {done.key}\n")
    if done.removed:
        sys.stdout.write(f"Old keys removed: {', '.join(done.removed)}\n")
    if done.kept:
        sys.stdout.write(f"Old keys that stay, because something may still want them: {', '.join(done.kept)}\n")
    for what in done.broken:
        sys.stdout.write(f"BAD {what}: no key here opens its secret; its owner has to enter it again\n")
