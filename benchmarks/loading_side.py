"""A pipeline of eight components, as each library's `init config` recommends it, with first weights: what loading is timed with.

Usage: loading_side.py kernel|spacy CONFIG CORPUS.spacy OUTPUT. CONFIG: of `init config --pipeline` with `COMPONENTS`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from itertools import islice
from typing import Any

COMPONENTS = "tagger,morphologizer,parser,trainable_lemmatizer,ner,spancat,textcat"
LABELS = {"ner": ("PERSON", "ORG", "PLACE"), "spancat": ("HEAD", "PHRASE"), "textcat": ("GOOD", "BAD")}


def build(side: str, config: str, corpus: str, output: str) -> None:
    """Write the pipeline. corpus: documents with tags, morphology, lemmas and heads."""
    lib: Any = import_module(side)
    util: Any = import_module("spacy.util" if side == "spacy" else "kernel.config")
    tokens: Any = import_module(f"{side}.tokens")
    training: Any = import_module(f"{side}.training")
    read = util.load_config if side == "spacy" else util.Config().from_disk
    nlp = (lib.util.load_model_from_config if side == "spacy" else lib.Language.from_config)(read(config))
    for name, labels in LABELS.items():
        for label in labels:
            nlp.get_pipe(name).add_label(label)
    docs = list(islice(tokens.DocBin().from_disk(corpus).get_docs(nlp.vocab), 100))
    for doc in docs:
        doc.cats = {label: float(label == "GOOD") for label in LABELS["textcat"]}
    nlp.initialize(lambda: [training.Example(nlp.make_doc(doc.text), doc) for doc in docs])
    nlp.to_disk(output)


if __name__ == "__main__":
    build(*sys.argv[1:])
