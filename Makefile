# Every target sets up what it needs in .venv by itself; repeating one costs nothing.
#
#   make demo       run the flights DAG on real data
#   make test       the test suite, but for the soak tests
#   make check      lint, format, types, layers
#   make docs       the documentation, into docs/_build
#   make bench      the measurements
#   make soak       the tests that run for minutes
#   make test-all   the suite on every Python, on the lowest and on the newest dependencies
#   make reference  write the generated pages of docs/ref/ anew
#   make clean      remove what the other targets made
#
# PYTHON=python3.12 make test    uses that Python for a new .venv

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2

# Imports without bytecode are several times slower, and foreign paths hide what is missing.
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help demo test check docs bench soak test-all reference clean

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | sed '/^Imports/,$$d'

demo: $(VENV)/.installed-demo
	@$(BIN)/python manage.py demo

test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/architecture

docs: $(VENV)/.installed-dev
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "Documentation: docs/_build/html/index.html"

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m benchmarks $(ARGS)

soak: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -m soak $(ARGS)

test-all: $(VENV)/.installed-dev
	@$(BIN)/nox $(ARGS)

reference: $(VENV)/.installed-dev
	@$(BIN)/python -m tools.reference

clean:
	rm -rf $(VENV) .nox build dist docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- The environment ---------------------------------------------------------------------

# One stamp per set of extras; pyproject.toml is newer only when dependencies may differ.
$(VENV)/.installed-%: pyproject.toml | $(BIN)/python
	@tools/install.sh $(VENV) $*
	@touch $@

$(BIN)/python:
	@tools/venv.sh $(VENV)
