#!/bin/sh
# Pins what pyproject.toml asks for, for every platform, with hashes and without addresses.
# ARGS="--upgrade" takes the newest of everything, ARGS="--upgrade-package NAME" of one.
set -eu
cd "$(dirname "$0")/.."

compile() {
    .venv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet "$@"
}

compile --group build --output-file requirements.lock "${@}"
compile --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock "${@}"
