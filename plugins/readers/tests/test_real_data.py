"""Real corpora, read whole. KERNEL_DATA names the folder that holds them."""

import os
import warnings
from pathlib import Path

import pytest

from kernel import blank, registry
from kernel.errors import KernelWarning

DATA = Path(os.environ.get("KERNEL_DATA", ""))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("KERNEL_DATA"), reason="set KERNEL_DATA to a folder with corpora"),
]
SUFFIXES = {".conllu", ".conll", ".iob", ".jsonl", ".spacy"}
FILES = (
    sorted(path for path in DATA.rglob("*") if path.suffix in SUFFIXES)
    if os.environ.get("KERNEL_DATA")
    else []
)


@pytest.fixture(scope="module")
def nlp():
    return blank("en")


def read(path, nlp, **settings):
    config = {"corpus": {"@readers": "kernel.Corpus.v1", "path": str(path), **settings}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KernelWarning)
        return list(registry.resolve(config)["corpus"](nlp))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DATA)))
def test_every_file_reads(path, nlp):
    examples = read(path, nlp)
    assert examples
    text = path.read_text("utf8") if path.suffix != ".spacy" else ""
    if path.suffix == ".conllu":
        rows = [line.split("\t")[0] for line in text.splitlines() if line and line[0] != "#"]
        assert sum(len(example.reference) for example in examples) == sum(row.isdigit() for row in rows)
        starts = sum(1 for example in examples for _ in example.reference.sents)
        assert starts == rows.count("1")
        sentences = read(path, nlp, gold_preproc=True)
        assert len(sentences) == starts
    elif path.suffix in (".conll", ".iob"):
        begun = sum(line.split()[-1].startswith("B-") for line in text.splitlines() if line.split()[1:])
        assert sum(len(example.reference.ents) for example in examples) >= begun
    assert all(example.alignment is not None for example in examples)


@pytest.mark.parametrize("limit", [1, 7])
def test_limits(nlp, limit):
    for path in FILES:
        assert len(read(path, nlp, limit=limit)) == limit
