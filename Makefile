# Two commands: `make run` opens Dateline on the sample articles, `make test` proves it.
# Both set up .venv first (once) and work again at once the second time.

PYTHON ?= python3
BIN := .venv/bin
PORT ?= 7860
# Processes that run the tests side by side, each with whole files.
JOBS ?= 2
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

.PHONY: setup lock locked run test quick lint check build demo browser documents clean

setup: .venv/.installed

.venv/.installed: pyproject.toml constraints.txt hashes.txt .ci/install.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "expected Python 3.11 or newer, found $$($(PYTHON) --version); name one: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python .ci/install.py $(STRICT)
	touch $@

# The same, in a fresh .venv, and an end where any artifact, torch's too, is not held to its hash.
locked:
	rm -rf .venv
	$(MAKE) setup STRICT=--strict

lock: setup
	$(BIN)/python .ci/lock.py > hashes.txt.new && mv hashes.txt.new hashes.txt

build: setup
	$(BIN)/dateline build corpus

demo: build
	$(BIN)/dateline ask "who brokered the September truce?"

run: demo
	$(BIN)/dateline serve --port $(PORT)

test: setup browser
	$(PYTEST)

quick: setup
	$(PYTEST) -m "not slow"

# The page is tested in a real browser: Debian's Chromium, or the one that CHROMIUM names.
browser:
	@command -v "$${CHROMIUM:-chromium}" >/dev/null || command -v google-chrome >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium fonts-liberation >/dev/null; } || \
	  echo "no Chromium found: the browser tests will be skipped (install chromium, or set CHROMIUM=/path/to/it)"

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/python .ci/density.py
	$(BIN)/mypy

check: lint test

# Put what is printed into README, tutorial, tools and the notebooks.
documents: setup
	$(BIN)/python .ci/documents.py --write
	$(BIN)/python .ci/notebooks.py --write
	$(BIN)/python -m qa.commands.manual > docs/cli.md

clean:
	rm -rf .venv var
