# One environment for everything: `make test`, `make demo` and `make check` create it when it is missing.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DISTRIBUTIONS := . $(patsubst %/pyproject.toml,%,$(sort $(wildcard plugins/*/pyproject.toml))) plugins-transformers
MANIFESTS := $(addsuffix /pyproject.toml,$(DISTRIBUTIONS))
DEMO := output/demo

.PHONY: help install demo test coverage slow check lint types rules isolated goldens docs bench clean

help:
	@echo "make demo    train the sample pipeline, evaluate it, apply it"
	@echo "make test    all quick tests"
	@echo "make coverage  all quick tests, and how much of the code they run; fails below the share in pyproject.toml"
	@echo "make slow    the long tests"
	@echo "make check   ruff, mypy and the rules of the repository"
	@echo "make isolated  every package alone, in environments of their own (minutes)"
	@echo "make goldens record the outputs of registered names that have none yet, or of new versions"
	@echo "make docs    write docs/reference, and the names in docs/migrate.md, anew from the code"
	@echo "make bench   compare with spaCy, write docs/benchmarks.md"

# Build tools first and one pip call without build isolation after: isolated builds of every package take minutes.
$(VENV)/.installed: $(MANIFESTS) constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt hatchling editables
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -c constraints.txt \
		-e ".[dev]" $(foreach d,$(filter-out .,$(DISTRIBUTIONS)),-e $(d))
	touch $@

install: $(VENV)/.installed

demo: install
	$(BIN)/kernel train configs/demo.cfg --output $(DEMO)
	$(BIN)/kernel evaluate $(DEMO)/model-best configs/sample/test.jsonl
	$(BIN)/kernel apply $(DEMO)/model-best configs/sample/three.txt -

test: install
	$(BIN)/python -m pytest -q --ignore=tests/rules tests plugins plugins-transformers

# The same tests, measured by pytest-cov: they take about twice as long, so this is run before a change is done, not while it is made.
coverage: install
	$(BIN)/python -m pytest -q --ignore=tests/rules --cov --cov-report=term tests plugins plugins-transformers

slow: install
	$(BIN)/python -m pytest -q -m slow tests plugins plugins-transformers

check: lint types rules

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

rules: install
	$(BIN)/python -m pytest -q tests/rules

# Fresh environments outside of the checkout; takes some minutes and is no part of `make check`.
isolated: install
	$(BIN)/python scripts/isolated.py

# Look at the difference before committing: a published name never changes what it does.
goldens: install
	KERNEL_UPDATE_GOLDENS=1 $(BIN)/python -m pytest -q $(wildcard tests/test_conformance.py plugins*/tests/test_conformance.py plugins/*/tests/test_conformance.py)

docs: install
	$(BIN)/python scripts/reference
	$(BIN)/python scripts/migration

bench: install
	$(BIN)/python benchmarks/run.py $(ARGS)

clean:
	rm -rf $(VENV) output dist build .pytest_cache .mypy_cache .ruff_cache .coverage
