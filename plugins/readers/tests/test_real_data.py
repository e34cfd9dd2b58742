"""Real corpora, read whole. KERNEL_DATA names the folder that holds them."""

import os
import re
import warnings
from pathlib import Path

import pytest

from kernel import blank, registry
from kernel.errors import KernelWarning
from kernel.tokens import Doc

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


class Spaced:
    """A tokenizer for texts whose words have single spaces between them."""

    def __init__(self, vocab):
        self.vocab = vocab

    def __call__(self, text):
        words = text.split(" ")
        return Doc(self.vocab, words=words, spaces=[True] * (len(words) - 1) + [False])


def with_entities(path):
    """Whether a file has entities in columns, one word each."""
    return path.suffix in (".conll", ".iob")


@pytest.mark.parametrize(
    "path", list(filter(with_entities, FILES)), ids=lambda path: str(path.relative_to(DATA))
)
def test_brat_comes_back(path, tmp_path):
    nlp = blank("en")
    nlp.tokenizer = Spaced(nlp.vocab)
    docs = [example.reference for example in read(path, nlp)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        registry.get("writers", "kernel.brat.v1")().write([(doc, {}) for doc in docs], tmp_path)
    lost = " ".join(str(each.message) for each in caught)
    assert "sentences" in lost and "entities" not in lost and "spans" not in lost
    files = sorted(tmp_path.glob("*.ann"))
    back = [doc for file in files for doc in registry.get("converters", "kernel.brat.v1")()(file, nlp)]
    assert [doc.text for doc in back] == [doc.text for doc in docs]
    for one, other in zip(back, docs, strict=True):
        assert [(ent.start, ent.end, ent.label_) for ent in one.ents] == [
            (ent.start, ent.end, ent.label_) for ent in other.ents
        ]
        assert [token.ent_iob_ for token in one] == [token.ent_iob_ for token in other]


@pytest.mark.parametrize(
    "path", [each for each in FILES if each.parent.name == "textcat"], ids=lambda path: path.name
)
def test_tables_come_back(path, nlp, tmp_path):
    docs = [example.reference for example in read(path, nlp)]
    with warnings.catch_warnings(record=True) as caught, (tmp_path / "a.csv").open("wb") as file:
        warnings.simplefilter("always")
        registry.get("writers", "kernel.csv.v1")().write([(doc, {}) for doc in docs], file)
    # The one thing that such a table can't hold of these texts.
    texts = [re.sub(r"\r+\n", "\n", doc.text) for doc in docs]
    said = " ".join(str(each.message) for each in caught)
    assert "categories" not in said
    assert ("carriage returns" in said) == (texts != [doc.text for doc in docs])
    back = [example.reference for example in read(tmp_path / "a.csv", nlp)]
    assert [doc.text for doc in back] == texts
    assert [doc.cats for doc in back] == [doc.cats for doc in docs]
