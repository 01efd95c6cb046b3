# Two commands do everything: `make run` builds the graph and serves it, `make test` passes the
# tests. Both set up .venv from the hashed requirements files first; `make help` lists the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8000
SEEDS ?= 170
VENV := .venv
BIN := $(VENV)/bin
KG := $(BIN)/kg

# uv installs the same hashed files faster; plain pip does where it is not on the path.
UV := $(shell command -v uv 2>/dev/null)
ifdef UV
INSTALL := uv pip install --quiet --python $(BIN)/python
else
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: run
run: export KG_BASE_IRI = http://localhost:$(PORT)/
run: export KG_PORT = $(PORT)
run: $(VENV)/.installed ## build the graph and serve it at http://localhost:$(PORT)
	@$(KG) build
	@exec $(KG) serve

.PHONY: test
test: $(VENV)/.installed-dev ## lint, type-check and run the default tests
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

.PHONY: lint
lint: $(VENV)/.installed-dev ## ruff and mypy alone
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

.PHONY: browser
browser: $(VENV)/.installed-dev ## the pages in a real browser (needs chromium and its driver)
	$(BIN)/python -m pytest -m browser

.PHONY: reason
reason: $(VENV)/.installed-dev ## a description-logic reasoner over the ontology (needs Java)
	$(BIN)/python -m pytest -m reasoning

.PHONY: wheel
wheel: $(VENV)/.installed-dev ## build and serve from an installed wheel, outside the checkout
	$(BIN)/python -m pytest -m wheel

.PHONY: interop
interop: $(VENV)/.installed-dev ## clients that people use, against a running server (needs npm, mvn, rapper)
	@command -v npm >/dev/null || { echo "npm is missing: apt-get install npm"; exit 1; }
	@command -v curl >/dev/null || { echo "curl is missing: apt-get install curl"; exit 1; }
	@command -v mvn >/dev/null || { echo "mvn is missing: apt-get install maven"; exit 1; }
	@command -v rapper >/dev/null || { echo "rapper is missing: apt-get install raptor2-utils"; exit 1; }
	cd tests/interop/comunica && npm ci --silent
	mvn --quiet --batch-mode --file tests/interop/jena dependency:copy-dependencies
	cd tests/interop/jena && sha256sum --quiet --check SHA256SUMS
	$(BIN)/python -m pytest -m interop tests/interop

.PHONY: crawl
crawl: $(VENV)/.installed-dev ## walk a server, an export and Apache by links alone (needs apache2); WHOLE=1 for all data
	@test -x /usr/sbin/apache2 || { echo "apache2 is missing: apt-get install apache2"; exit 1; }
	WHOLE=$(WHOLE) $(BIN)/python -m pytest -m crawl tests/crawl tests/web/test_pages.py

.PHONY: scorecards
scorecards: $(VENV)/.installed-dev ## what tools of others check; UPDATE=1 writes docs/scorecards.md
	UPDATE=$(UPDATE) $(BIN)/python -m pytest -m scorecards -q --show-capture=no tests/scorecards
	@cat docs/scorecards.md

.PHONY: hostile
hostile: $(VENV)/.installed-dev ## a server under hostile load, about three minutes
	$(BIN)/python -m pytest -m hostile tests/hostile

.PHONY: whole
whole: $(VENV)/.installed-dev ## every document of a release in every format, every IRI; WHOLE=1 for all data
	WHOLE=$(WHOLE) $(BIN)/python -m pytest -m whole tests/web tests/ontology

.PHONY: fuzz
fuzz: export KG_FUZZ_RUNS = 2000
fuzz: $(VENV)/.installed-dev ## the readers of tables and RDF against random input, about three minutes
	$(BIN)/python -m pytest tests/ingest/test_hostile_files.py -k "gives or give"

.PHONY: differential
differential: export KG_DIFFERENTIAL_SEEDS = $(SEEDS)
differential: $(VENV)/.installed-dev ## random edits, judged in part and as a whole: twelve for each of SEEDS, 170 of them
	$(BIN)/python -m pytest -m differential tests/validation tests/release tests/ontology

.PHONY: crash
crash: $(VENV)/.installed-dev ## kill writers 200 times, fill disks, bring many batches
	$(BIN)/python -m pytest -m crash tests/release

.PHONY: readme
readme: $(VENV)/.installed-dev ## the commands of the README in a fresh clone, and the way of a curator by the guides
	$(BIN)/python -m pytest -m readme

.PHONY: lock
lock: ## pin the dependencies anew (needs uv)
	uv pip compile --quiet --no-header --no-annotate --generate-hashes --universal \
	  --python-version 3.11 pyproject.toml --extra build -o requirements.txt
	uv pip compile --quiet --no-header --no-annotate --generate-hashes --universal \
	  --python-version 3.11 pyproject.toml --all-extras -c requirements.txt -o requirements-dev.txt

.PHONY: bench
bench: $(VENV)/.installed-dev build/benchmarks/.installed ## the benchmarks behind the figures in the documentation
	$(BIN)/python tests/benchmarks/side_by_side.py build/benchmarks
	$(BIN)/python tests/benchmarks/queries.py
	$(BIN)/python tests/benchmarks/validation.py
	$(BIN)/python tests/benchmarks/resolution.py
	$(BIN)/python tests/benchmarks/identity.py
	$(BIN)/python tests/benchmarks/tables.py
	$(BIN)/python tests/benchmarks/gate.py
	$(BIN)/python tests/benchmarks/ingest.py

# The servers that ours is compared with, in an environment of their own.
build/benchmarks/.installed: tests/benchmarks/requirements.txt
	@$(PYTHON) -m venv build/benchmarks
	@build/benchmarks/bin/python -m pip install --quiet --disable-pip-version-check \
	  --require-hashes -r tests/benchmarks/requirements.txt
	@touch $@

.PHONY: clean
clean: ## remove what was built and installed
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@echo "Setting up $(VENV) / Menyiapkan $(VENV)"
	@$(PYTHON) -m venv $(VENV) 2>/dev/null \
	  || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv \
	       && $(PYTHON) -m venv $(VENV); } \
	  || { rm -rf $(VENV); \
	       echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing the dependencies / Memasang pustaka"
	@$(INSTALL) --require-hashes -r requirements.txt
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing the development tools / Memasang alat pengembangan"
	@$(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@
