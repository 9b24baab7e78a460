#!/bin/sh
# Makes .venv as a lock file says: tools/venv.sh requirements.lock. What is up to date is left alone.
set -eu
cd "$(dirname "$0")/.."
lock=$1

python=${PYTHON:-python3}
if ! command -v "$python" >/dev/null; then
    echo "Teczka needs Python 3.11 or newer, and there is no $python here. On Debian: apt install python3 python3-venv" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Teczka needs Python 3.11 or newer; $python is $("$python" --version 2>&1). Name another with PYTHON=…" >&2
    exit 1
fi

fingerprint() { cat "$1" pyproject.toml | cksum; }
made_from() { [ "$(cat ".venv/.made-from-$1" 2>/dev/null)" = "$(fingerprint "$1")" ]; }

# requirements-dev.lock holds all of requirements.lock: a .venv made for the tests will do for running, too.
if made_from "$lock" || made_from requirements-dev.lock; then
    exit 0
fi

if [ ! -x .venv/bin/python ]; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        tools/debian.sh python3-venv
    fi
    "$python" -m venv .venv
fi
echo "Installing $lock into .venv …"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
fingerprint "$lock" > ".venv/.made-from-$lock"
