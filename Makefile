# 闭环 Bihuan. One command a task; `make help` lists them.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
LEDGERS ?= run/ledgers
PEOPLE ?=
PORT ?= 8000

.PHONY: help install run serve demo picture pictures docs test test-all sound lock fuzz live bench bench-live load clean
.DEFAULT_GOAL := help

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "需要 Python 3.11 · Python 3.11 is needed: apt install python3.11 python3.11-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Everything with hashes, and the package itself last: what it needs is there already.
$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-test: requirements-test.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

install: $(VENV)/.installed  ## build .venv with the command bihuan
	@$(BIN)/bihuan compile

$(LEDGERS)/as_of.txt: | $(VENV)/.installed
	$(BIN)/bihuan demo $(LEDGERS) $(if $(PEOPLE),--people $(PEOPLE))

run: install $(LEDGERS)/as_of.txt  ## write the demo county's ledgers if there are none, audit them, print the holes
	@$(BIN)/bihuan check $(LEDGERS) --as-of "$$(cat $(LEDGERS)/as_of.txt)" --out run/问题清单.xlsx; code=$$?; [ $$code -le 1 ] || exit $$code
	@echo; echo "指挥台 the desk: make serve"

serve: install  ## the demo desk on http://127.0.0.1:8000/, its data in run/desk; PORT=8080 for another port
	@$(BIN)/bihuan serve --demo --data run/desk --port $(PORT)

demo: install  ## write the demo county's ledgers anew; PEOPLE=20000 for a larger one
	rm -rf $(LEDGERS)
	@$(MAKE) --no-print-directory $(LEDGERS)/as_of.txt

picture: $(LEDGERS)/as_of.txt  ## draw the README's picture of the output anew
	$(BIN)/python docs/picture.py $(LEDGERS) docs/check.svg

pictures: $(VENV)/.installed-test  ## draw the pictures of docs/desk.md anew, every page in both languages
	$(BIN)/python -m docs.desk_pictures

docs: $(VENV)/.installed  ## write docs/handbook, docs/ledgers.md, docs/orders.md anew from the declarations
	$(BIN)/bihuan handbook docs

test: sound  ## linters, import contracts, types, tests: about six minutes on two cores
	$(BIN)/pytest -n 2 --dist worksteal

test-all: sound  ## the same and the long ones: every page in a browser, days of users, kills, cities in number
	HYPOTHESIS_PROFILE=suite $(BIN)/pytest -n 2 --dist worksteal -m "" --ignore tests/days
	$(BIN)/pytest -m "" tests/days  # one desk, one browser: they fill two cores

sound: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

SEEDS ?= 1-200
EXAMPLES ?= 5000

fuzz: $(VENV)/.installed-test  ## long runs against the slow readings, recorded in tests/fuzz.csv; SEEDS=1-200 EXAMPLES=5000
	$(BIN)/python -m tests.cities.compare $(SEEDS) --record
	$(BIN)/python -m tests.cities.compare $(SEEDS) --people 600 --record
	HYPOTHESIS_PROFILE=fuzz EXAMPLES=$(EXAMPLES) $(BIN)/pytest tests/kernel

HISTORIES ?= 1-20
KILLS ?= 20

live: $(VENV)/.installed-test  ## long runs of the living loop, recorded in tests/fuzz.csv; HISTORIES=1-20 KILLS=20
	$(BIN)/python -m tests.live.history $(HISTORIES)
	$(BIN)/python -m tests.live.killed $(KILLS)

bench-live: $(VENV)/.installed-test  ## what a saved row costs; SIZES="4000 50000"
	$(BIN)/python -m bench.live $(SIZES)

bench: $(VENV)/.installed-test  ## speed beside hand-written SQL and pandas; SIZES="1000000 2500000"
	$(BIN)/python -m bench $(SIZES)

load: $(VENV)/.installed-test  ## fifty people at the desk of a county of 500,000 with five million rows
	$(BIN)/python -m bench.desk

lock: | $(BIN)/python  ## lock the dependencies anew, with hashes
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11 pyproject.toml requirements-build.in -o requirements.lock
	$(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11 --extra test pyproject.toml requirements-build.in -c requirements.lock -o requirements-test.lock

clean:  ## remove .venv, the demo's ledgers and caches
	rm -rf $(VENV) run .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
