# Every target sets itself up: a virtual environment in .venv, installed once and again when pyproject.toml changes.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
AXE := .venv/axe

.PHONY: demo test browser servers check format lint types eval clean

demo: $(INSTALLED)   ## install, make a small library from sample papers and answer three questions
	$(BIN)/askpapers demo

test: $(INSTALLED)   ## install and run the tests, on every core up to four
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

# Debian's browser and its driver, where they are missing; axe-core, which finds what some readers can't use.
browser: $(INSTALLED)   ## install what the tests in a real browser need
	missing=; for tool in chromium:chromium chromedriver:chromium-driver npm:npm; do \
		command -v $${tool%:*} >/dev/null || missing="$$missing $${tool#*:}"; done; \
	test -z "$$missing" || { apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing; }
	test -e $(AXE)/node_modules/axe-core/axe.min.js || \
		npm install --silent --no-package-lock --no-audit --no-fund --prefix $(AXE) axe-core@4.14.1

# PostgreSQL and PgBouncer, where missing: a library on servers is tested against real ones. Chroma comes with chromadb.
servers:   ## install what the tests of a library on servers need
	{ command -v postgres || ls /usr/lib/postgresql/*/bin/postgres; } >/dev/null 2>&1 && command -v pgbouncer >/dev/null || \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql pgbouncer; }

check:   ## what CI runs: a clean environment, lint, types, tests
	bash .ci/run

format: $(INSTALLED)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(INSTALLED)
	$(BIN)/mypy

MEASURES ?= layout cold dev conversation spelling languages fetch finding support standing replayed endpoints chunking scifact reranking speed page merging reading memory fuzz faults comparison
WORK ?= .venv/measured

eval: $(INSTALLED)   ## measure anew and write the numbers into eval/RESULTS.md; an hour and a half, with nothing beside it
	mkdir -p $(WORK)
	for measure in $(MEASURES); do $(BIN)/python -m eval.benchmarks $$measure --keep --work $(WORK) || exit 1; done

clean:
	rm -rf .venv demo.library

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $(INSTALLED)
