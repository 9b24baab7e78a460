"""`python -m tests.faults.sending --kills 200 --crashes 5000 --seed 7`: dying while messages are sent, at length; a JSON line for each of
the two ways. The suite does a little of it (test_sending.py)."""

import argparse
import os
import subprocess
import sys


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--crashes", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    told = {"KILLS": chosen.kills, "CRASHES": chosen.crashes, "SEED": chosen.seed}
    environment = {**os.environ, **{f"TECZKA_SENDING_{name}": str(value) for name, value in told.items()}}
    command = [sys.executable, "-m", "pytest", "-q", "-s", "tests/faults/test_sending.py", "--timeout=7200"]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
