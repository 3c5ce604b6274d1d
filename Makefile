# Advocate Desk. `make up` tries it, `make test` tests it; `make help` lists the rest.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
PORT ?= 8765
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
# What has no wheel is built by the locked setuptools: nothing comes in without its hash.
LOCKED := --require-hashes --no-build-isolation --use-pep517

# Set, it would compile every module of ours again in each of the hundreds of processes a test run starts.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help up test lint types contracts unit assets browser translations ux lock evaluate grades fuzz races
.PHONY: bench chaos clean

help: ## List every target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

up: $(VENV)/.local-installed assets ## Run everything on this machine (PORT=8765 to choose the port)
	@exec $(BIN)/python -m intake.cli up --with-parent --port "$(PORT)"

test: $(VENV)/.test-installed assets browser ## Lint, types, import contracts and every test
	@$(MAKE) --no-print-directory lint types contracts
	$(BIN)/python -m pytest -m "not long" -n 2 --dist loadfile

lint: $(VENV)/.test-installed ## Style and layout of the code
	$(BIN)/ruff check .

types: $(VENV)/.test-installed ## mypy, strict
	$(BIN)/mypy

contracts: $(VENV)/.test-installed ## Which module may import which
	$(BIN)/lint-imports

unit: $(VENV)/.test-installed ## The tests without a database
	$(BIN)/python -m pytest tests/unit

assets: $(VENV)/.local-installed ## Build css, script and images from npm packages
	@$(BIN)/python -m assets.build

browser: $(VENV)/.test-installed ## Find or unpack a browser and prove that it starts
	@$(BIN)/python -m tests.browser

evaluate: $(VENV)/.test-installed ## The case vignettes of the match, as a table
	@$(BIN)/python -m tests.evaluate

translations: $(VENV)/.test-installed ## Gather the marked strings into the catalogs; list what is to translate
	@$(BIN)/python -m tests.translations

ux: $(VENV)/.test-installed assets browser ## Measure every public page and state in a browser; wants a quiet machine
	@$(BIN)/python -m tests.ux $(ONLY)

lock: ## Compile requirements/*.txt again (needs uv)
	sh requirements/compile.sh

grades: $(VENV)/.test-installed ## How easily the documents and letters read, part by part
	@$(BIN)/python -m tests.grades

fuzz: $(VENV)/.test-installed assets ## 100,000 fuzzed requests over every route, and answer times; takes minutes
	$(BIN)/python -m pytest -m long -s tests/integration/test_fuzz.py tests/integration/test_answer_times.py

races: $(VENV)/.test-installed assets ## A hundred advocates after one callback, a thousand times; takes half an hour
	$(BIN)/python -m pytest -m long -s tests/integration/test_call_race_whole.py

bench: $(VENV)/.test-installed assets ## Measure speed; wants a quiet machine (ONLY=name measures less)
	$(BIN)/python -m pytest -m long -s $(if $(ONLY),-k "$(ONLY)") tests/bench

chaos: $(VENV)/.test-installed assets ## Break everything, count what was lost (ONLY=name SEED=1 MINUTES=0 STORMS=30)
	@$(BIN)/python -m tests.chaos $(if $(ONLY),--only "$(ONLY)") $(if $(SEED),--seed "$(SEED)") $(if $(MINUTES),--minutes "$(MINUTES)") \
	    $(if $(STORMS),--storms "$(STORMS)") $(if $(LEADS),--leads "$(LEADS)") $(if $(RATE),--rate "$(RATE)")

clean: ## Remove what was built; the data in .advocate stays
	rm -rf $(VENV) node_modules assets/node_modules intake/static/built *.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	    echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1 | head -n 1)." \
	         "Name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	    echo "$(PYTHON) lacks venv; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

# Hash-locked, so that every machine runs the same; the project itself without its dependencies.
$(VENV)/.local-installed: requirements/local.txt pyproject.toml | $(BIN)/python
	@echo "Installing what is needed to run ..."
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@awk '/^setuptools==/ { on = 1 } on { print; if (!/\\$$/) exit }' requirements/local.txt > $(VENV)/build.txt
	@$(PIP) install --require-hashes -r $(VENV)/build.txt
	@$(PIP) install $(LOCKED) -r requirements/local.txt
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.test-installed: requirements/test.txt $(VENV)/.local-installed
	@echo "Installing what is needed to test ..."
	@$(PIP) install $(LOCKED) -r requirements/test.txt
	@touch $@
