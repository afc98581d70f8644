# Everything runs inside this checkout: .venv from a hash-locked file, cluster tools from a cache (deploy/local).
# `make demo` and `make test` do all set-up by themselves; a fresh machine needs Python 3.11 or newer, make and Go.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest -p no:cacheprovider
STAMP := $(VENV)/.complete

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format types contracts policy-test unit integration e2e bench serve up down matrix lock clean

help: ## list these commands
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv and fetch every tool, nothing else
	@$(PYTHON) deploy/local/toolbox.py ensure

$(STAMP): deploy/requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("make setup needs Python 3.11 or newer; set PYTHON=python3.12 or the like" if sys.version_info < (3, 11) else 0)'
	@echo "making $(VENV) from the hash-locked deploy/requirements.lock"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: setup ## show the main job on a real API server, then take everything down again
	@$(BIN)/python -m deploy.demo

test: setup check policy-test unit integration e2e matrix ## everything CI runs

check: $(STAMP) format types contracts ## formatting, lint, types and import contracts

format: $(STAMP) ## formatting and lint (changes nothing; `ruff format .` does)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(STAMP) ## mypy --strict
	@$(BIN)/mypy

contracts: $(STAMP) ## the architecture's import contracts
	@$(BIN)/lint-imports --no-cache

policy-test: setup ## opa fmt, check, test with coverage, conventions and the mutation law
	@$(PYTEST) -q tests/policies

unit: setup ## unit and property tests over fakes
	@$(PYTEST) -q tests/unit tests/properties

integration: setup ## contract suites and the service over real parts
	@$(PYTEST) -q tests/contract tests/integration

e2e: setup ## whole scenarios, started the way the README says
	@$(PYTEST) -q tests/e2e

bench: setup ## figures beside the bare floor, in one run (a few minutes)
	@$(BIN)/python -m tests.bench

serve: setup ## run the service against the cluster that kubectl would use
	@$(BIN)/remediate serve

up: setup ## bring up a local control plane that stays
	@$(PYTHON) deploy/local/control_plane.py up

down: ## take the local control plane down
	@$(PYTHON) deploy/local/control_plane.py down

matrix: $(STAMP) ## requirement × test tier; fails on a requirement without a test
	@$(BIN)/python -m tests.matrix

lock: ## lock the dependencies anew, with hashes and without an index address (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o deploy/requirements.lock

clean: ## remove .venv and what tests and tools left in this checkout; the tools cache stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
