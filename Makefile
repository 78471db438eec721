PYTHON ?= python3
BIN := .venv/bin
KERNEL_FOLDERS := src/clearway/imaging/backends/kernels src/clearway/scattering/echo_sum/kernels
KERNELS := $(foreach folder,$(KERNEL_FOLDERS),$(wildcard $(folder)/*.[ch]pp) $(folder)/CMakeLists.txt)

# A worker more than cores, since some tests mostly wait, each with whole files of tests, and one
# thread each for linear algebra.  Browsers come after that, two at most, and then what needs the
# machine for itself: it mostly waits, and types are checked in the time that it leaves.  All take
# place, whatever the first one says.
define TESTS
export OPENBLAS_NUM_THREADS=1; status=0; cores=$$(getconf _NPROCESSORS_ONLN); \
$(BIN)/pytest -m "not (long or calm or browser)" -n $$((cores < 8 ? cores + 1 : 8)) --dist loadfile \
	--no-loadscope-reorder || status=$$?; \
$(BIN)/pytest -m "browser and not long" -n 2 --dist loadfile || status=$$?; \
nice -n 19 $(BIN)/mypy & types=$$!; \
$(BIN)/pytest -m "calm and not long" || status=$$?; \
wait $$types || status=$$?; \
exit $$status
endef

.PHONY: demo test
.DELETE_ON_ERROR:

demo: .venv/installed  ## install and run the main job
	$(BIN)/clearway demo

test: .venv/installed-test  ## the whole suite with linters, types and docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	@$(TESTS)

# JuPedSim declares GUI packages of 1.5 GB that a simulation never loads, hence --no-deps.
.venv/installed: pyproject.toml constraints.txt requirements-crowd.txt $(KERNELS)
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements-crowd.txt
	touch $@

.venv/installed-test: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	touch $@
