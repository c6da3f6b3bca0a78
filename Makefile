# One file for every task. Hooks and CI call these same targets.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
WEIGHTS := $(or $(CONSTAT_WEIGHTS_DIR),$(HOME)/.cache/constat/weights)
ARTIFACTS := build/artifacts
MINIO := v0.0.0-20260212201848-7aac2a2c5b7c
export CONSTAT_ARTIFACTS ?= $(CURDIR)/$(ARTIFACTS)
UV := VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format docs lock weights jars browser minio clean

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: $(VENV)/.ready weights jars ## environment, model weights and broker jars

$(VENV)/.ready: requirements.lock deploy/setup/uv.lock pyproject.toml
	@echo "· environment (Python 3.11, about 6 GB with torch)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r deploy/setup/uv.lock
	@$(UV) pip sync --quiet --require-hashes requirements.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

weights: $(VENV)/.ready ## fetch and export the model weights (once)
	@$(BIN)/python -m detect.weights $(WEIGHTS)

jars: $(VENV)/.ready ## fetch Apache Kafka's jars (once)
	@$(BIN)/python -m deploy.embedded.jars

browser: ## a Chromium for the page tests, where this machine lets us install one
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; } || \
	echo "· no Chromium here and no right to install one: page tests will be skipped"

minio: ## build MinIO from source for the contract tests (needs Go, four minutes, once)
	GOBIN=$(CURDIR)/.constat/bin go install github.com/minio/minio@$(MINIO)

demo: setup ## the whole chain on the bundled street, and the console
	@$(BIN)/constat demo

test: setup browser ## every test, with coverage
	@mkdir -p $(ARTIFACTS)
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest $(PYTEST_ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --format=total | sed 's/^/coverage, %: /'
	@$(BIN)/coverage xml --quiet -o $(ARTIFACTS)/coverage.xml

check: $(VENV)/.ready ## format, lint, strict types, import directions
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy ingest detect verbalise storage deploy tests
	@$(BIN)/lint-imports --no-cache

format: $(VENV)/.ready ## put the code in the house format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(VENV)/.ready ## the documents that are made from the code
	@$(BIN)/python -m deploy.published

lock: $(VENV)/.ready ## resolve requirements.lock again
	@$(UV) pip compile pyproject.toml --extra dev --extra embedded --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --override deploy/setup/overrides.txt --output-file requirements.lock --quiet

clean: ## everything that make can make again
	@rm -rf $(VENV) build .constat .coverage* .mypy_cache .ruff_cache .pytest_cache
