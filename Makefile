# Lyceum's tasks. `make run` needs Python 3.11 or newer with pip, and nothing else.

# The system's own Python where it is new enough: built with profiles, it is a sixth faster than what version managers
# compile on the spot.
IS_FIT = -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
PYTHON ?= $(shell /usr/bin/python3 $(IS_FIT) && echo /usr/bin/python3 || echo python3)
# A folder of FET files, by which `make bench` measures the timetabling engine.
FET ?= $(wildcard ../shared/data/fet)
UV := .uv/bin/uv
BIN := .venv/bin
TEMPLATES = $(shell find lyceum -name '*.html')

# Python's caches are what makes the second start a fast one.
export PYTHONDONTWRITEBYTECODE :=
export UV_COMPILE_BYTECODE := 1
export UV_NO_PROGRESS := 1

# Tests that wait: for a browser, for what they start, for what must not come. Apart, so that the longest do not come last,
# and with one process more than there are cores; the others keep the cores busy with PostgreSQL beside them.
SLOWER = lyceum/api/tests/live lyceum/config/tests/test_doctor.py lyceum/config/tests/test_postgres.py tests/servers tests/browser

.PHONY: run test check contracts fmt bench messages requirements wheel help

help:
	@echo "make run            start Lyceum with a demo school at http://localhost:4000"
	@echo "make test           run every test"
	@echo "make check          formatting, lint, types, layers, migrations"
	@echo "make contracts      try the contract's tables by every role, and print the differences"
	@echo "make fmt            format the code"
	@echo "make bench          measure (the timetabling engine, too, with FET=a folder of its files)"
	@echo "make messages       bring the translators' files up to date, and say what is missing"
	@echo "make requirements   renew requirements.txt and requirements-dev.txt"
	@echo "make wheel          build the package into dist/"

run: .venv/.ready
	@LYCEUM_DEMO=$${LYCEUM_DEMO-1} exec $(BIN)/lyceum start

test: .venv/.ready-dev
	@sh tests/install_system.sh & installs=$$!; \
	$(BIN)/pytest -n 2 $(SLOWER:%=--ignore %); passed=$$?; wait $$installs && exit $$passed
	@$(BIN)/pytest -n 3 --maxschedchunk 1 $(SLOWER)

check: .venv/.ready-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(if $(TEMPLATES),$(BIN)/djade --check --target-version 5.2 $(TEMPLATES))
	@$(BIN)/mypy lyceum bench
	@$(BIN)/lint-imports
	@LYCEUM_DATA=.venv/check-data $(BIN)/lyceum makemigrations --check --dry-run

contracts: .venv/.ready-dev
	@$(BIN)/python -m tests.contracts

fmt: .venv/.ready-dev
	@$(BIN)/ruff check --fix-only --exit-zero .
	@$(BIN)/ruff format .
	@$(if $(TEMPLATES),$(BIN)/djade --target-version 5.2 $(TEMPLATES) || true)

bench: .venv/.ready-dev
	@$(BIN)/python -m bench
ifneq ($(FET),)
	@for each in solver repairs contradictions; do echo "\n$$each"; $(BIN)/python -m bench $$each $(FET) || exit; done
endif

messages: .venv/.ready-dev
	@LYCEUM_DATA=.venv/check-data $(BIN)/python -m lyceum.testing.messages

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --upgrade pyproject.toml
requirements: $(UV)
	$(COMPILE) --output-file requirements.txt
	$(COMPILE) --extra dev --output-file requirements-dev.txt

wheel: .venv/.ready-dev
	@$(BIN)/python -m build --wheel --no-isolation

# What is installed is exactly what the requirements list, every file checked against its hash.
# Lyceum itself is installed as a link to this folder; what builds the link is checked as well.
INSTALL = $(UV) pip sync --quiet --require-hashes $(1) && \
	$(UV) pip install --quiet --no-deps --build-constraints requirements-dev.txt --editable .

.venv/.ready: requirements.txt requirements-dev.txt pyproject.toml | $(UV) .venv/bin/python
	@echo "Installing Lyceum's parts …"
	@$(call INSTALL,$(if $(wildcard .venv/.ready-dev),requirements-dev.txt,requirements.txt))
	@touch $@

.venv/.ready-dev: requirements.txt requirements-dev.txt pyproject.toml | $(UV) .venv/bin/python
	@echo "Installing Lyceum's parts and the tools …"
	@$(call INSTALL,requirements-dev.txt)
	@touch .venv/.ready $@

.venv/bin/python: | $(UV)
	@$(UV) venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Lyceum needs Python 3.11 or newer. If it has another name here: make run PYTHON=python3.12" >&2; \
		exit 2; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { \
		echo "Lyceum needs pip to install its parts (on Debian: apt install python3-pip)." >&2; exit 2; }
	@echo "Installing uv …"
	@$(PYTHON) -m pip install -qq --disable-pip-version-check --root-user-action=ignore --target .uv uv
