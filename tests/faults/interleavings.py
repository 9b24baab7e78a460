"""`python -m tests.faults.interleavings --rounds 1000 --kills 50 --seed N`: acts here, acts there, crashes, cut connections, and then
kills of a real worker, in any order. Prints one JSON line for each of the two; a failure prints its seed and round."""

import argparse
import json
import os
import secrets
import subprocess
import sys


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    chosen = parser.parse_args()
    sys.stdout.write(f"seed {chosen.seed}\n")
    sys.stdout.flush()
    environment = {**os.environ, "TECZKA_INTERLEAVINGS": json.dumps(vars(chosen))}
    command = [sys.executable, "-m", "pytest", "-q", "-s", "tests/faults/test_interleavings.py", "--timeout=14400"]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
