# Everything runs from .venv, which is made on first need with the versions of constraints.txt.
# uv does the work where it is on PATH, pip otherwise.

.DEFAULT_GOAL := help
.PHONY: help demo test check bench clean
.DELETE_ON_ERROR:

BIN     := .venv/bin
OUT     ?= runs
ARGS    ?=
comma   := ,

# $(call install,WHAT): this project, editable, with pinned dependencies.
define install
@echo "Installing $(1) into .venv (once; later calls reuse it)"
@if command -v uv >/dev/null 2>&1; then \
	uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable '$(1)'; \
else \
	{ $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; } && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '$(1)'; \
fi
endef

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' Makefile

demo: .venv/.runtime ## run the Busan programme and name the report to open
	@$(BIN)/quayline run busan --out $(OUT)

test: .venv/.dev ## run every test (ARGS="-k name" to choose)
	@$(BIN)/python -m pytest -n 2 $(ARGS)

check: .venv/.dev ## lint, types and import rules
	@failed=0; \
	$(BIN)/ruff check . || failed=1; \
	$(BIN)/mypy || failed=1; \
	$(BIN)/lint-imports --no-logo || failed=1; \
	exit $$failed

bench: .venv/.bench ## run the benchmarks (BENCH=name for one)
	@set -e; for subject in benchmarks/bench_$(or $(BENCH),*).py; do PYTHONPATH=. $(BIN)/python "$$subject" $(ARGS); done

clean: ## remove caches and build leavings (keeps .venv and runs)
	@rm -rf build dist src/*.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	@find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. A development install contains the runtime, so it marks both.
.venv/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(call install,.[dev])
	@touch .venv/.runtime .venv/.dev

.venv/.bench: pyproject.toml constraints.txt | $(BIN)/python
	$(call install,.[dev$(comma)bench])
	@touch .venv/.runtime .venv/.dev .venv/.bench

.venv/.runtime: pyproject.toml constraints.txt | $(BIN)/python
	$(call install,.)
	@touch .venv/.runtime

$(BIN)/python:
	@python=; \
	for candidate in $${PYTHON:-python3.11 python3 python3.12 python3.13}; do \
		if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			python=$$candidate; break; \
		fi; \
	done; \
	if test -z "$$python"; then \
		echo "quayline needs Python 3.11 or newer. On Debian: apt-get install python3 python3-venv" >&2; exit 1; \
	elif command -v uv >/dev/null 2>&1; then \
		uv venv --quiet --no-python-downloads --python "$$python" --allow-existing .venv; \
	elif $$python -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		$$python -m venv .venv; \
	else \
		echo "$$python lacks ensurepip, so it cannot make .venv. On Debian: apt-get install python3-venv" >&2; exit 1; \
	fi
