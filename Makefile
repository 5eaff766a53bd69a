# The recipes of haochaping. Nothing but make and a Python is needed beforehand; `make` alone lists them.

BIN := .venv/bin
PYTHON_IN := $(BIN)/python
PO := src/haochaping/ui/locale/zh_Hans/LC_MESSAGES/django.po
MO := $(PO:.po=.mo)
ECHARTS := src/haochaping/ui/static/vendor/echarts.js
# More than there are processors, and in the order of the files: many tests wait for processes and databases of their
# own, and those would come last, when nobody else has anything to do.
PYTEST := $(PYTHON_IN) -m pytest -n 4 --dist loadscope --no-loadscope-reorder
# Checks load the settings, which make keys in the data folder; those of a check are nobody's data.
CHECKED := HAOCHAPING_DATA=$(CURDIR)/.cache/check
STOP := from pathlib import Path; from haochaping.postgres import server; server.stop(Path(".cache/tests"))
# Whoever only looks needs no tools; whoever has them keeps them.
STAMP := .venv/.stamp-$(if $(filter demo,$(MAKECMDGOALS)),$(if $(wildcard .venv/.stamp-lock),lock,run),lock)
LOCK = "$$(scripts/find-uv)" pip compile --quiet --universal --python-version 3.12 --generate-hashes \
	--no-header --exclude-newer '7 days'

# Where nothing compiled may stay, every program that a test starts would compile the whole house once more.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test check unit bench docs lock messages clean \
	format lint types layers templates migrations catalogue

help: # list the recipes
	@sed -n 's/^\([a-z]*\):[^#]*# \(.*\)/\1 \2/p' Makefile | while read -r name what; do \
		printf '  make %-10s  %s\n' "$$name" "$$what"; done

setup: .venv/.stamp-project $(MO) $(ECHARTS) # make .venv from the lock file, with haochaping in it; ECharts from npm
	@:

demo: setup # fill a demo province and serve it (HOST=… PORT=… to listen elsewhere, RESET=1 to begin anew); Ctrl-C ends it
	@exec $(BIN)/haochaping demo $(if $(RESET),--reset)

test: setup node_modules/.package-lock.json # everything: checks, tests, and journeys in a real browser
	@$(MAKE) --no-print-directory check
	$(PYTEST) --ignore=tests/journeys $(ARGS)
	CHROMIUM="$$(scripts/chromium)" && export CHROMIUM && $(PYTHON_IN) -m pytest tests/journeys

check: format lint types layers templates migrations catalogue # all that is checked without running the program

format: setup
	$(BIN)/ruff format --check --extend-exclude .cache

lint: setup
	$(BIN)/ruff check --extend-exclude .cache

types: setup
	$(CHECKED) $(BIN)/mypy

layers: setup
	$(BIN)/lint-imports --no-logo

templates: setup
	$(BIN)/djlint --quiet --lint src

migrations: setup
	$(CHECKED) $(PYTHON_IN) scripts/check_migrations.py

catalogue: setup
	$(PYTHON_IN) -m haochaping.ui.catalogue check

unit: setup # the tests that need no database, program or browser, in a minute (ARGS=tests/reviews for a part of them)
	$(PYTHON_IN) -m pytest -n 2 -m 'not journey and not database and not program' $(ARGS)

bench: setup # measure speed
	$(PYTHON_IN) -m bench $(ARGS)

docs: setup # build the documentation into docs/_build; warnings are errors
	$(CHECKED) $(BIN)/sphinx-build -W --keep-going -q docs docs/_build

lock: # make the lock files again after a change of pyproject.toml (ARGS=--upgrade for newer versions)
	$(LOCK) pyproject.toml $(ARGS) --output-file requirements.lock
	$(LOCK) $(ARGS) --group build --constraint requirements.lock --output-file requirements-build.lock
	$(LOCK) pyproject.toml $(ARGS) --group dev --output-file requirements-dev.lock

messages: setup # collect the texts of code and templates into the Chinese catalogue
	$(PYTHON_IN) -m haochaping.ui.catalogue update

clean: # remove everything that can be made again
	@[ ! -d .cache/tests/data ] || $(PYTHON_IN) -c '$(STOP)'
	rm -rf .venv .cache node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
		docs/_build docs/reference/generated $(MO) $(dir $(ECHARTS))
	find bench docs scripts src tests -name __pycache__ -prune -exec rm -rf {} +

.venv/.stamp-lock: requirements-dev.lock
.venv/.stamp-run: requirements.lock requirements-build.lock
.venv/.stamp-lock .venv/.stamp-run: scripts/setup
	@echo "Setting up .venv ..."
	@scripts/setup lock $(filter %.lock,$^)
	@touch $@

.venv/.stamp-project: pyproject.toml $(STAMP)
	@scripts/setup project
	@touch $@

$(MO): $(PO) .venv/.stamp-project
	@$(PYTHON_IN) -m haochaping.ui.catalogue compile
	@touch $@

$(ECHARTS): package-lock.json scripts/echarts
	@scripts/echarts

node_modules/.package-lock.json: package.json package-lock.json .npmrc
	@scripts/npm ci --silent
	@touch $@
