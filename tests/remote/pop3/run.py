"""`python -m tests.remote.pop3.run --seeds 20 --cuts 2000`: every scenario by every seed, and a session cut at so many bytes. Prints one
JSON line; the exit status tells whether anything was lost or doubled."""

import argparse
import json
import sys
import time

from tests.remote.pop3.cuts import cut
from tests.remote.pop3.plays import play
from tests.remote.pop3.scenarios import SCENARIOS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--cuts", type=int, default=2000)
    chosen = parser.parse_args()
    began, failed = time.monotonic(), []
    for seed in range(1, chosen.seeds + 1):
        for name, scenario in SCENARIOS.items():
            try:
                with play(seed) as played:
                    scenario(played)
            except AssertionError:
                failed.append(f"{name} by seed {seed}")
    cuts = cut(1, chosen.cuts) if chosen.cuts else 0
    told = {
        "faults_test": "pop3",
        "scenarios": len(SCENARIOS),
        "seeds": chosen.seeds,
        "cuts": cuts,
        "failed": failed,
        "seconds": round(time.monotonic() - began, 1),
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
