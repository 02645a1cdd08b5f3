# Everything a newcomer calls. Written for GNU make 3.81, the one macOS has.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] < (3,15))' && echo $$p && exit; \
	done; echo python3)
BIN := .venv/bin

.PHONY: help run test lint unit integration model soak e2e onchain web bench reset generate clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: prepare-run ## set everything up and start the exchange (UP="--port-offset 100" for options)
	@$(BIN)/quantdesk up $(UP)

test: prepare-test lint unit integration model onchain web e2e ## everything CI runs

lint: ## style, types, layers, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/generated.py --check

unit: ## unit tests
	$(BIN)/pytest tests/unit

integration: ## against the real program, VM, broker and databases
	$(BIN)/python tools/by_folder.py tests/integration

model: ## 20,000 random instructions to the real program and to a second implementation
	$(BIN)/pytest tests/model

SEED ?= 1
COUNT ?= 100000
JOBS ?= 1
soak: ## the same for long: make soak SEED=1 COUNT=1000000 JOBS=2 (LOG="--log FILE" goes on where it stopped)
	$(BIN)/python tests/model/soak.py --seed $(SEED) --count $(COUNT) --jobs $(JOBS) $(LOG)

onchain: ## the Rust workspace, and that the shipped binary comes from this source
	bash onchain/ci.sh

web: ## types, lint, unit tests and bundle size of the terminal
	cd web && npm run check

e2e: ## the whole box in a real browser
	$(BIN)/pytest tests/e2e

bench: prepare-test ## measure, and write docs/reference/benchmarks.md
	$(BIN)/python benches/all.py

generate: ## IDL, OpenAPI, TypeScript types, settings page
	$(BIN)/python tools/generated.py

reset: ## begin anew (asks first)
	@$(BIN)/quantdesk reset

.PHONY: prepare-run prepare-test
prepare-run:
	@$(PYTHON) tools/prepare.py run

prepare-test:
	@$(PYTHON) tools/prepare.py test
