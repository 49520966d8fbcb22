# Every target sets up what it needs by itself, in .venv. Needed beforehand: make, Python >= 3.11.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
CLIENTS := tests/journeys/ancestors
MODULES := $(CLIENTS)/node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: help setup system tools demo serve test check bench bench-engines bench-quality docs screenshots clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) tools $(MODULES) ## everything needed to run and to develop, in .venv

$(READY): pyproject.toml uv.lock scripts/setup.sh
	@PYTHON="$(PYTHON)" sh scripts/setup.sh
	@touch $@

system:
	@sh scripts/system.sh

tools:
	@sh scripts/system.sh tests

$(MODULES): $(CLIENTS)/package-lock.json | tools
	@if command -v npm >/dev/null; then npm ci --prefix $(CLIENTS) --ignore-scripts --silent; fi

demo: $(READY) system ## three real documents through a fresh server, shown as Markdown
	@$(BIN)/python scripts/demo.py

serve: $(READY) system ## the server alone, on http://127.0.0.1:8000
	@$(BIN)/pagemill serve

test: check ## everything a change must pass
	$(BIN)/pytest -n 3 # one more than a small machine has cores: many tests wait for processes

check: setup ## style, types, import directions, spelling, dead code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/vulture

bench: setup ## the measured promises; takes a while
	@sh scripts/system.sh bench
	$(BIN)/python bench/run.py

bench-engines: setup ## the engines by mode beside stock RapidOCR, Tesseract and OCRmyPDF
	$(BIN)/python bench/engines.py

bench-quality: setup ## what comes out, by kind of document, beside others; FOLDER=... for your own
	$(BIN)/python bench/quality.py $(FOLDER) --keep
	$(BIN)/python bench/text_pages.py $(FOLDER) --keep

docs: setup ## the reference pages, written anew from the code
	$(BIN)/python scripts/reference.py

screenshots: setup ## the pictures of the web page in the manual, taken anew
	$(BIN)/python scripts/screenshots.py

clean: ## what the tools left behind; .venv and your data stay
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage* dist
