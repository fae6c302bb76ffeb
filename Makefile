# `make demo` and `make test` are all a newcomer needs; `make check` and `make test` are all CI runs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: venv
venv: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "lbuild needs Python 3.11 or newer: make PYTHON=python3.13 ..." >&2; exit 6; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

.PHONY: test
test: venv
	$(BIN)/pytest --numprocesses auto --dist loadscope --no-loadscope-reorder

# The deployers themselves, offline: each is put into a folder of its own below .venv/deployers, 1.5 GB in all.
.PHONY: test-deployers
test-deployers: venv
	$(BIN)/python tests/deployers/install.py
	$(BIN)/python tests/deployers/node.py
	$(BIN)/pytest tests/deployers

# What the tests of `lbuild try --in-container` and `--build docker` run in; they make it themselves where they may.
.PHONY: container-image
container-image: venv
	$(BIN)/python tests/containers/image.py

# Builds and trials in containers of other engines: Podman's without root, and Docker's over TCP. Needs root.
.PHONY: test-engines
test-engines: venv
	-$(BIN)/python tests/containers/image.py
	tests/containers/with-more-engines $(BIN)/pytest tests/cli/test_engines.py

# System packages by the real dnf and yum: an image with them, and with a repository of its own, is made of Debian's.
.PHONY: test-rpm
test-rpm: venv
	tests/containers/with-engine sh -c '$(BIN)/python tests/containers/image_rpm.py && $(BIN)/pytest tests/cli/test_docker_rpm.py'

.PHONY: check
check: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32
	$(BIN)/mypy --platform darwin
	$(BIN)/lint-imports

DEMO_RUNTIME ?= python3.13

.PHONY: demo
demo: venv
	$(BIN)/lbuild examples/scipy/requirements.txt --source examples/scipy --runtime $(DEMO_RUNTIME) -o demo/scipy.zip

# A prebuilt index from nothing: two projects built by their recipes for both architectures, served, installed from.
.PHONY: demo-index
demo-index: venv
	$(BIN)/python examples/index/demo.py demo/index

.PHONY: bench
bench: venv
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/python -m benchmarks --write docs/benchmarks.md

# What bytecode saves: imports from bundles with it and without it. It runs what it imports.
.PHONY: bench-imports
bench-imports: venv
	$(BIN)/python benchmarks/imports.py --write docs/imports.md $(ARGS)

# How small bundles of five stacks get, beside uv + zip and, where npm is, serverless-python-requirements.
.PHONY: bench-size
bench-size: venv
	$(BIN)/python -m pip install --quiet uv
	if command -v npm >/dev/null; then \
	  npm install --silent --no-audit --no-fund --prefix $(VENV)/serverless osls@3 serverless-python-requirements && \
	  $(BIN)/python -m benchmarks.sizes --serverless $(VENV)/serverless/node_modules --write docs/size-figures.md; \
	else $(BIN)/python -m benchmarks.sizes --write docs/size-figures.md; fi

# `lbuild index serve` beside pypiserver and http.server under 200 clients, and the libraries that could carry it. Some
# minutes; figures of `wrk` where it is installed.
SERVING := $(VENV)/serving/bin/python
.PHONY: bench-serving
bench-serving: venv
	$(PYTHON) -m venv $(VENV)/serving
	$(SERVING) -m pip install --quiet 'pypiserver[cache]' gunicorn waitress cheroot uvicorn starlette aiohttp granian
	PYTHONPATH=tests $(BIN)/python -m benchmarks.serving --peers $(SERVING) --write docs/serving.md $(ARGS)
	PYTHONPATH=tests $(BIN)/python -m benchmarks.serving --peers $(SERVING) --candidates \
	  --write docs/decisions/0018-serving-with-waitress.md $(ARGS)

# Keeping and publishing an index of a thousand wheels.
.PHONY: bench-index
bench-index: venv
	PYTHONPATH=tests $(BIN)/python benchmarks/keeping.py --write docs/prebuilt-index.md $(ARGS)

# numpy's wheel with an OpenBLAS for Lambda alone: built, tested by numpy's tests, compared. An hour on two cores.
.PHONY: bench-preoptimized
bench-preoptimized: venv
	$(BIN)/python -m benchmarks.preoptimized --work $(VENV)/preoptimized --python python3.13 \
	  --write docs/preoptimized.md $(ARGS)

.PHONY: bench-layers
bench-layers: venv
	$(BIN)/python -m benchmarks.layers

# What needs the package index and more time than a gate has: many real projects, built, imported, and compared with
# what uv picks. `make sweep ARGS=--quick` takes some minutes, all of it some hours. `make sweep-loading` is the part
# that holds the ELF audit against the dynamic loader; one that was interrupted goes on.
.PHONY: sweep
sweep: venv
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/python tests/sweeps/bundles.py $(ARGS)
	$(BIN)/python tests/sweeps/picks.py
	$(MAKE) sweep-loading

# Real sdists compiled with zig, for the three targets that stand for all, and its time beside gcc's: about an hour on
# two cores. One that was interrupted goes on; `ARGS=--again` does all anew. As root it makes a root of arm64, with
# debootstrap (its packages are about 60 MB), for imports under qemu-aarch64-static.
.PHONY: sweep-native
sweep-native: venv
	$(BIN)/python tests/sweeps/native.py --write docs/native-sweep.md $(ARGS)
	LBUILD_CACHE_DIR=$(CURDIR)/build/sweep-native-cache $(BIN)/python tests/sweeps/native_time.py --write docs/native-sweep.md

.PHONY: sweep-loading
sweep-loading: venv
	$(BIN)/python tests/sweeps/loading.py --write docs/sweep.md $(LOADING)

# The example of six functions, built, inspected, tried, and built again after an edit; about 75 MB to download.
.PHONY: sweep-monorepo
sweep-monorepo: venv
	$(BIN)/python tests/sweeps/monorepo.py

# Every compiled file of some eighty wheels, stripped, checked and loaded before and after: about a gigabyte to
# download. `ARGS='--arm-root FOLDER'` loads those of aarch64 too (see stripping.py).
.PHONY: sweep-strip
sweep-strip: venv
	$(BIN)/python tests/sweeps/stripping.py --write docs/strip.md $(ARGS)

# Some seventy projects bundled whole and slimmed: do all modules import, all entry points load, metadata answer as
# before? An hour or two on two cores; one that was interrupted goes on. `ARGS='--minutes 30'` ends it earlier.
.PHONY: sweep-slim
sweep-slim: venv
	$(BIN)/python tests/sweeps/slimming.py --write docs/sweep-slim.md $(ARGS)

# A real index by lbuild's own recipes, its table, and installs from it by lbuild, pip and uv: an hour on two cores, less with
# what the cache has. `ARGS='--emulated 3.13=FOLDER'` tries wheels for arm64 too (docs/recipes.md).
.PHONY: sweep-index
sweep-index: venv
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/python tests/sweeps/prebuilt.py --write docs/prebuilt-table.md $(ARGS)

# Rows of `lbuild index gaps`, drawn at random, held against pip: some minutes. `ARGS='--rows 200 --seed 7'` takes others.
.PHONY: sweep-gaps
sweep-gaps: venv
	$(BIN)/python tests/sweeps/gaps.py $(ARGS)

# The farm killed at random, runs and workers, twenty times: does the index end with the same bytes?
.PHONY: sweep-farm-kills
sweep-farm-kills: venv
	$(BIN)/python tests/sweeps/farm_kills.py $(ARGS)
