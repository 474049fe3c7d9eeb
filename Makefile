# Needs only make and Python >= 3.11. Everything else is put into .venv and node_modules.
PYTHON ?= python3
BIN := .venv/bin
STATIC := community/web/static
export UV_PYTHON_DOWNLOADS := never

ENVIRONMENT := .venv/.synced
MODULES := node_modules/.package-lock.json
ASSETS := $(STATIC)/build/manifest.json
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard community/translations/*/LC_MESSAGES/*.po))

PYTEST := $(BIN)/pytest -n logical --dist worksteal
# What asks PostgreSQL itself the most runs again on the system's server; the migrations and the
# catalogue ask both servers anyhow.
AGAIN := $(addprefix tests/,core journal reciprocity)

.PHONY: setup run test lint types bench faults clean

setup: $(ENVIRONMENT) $(ASSETS) $(CATALOGUES)

run: setup
	@exec $(BIN)/community up $(ARGS)

# Everything, in the order in which it fails fastest.
test: setup
	@$(MAKE) --no-print-directory -j2 --output-sync=target lint types
	@$(BIN)/python -m tools.chromium
	@$(BIN)/python -m tools.servers
	$(PYTEST) $(ARGS)
	@if $(BIN)/python -m tools.servers --system; then \
		COMMUNITY_TEST_POSTGRES=system $(PYTEST) $(AGAIN) $(ARGS); \
	fi
	@$(BIN)/python -m tools.lint --report
	@$(BIN)/python -m tools.audit

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tools.lint

types: setup
	$(BIN)/mypy

# The long suites: these read their size from tests/faults/sizes.py.
LONG := tests/faults tests/contract tests/core/test_outbox.py tests/journal/test_seals.py

bench: setup
	$(BIN)/python -m bench $(ARGS)
	$(BIN)/python -m bench.starts
	$(BIN)/python -m bench.mails
	$(BIN)/python -m bench.imports

faults: setup
	COMMUNITY_FAULTS=$${COMMUNITY_FAULTS:-full} $(BIN)/pytest -n0 $(LONG) --timeout 3600 $(ARGS)

clean:
	rm -rf .venv node_modules $(STATIC)/build $(CATALOGUES)

$(ENVIRONMENT): pyproject.toml uv.lock tools/environment.py
	@echo 'Preparing Python in .venv …'
	@$(PYTHON) tools/environment.py
	@touch $@

$(MODULES): package.json package-lock.json .npmrc | $(ENVIRONMENT)
	@echo 'Preparing the tools of the front end …'
	@$(BIN)/python -m tools.node ci --loglevel error
	@touch $@

$(ASSETS): $(MODULES) tools/assets.py $(shell find $(STATIC)/src -type f 2>/dev/null)
	@echo 'Building styles and scripts …'
	@$(BIN)/python -m tools.assets

%.mo: %.po | $(ENVIRONMENT)
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
