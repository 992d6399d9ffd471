# Everything happens in .venv; nothing needs to be done before `make demo` or `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
DEMO := out/demo
DEMO_FILES := $(addprefix examples/demo/,harbourlist.csv petitesannonces.csv elmercado.tsv northboard.jsonl)
PRACTICE := out/workbench
PRACTICE_FILES := $(addprefix harbour=examples/demo/,harbourlist.csv northboard.jsonl) \
  $(addprefix market=examples/demo/,petitesannonces.csv elmercado.tsv)
# The stages of one run use all cores themselves.
JOBS ?= $(shell nproc 2>/dev/null || echo 1)

.DEFAULT_GOAL := help
.PHONY: help demo workbench test test-web test-rest cluster lint types imports check catalog catalog-check reference clean

help: ## say what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)$$/make \1\t\2/' | expand -t 20

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "filrouge needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..." >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "This Python cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 2; }

$(RUN): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(DEV): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(RUN)

demo: $(RUN) ## compare the 2,000 invented ads of examples/demo, and make a workbench of them
	@$(BIN)/filrouge compare $(DEMO_FILES) --out $(DEMO) --jobs $(JOBS)
	@echo "Open the report in a browser: $(CURDIR)/$(DEMO)/report.html"
	@$(BIN)/filrouge practice $(PRACTICE) $(PRACTICE_FILES) --jobs $(JOBS)
	@echo "To open that workbench from here: make workbench"

workbench: $(RUN) ## serve the workbench of invented ads at http://127.0.0.1:8600
	@$(BIN)/filrouge practice $(PRACTICE) $(PRACTICE_FILES) --jobs $(JOBS) >/dev/null
	@$(BIN)/filrouge serve $(PRACTICE)

# Two halves at once, one a core; what is of a cluster runs alone, since it takes all cores.
test: $(DEV) ## run the tests
	@echo "Two halves run at once; each tells what it found when it is done, after a quarter of an hour or so."
	@$(MAKE) --no-print-directory -j2 -Otarget test-web test-rest
	@if $(BIN)/python -c 'import daft, ray' 2>/dev/null; then $(BIN)/python -m pytest -q tests/engines/test_ray*.py; \
	  else echo "skipped: the tests of the engine ray, which is not installed (make cluster)"; fi

test-web: $(DEV)
	@$(BIN)/python -m pytest -q tests/web

test-rest: $(DEV)
	@$(BIN)/python -m pytest -q tests --ignore=tests/web --ignore-glob='*/test_ray*'

cluster: $(DEV) ## install what the engine ray needs (650 MB), so that its tests run, too
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,cluster]'

lint: $(DEV) ## ruff: style and common mistakes
	$(BIN)/ruff check src tests

types: $(DEV) ## mypy --strict over src
	$(BIN)/mypy

imports: $(DEV) ## no folder imports one above it
	$(BIN)/lint-imports

check: test lint types imports ## all of the above

catalog: $(DEV) ## collect the strings of src into the French catalog, and compile it
	$(BIN)/python tools/catalog.py

catalog-check: $(DEV) ## fail if the French catalog is behind the code
	$(BIN)/python tools/catalog.py --check

reference: $(DEV) ## write docs/reference/cli.md and api.md from what the program says
	$(BIN)/python tools/cli_reference.py
	$(BIN)/python tools/api_reference.py

clean: ## remove what was made here
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
