"""`python -m tests.faults.rule_runs --kills 100 --messages 4000 --seed 7`: SIGKILLs of a real worker while it applies a rule to old mail,
and takes that back; and death at every statement and commit of both. The suite does a little of it (test_rule_runs.py)."""

import argparse
import os
import subprocess
import sys


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--messages", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    told = {"KILLS": chosen.kills, "MESSAGES": chosen.messages, "SEED": chosen.seed}
    environment = {**os.environ, **{f"TECZKA_RULE_RUNS_{name}": str(value) for name, value in told.items()}}
    environment["TECZKA_CRASH_POINTS"] = "all"
    command = [sys.executable, "-m", "pytest", "-q", "-s", "tests/faults/test_rule_runs.py", "--timeout=7200"]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
