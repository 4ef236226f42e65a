.PHONY: run test lint bench fuzz golden setup

PYTHON := python3
BIN := .venv/bin
RUN_STAMP := .venv/.run-stamp
TEST_STAMP := .venv/.test-stamp
PORT ?= 8501

run: $(RUN_STAMP)
	$(BIN)/streamlit run app.py --server.port=$(PORT)

test: $(TEST_STAMP) services
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lint: $(TEST_STAMP)
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(RUN_STAMP)
	sh bench/run.sh

fuzz: $(TEST_STAMP)
	FUZZ_EXAMPLES=10000 $(BIN)/python -m pytest $(wildcard tests/test_*fuzz.py)

golden: $(TEST_STAMP)
	GOLDEN=1 $(BIN)/python -m pytest tests/test_shipped.py

setup: $(TEST_STAMP)

.venv/bin/python:
	$(PYTHON) -m venv .venv

$(RUN_STAMP): requirements.txt | .venv/bin/python
	sh .ci/install requirements.txt
	touch $@

$(TEST_STAMP): requirements.txt requirements-dev.txt | .venv/bin/python
	sh .ci/install requirements.txt requirements-dev.txt
	touch $(RUN_STAMP) $@

.PHONY: services
services:
	sh .ci/browser
	sh .ci/database
	sh .ci/spreadsheet
