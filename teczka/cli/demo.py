"""`teczka demo`: a small law office with generated mail, on mail servers inside this process. Each start makes it anew."""

import sys
import time
from collections.abc import Callable

from teczka.actions.demo import Demo
from teczka.actions.visiting import pass_for
from teczka.cli.house import parser, told
from teczka.cli.listening import listen
from teczka.cli.processes import keep, stop_signals
from teczka.cli.run import address, children, database
from teczka.core.settings import Settings, settings
from teczka.store.models import User

HOST = "127.0.0.1"  # no demo leaves this machine: its links sign anybody in
ARRIVAL_SECONDS = 60.0


def main(argv: list[str]) -> int:
    options = parser("demo", "A small law office with generated mail, on this machine alone, made anew at each start.")
    options.add_argument("--port", type=int, default=8000, help="0: any that is free")
    chosen = options.parse_args(argv)
    return told(lambda: _show(settings(), chosen.port))


def _show(ours: Settings, port: int) -> int:
    stopping = stop_signals()
    with listen(HOST, port) as door, database(ours) as revive, Demo() as demo:
        _greet(address(ours, HOST, door.getsockname()[1]), demo.fill())
        keep(children(ours, door), each_minute(demo.arrive, revive), stopping)
    return 0


def each_minute(act: Callable[[], None], always: Callable[[], None]) -> Callable[[], None]:
    """What `keep` calls at each look: `always`, and once a minute `act` before it."""
    due = time.monotonic() + ARRIVAL_SECONDS

    def look() -> None:
        nonlocal due
        if time.monotonic() >= due:
            due += ARRIVAL_SECONDS
            act()
        always()

    return look


def _greet(here: str, people: list[User]) -> None:
    """The first of them is whose morning the demo shows."""
    sys.stdout.write(f"Teczka, {people[0].office.name}. These links sign you in:\n")
    for person in people:
        sys.stdout.write(f"  {person.name}: {here}/demo/{pass_for(person)}/\n")
    sys.stdout.flush()
