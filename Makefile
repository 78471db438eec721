PYTHON ?= python3
BIN := .venv/bin
KERNELS := $(wildcard src/clearway/imaging/backends/kernels/*.[ch]pp) \
	src/clearway/imaging/backends/kernels/CMakeLists.txt

.PHONY: demo test
.DELETE_ON_ERROR:

demo: .venv/installed  ## install and run the main job
	$(BIN)/clearway demo --output output/demo

test: .venv/installed-test  ## the whole suite with linters, types and docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -m "not long"

# JuPedSim declares GUI packages of 1.5 GB that a simulation never loads, hence --no-deps.
.venv/installed: pyproject.toml constraints.txt requirements-crowd.txt $(KERNELS)
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements-crowd.txt
	touch $@

.venv/installed-test: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	touch $@
