.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin

.PHONY: help setup run test check bench chaos provider docs screenshots clean lock

help:  ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## Install everything that is needed; quick when nothing is to do
	@bash deploy/setup.sh

run: setup  ## Start everything with sample accounts and messages; Ctrl-C stops it
	@$(BIN)/switchboard demo --stay

test:  ## Run all tests against a real RabbitMQ and MongoDB that they start themselves
	@bash deploy/setup.sh tests
	@$(BIN)/python -m pytest $(or $(ARGS),-n 2 --dist loadfile --no-loadscope-reorder -m 'not thorough')

check: setup  ## Format, lint, types, imports, the web client and the deployment files; needs no services
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@bash deploy/web.sh check
	@$(BIN)/python -m pytest -q tests/deploy

bench: setup  ## Measure throughput and latency; prints one JSON object a line
	@$(BIN)/python -m bench $(ARGS)

chaos: setup  ## Break everything in full flow for minutes, and count what was lost: make chaos ARGS='--seed 7'
	@$(BIN)/python -m tests.chaos $(ARGS)

provider: setup  ## Write the skeleton of a new provider: make provider NAME=acme
	@$(BIN)/python -m runtime.cli.provider "$(NAME)"

docs: setup  ## Write docs/settings.md anew from the settings in the code
	@$(BIN)/python -m runtime.settings_page > docs/settings.md

screenshots: setup  ## Take the pictures of the web client in docs/images anew; needs Chromium
	@$(BIN)/python -m tests.web.screenshots $(ARGS)

clean:  ## Remove the virtual environment and all data; refused while Switchboard runs
	@bash deploy/clean.sh

lock: setup  ## Write the lock files anew from pyproject.toml
	@bash deploy/lock.sh
