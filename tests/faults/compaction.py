"""`python -m tests.faults.compaction --points 1000 --kills 50`: death at every write, statement, commit and removal of rewriting a pack, of
erasure and of sweeping; and SIGKILLs at any moment of them. The suite does a little of it (test_compaction.py)."""

import argparse
import os
import subprocess
import sys


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    told = {"POINTS": chosen.points, "KILLS": chosen.kills, "SEED": chosen.seed}
    environment = {**os.environ, **{f"TECZKA_COMPACTION_{name}": str(value) for name, value in told.items()}}
    command = [sys.executable, "-m", "pytest", "-q", "-s", "tests/faults/test_compaction.py", "--timeout=7200"]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
