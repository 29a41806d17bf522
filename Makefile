# `make demo` shows the product, `make test` tests it; both need only Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SIZE ?= 100000

.PHONY: demo test check format lint types slow bench relevance sample lock clean help

help:  ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(BIN)/.installed  ## Make a workspace from the sample data and search in it
	@$(BIN)/python -m tools.demo

test: $(BIN)/.installed  ## Run the tests
	$(BIN)/python -m pytest -n auto

check: lint types test  ## Format, lint, layers, types, tests

format: $(BIN)/.installed  ## Format the code
	$(BIN)/ruff format src tests tools
	$(BIN)/ruff check --fix src tests tools

lint: $(BIN)/.installed  ## Check format, lint rules and the direction of imports
	$(BIN)/ruff format --check src tests tools
	$(BIN)/ruff check src tests tools
	$(BIN)/lint-imports

types: $(BIN)/.installed  ## Check types strictly
	$(BIN)/mypy

slow: $(BIN)/.installed  ## Run the long variants: a million generated pairs, 200 kills
	$(BIN)/python -m pytest -m slow

bench: $(BIN)/.installed  ## Measure ingest and search (SIZE=100000 records)
	$(BIN)/python -m tests.bench.archive --size $(SIZE)

relevance: $(BIN)/.installed  ## Measure how well names are found (NAMES="names.txt firms.jsonl.gz" ARGS="--size 270000")
	$(BIN)/python -m tests.relevance.measure $(NAMES) $(ARGS)

sample: $(BIN)/.installed  ## Write sample_data/ anew
	$(BIN)/python -m tools.make_sample_data

$(BIN)/.installed: requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "archsearch needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

lock:  ## Renew the lock files (needs uv)
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --group dev pyproject.toml -o requirements-dev.lock

clean:  ## Remove what was made
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
