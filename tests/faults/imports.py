"""Killed while mail comes out of files, at the N-th point where something becomes durable, and begun again: nothing is lost, nothing there
twice, and the figures are those of an import that nobody killed.

    python -m tests.faults.imports --points 1000 --kills 50

tries so many points in forked children (lives.Points: writes, fsyncs, renames, statements, commits), and kills so many processes
of the command at random moments. The suite takes a few of each (test_imports.py).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill imports of mail again and again.")
    parser.add_argument("--points", type=int, default=1_000, help="at most so many points, spread over all there are")
    parser.add_argument("--kills", type=int, default=50)
    chosen = parser.parse_args()
    environment = os.environ | {"TECZKA_IMPORT_POINTS": str(chosen.points), "TECZKA_IMPORT_KILLS": str(chosen.kills)}
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "told.json")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:xdist",
            "--timeout=7200",
            "tests/faults/test_imports.py",
        ]
        status = subprocess.run(command, env=environment | {"TECZKA_IMPORT_TOLD": str(told)}, check=False).returncode
        figures = json.loads(told.read_text()) if told.exists() else {}
    sys.stdout.write(json.dumps({"faults_test": "imports", "whole": status == 0, **figures}) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
