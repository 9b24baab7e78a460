"""`python -m tests.faults.crash_points --all`: dying at every point, not at a sample of them. Prints how many there were."""

import argparse
import os
import subprocess
import sys

TRIED = (
    "tests/faults/test_crash_points.py",
    "tests/faults/test_pop3_crash_points.py",
    "tests/faults/test_replay_crash_points.py",
    "tests/faults/test_extraction.py",
    "tests/faults/test_rule_runs.py",
    "tests/actions/test_keys.py",
    "tests/actions/test_removal.py",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="every point, not a sample")
    chosen = parser.parse_args()
    environment = {**os.environ, "TECZKA_CRASH_POINTS": "all" if chosen.all else ""}
    command = [sys.executable, "-m", "pytest", "-q", "-s", *TRIED, "--timeout=7200"]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
