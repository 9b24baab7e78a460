# Teczka: everything is one command. `make help` lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3
export PYTHON

BIN := .venv/bin
# More words for the command behind a target: make test ARGS="tests/mime -k boundary"
ARGS ?=
# PG=debian tests against Debian's own PostgreSQL 15 instead of the wheel's.
PG ?= embedded

TEST_PACKAGES := dovecot-imapd dovecot-pop3d dovecot-lmtpd postfix chromium
BENCHMARKS := first_sync pop3 references find cases case_export rules search search_keys search_quality extraction import_mail backup packs
BENCH_PACKAGES := dovecot-imapd dovecot-pop3d isync mpop fetchmail getmail6 notmuch python3-notmuch2 maildir-utils
ifeq ($(PG),debian)
TEST_PACKAGES += postgresql-15
export TECZKA_POSTGRES_BIN := /usr/lib/postgresql/15/bin
endif

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: run
run: assets ## serve Teczka here; prints its address and the first-run link
	@$(BIN)/teczka run $(ARGS)

.PHONY: demo
demo: assets ## serve a small law office with generated mail, signed in
	@$(BIN)/teczka demo $(ARGS)

.PHONY: test
test: dev assets test-packages ## run the tests (PG=debian: on Debian's PostgreSQL 15)
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

# What is drawn by lot tells its seed: make torture SEED=7 draws the same again (of tests slowed in the browser, much the same).
SEED ?= $(shell shuf -i 1-999999 -n 1)
.PHONY: torture
torture: dev assets test-packages ## faults and random examples at length
	$(BIN)/python -m pytest -n 4 -m "hypothesis and not browser" --hypothesis-profile=torture --timeout=0
	SEED=$(SEED) $(BIN)/python -m pytest -n 4 --dist loadfile -p tests.slowly --slow-page 300 --slow-test 200 --timeout=0 tests/browser
	TECZKA_TESTS_MATRIX=whole $(BIN)/python -m pytest --timeout=0 tests/web/access
	$(BIN)/python -m tests.faults.crash_points --all
	$(BIN)/python -m tests.faults.kills
	$(BIN)/python -m tests.remote.pop3.run
	$(BIN)/python -m tests.faults.interleavings --seed $(SEED)
	$(BIN)/python -m tests.faults.backups --seed $(SEED)
	$(BIN)/python -m tests.faults.compaction --seed $(SEED)
	$(BIN)/python -m tests.faults.imports
	$(BIN)/python -m tests.faults.sending --kills 200 --crashes 5000 --seed $(SEED)
	$(BIN)/python -m tests.faults.rule_runs --kills 100 --seed $(SEED)
	$(BIN)/python -m tests.faults.extraction --kills 40 --seed $(SEED)

.PHONY: check
check: dev ## format, lint, types, layers, shape, TypeScript, catalogues
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python tools/shape.py
	$(BIN)/python frontend/build.py --types
	$(BIN)/python tools/catalogues.py

.PHONY: bench
bench: dev assets ## measure beside our peers, one line of JSON each (ARGS=--quick)
	@tools/debian.sh $(BENCH_PACKAGES)
	@for name in $(BENCHMARKS); do $(BIN)/python -m benchmarks.$$name $(ARGS) || exit 1; done

.PHONY: screenshot
screenshot: dev assets ## picture the demo for the README
	@tools/debian.sh chromium
	@$(BIN)/python tools/screenshot.py

.PHONY: messages
messages: dev ## gather the words to translate into teczka/web/locale
	@tools/debian.sh gettext
	@$(BIN)/python tools/messages.py

.PHONY: lock
lock: dev ## pin the dependencies anew (ARGS=--upgrade: the newest of all)
	@tools/lock.sh $(ARGS)

.PHONY: format
format: dev ## lay out the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# What the commands above stand on. In this order, whatever -j says: the tests' .venv serves for running, too.
.NOTPARALLEL:
.PHONY: venv dev assets test-packages
venv:
	@tools/venv.sh requirements.lock

dev:
	@tools/venv.sh requirements-dev.lock

assets: venv
	@$(BIN)/python frontend/build.py

test-packages:
	@tools/debian.sh $(TEST_PACKAGES)
