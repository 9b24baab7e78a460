"""`python -m tests.faults.backups --points 1000 --kills 50`: death at writes of backups, of their removal and of restores, SIGKILLs of the
commands, and flipped bytes of archives. The suite does a little of it (test_backups.py)."""

import argparse
import os
import subprocess
import sys


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000, help="a third each of backups and of restores")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--flips", type=int, default=1_000, help="of each kind of archive")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    told = {"POINTS": chosen.points, "KILLS": chosen.kills, "FLIPS": chosen.flips, "SEED": chosen.seed}
    environment = {**os.environ, **{f"TECZKA_BACKUP_{name}": str(value) for name, value in told.items()}}
    command = [sys.executable, "-m", "pytest", "-q", "-s", "tests/faults/test_backups.py", "--timeout=7200"]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
