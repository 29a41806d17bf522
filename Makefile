# `make demo` shows the product, `make test` tests it; both need only Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WHOOSH3 := $(VENV)/whoosh3
SIZE ?= 200000

.PHONY: demo test compat check format lint types slow mutants bench relevance sample lock clean help

help:  ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(BIN)/.installed  ## Make a workspace from the sample data, search in it, serve its web page
	@$(BIN)/python -m tools.demo --serve

test: $(BIN)/.installed  ## Run the tests
	$(BIN)/python -m pytest -n auto

compat: $(WHOOSH3)/.installed  ## Run the tests of the index on whoosh3 in place of Whoosh
	PYTHONPATH=$(CURDIR)/$(WHOOSH3) $(BIN)/python -c 'import sys, whoosh; sys.exit(whoosh.__version__[0] != 3)'
	PYTHONPATH=$(CURDIR)/$(WHOOSH3) $(BIN)/python -m pytest -n auto tests/compat tests/contract tests/integration/engine tests/unit/engines

check: lint types test compat  ## Format, lint, layers, types, tests

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

mutants: $(BIN)/.installed  ## Change what guards access in small ways and see that its tests notice (FILES="policy audit …" or paths)
	$(BIN)/python -m tools.mutants $(FILES)

bench: $(BIN)/.installed-bench  ## Compare with tantivy and stock Whoosh (SIZE=200000 records)
	$(BIN)/python -m tests.bench --size $(SIZE)

relevance: $(BIN)/.installed-bench  ## Measure how well names (NAMES="a.txt b.jsonl.gz"), numbers, addresses and texts are found
	$(BIN)/python -m tests.relevance.measure $(NAMES) $(ARGS)
	$(BIN)/python -m tests.relevance.suggestions $(NAMES)
	$(BIN)/python -m tests.relevance.details $(ARGS)
	$(BIN)/python -m tests.relevance.sentences
	$(BIN)/python -m tests.relevance.freetext

sample: $(BIN)/.installed  ## Write sample_data/ anew
	$(BIN)/python -m tools.make_sample_data

$(BIN)/.installed: requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "archsearch needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(WHOOSH3)/.installed: $(BIN)/.installed requirements-whoosh3.lock
	rm -rf $(WHOOSH3)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --target $(WHOOSH3) -r requirements-whoosh3.lock
	touch $@

$(BIN)/.installed-bench: $(BIN)/.installed requirements-bench.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	touch $@

lock:  ## Renew the lock files (needs uv)
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --group dev pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --group whoosh3 -o requirements-whoosh3.lock
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --group bench -c requirements-dev.lock -o requirements-bench.lock

clean:  ## Remove what was made
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
