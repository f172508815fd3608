# `make` alone lists the targets. Everything runs in .venv, made from the locked requirements.

PYTHON3  ?= python3
VENV     := .venv
PYTHON   := $(VENV)/bin/python
RUNNING  := $(VENV)/.for-running
WORKING  := $(VENV)/.for-working
CHROMIUM := $(or $(HOLDFAST_CHROMIUM),/usr/bin/chromium)
LOCKING  := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# -- Running it ------------------------------------------------------------------------------------

.PHONY: up doctor
up: $(RUNNING) ## Run everything on this machine until Ctrl-C; no Docker, no accounts
	@./holdfast up

doctor: $(RUNNING) ## Say what keeps Holdfast from running here, and what to do about it
	@./holdfast doctor

# -- Working on it ---------------------------------------------------------------------------------

.PHONY: setup test faults lint fmt bench soak states channels histories lock clean browser
setup: $(WORKING) ## Install what running, testing and changing it needs
	@test -d .git && $(VENV)/bin/pre-commit install >/dev/null || true

test: $(WORKING) browser ## Run every test, against real servers and a real browser
	@$(VENV)/bin/pytest

faults: $(WORKING) ## Kill, restart and lie to the whole stack under load (SCALE=long: for hours)
	SCALE=$(or $(SCALE),short) $(PYTHON) -m pytest tests/faults

lint: $(WORKING) ## Check format, style, types and who imports whom
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

fmt: $(WORKING) ## Put the code into shape
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

bench: $(WORKING) ## Measure throughput and latency on this machine
	$(PYTHON) -m tests.bench

soak: $(WORKING) ## Cut the sockets of 500 chatting customers for 5 minutes (CUSTOMERS=, MINUTES=)
	$(PYTHON) -m tests.bench --only soak --insert \
		--customers $(or $(CUSTOMERS),500) --minutes $(or $(MINUTES),5)

states: $(WORKING) ## Draw docs/states.md from the tables of the state machines
	$(PYTHON) -m statemachines.diagram

channels: $(WORKING) ## Draw the matrix in docs/channels.md from what the adapters say
	$(PYTHON) -m channels.matrix

histories: $(WORKING) ## Record the histories that every later version must replay
	$(PYTHON) -m tests.replay.record $(LABEL)

lock: ## Resolve the dependencies anew (needs uv; not part of normal use)
	uv pip compile pyproject.toml --group embedded --output-file requirements.lock $(LOCKING)
	uv pip compile pyproject.toml --group dev --output-file requirements-dev.lock $(LOCKING)

clean: ## Remove caches; .venv and .holdfast stay
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache tests/.artifacts
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

browser: $(WORKING)
	@if [ -x "$(CHROMIUM)" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk; \
	else $(VENV)/bin/playwright install chromium; fi

# -- The environment -------------------------------------------------------------------------------

$(PYTHON):
	@$(PYTHON3) -c 'import sys; sys.exit("Holdfast needs Python 3.11 or newer; set PYTHON3=") \
		if sys.version_info < (3, 11) else None'
	$(PYTHON3) -m venv $(VENV)

$(RUNNING): requirements.lock | $(PYTHON)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(WORKING): requirements-dev.lock | $(PYTHON)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@ $(RUNNING)
