"""Runs where spaCy is installed: writes down what a pipeline trained by spaCy predicts and learns.

Usage: parity_reference.py MODEL CORPUS.spacy OUT_DIR N_WORDS. Writes `weights.npz`, `predictions.json`, `step.json`
and `gradients.npz` (one update without dropout). The reference applies a fixed dropout to its hidden layer even when
none is asked for; here its masks are ones, so that the step can be compared.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from thinc.api import NumpyOps


def named_parameters(nlp: Any) -> dict[str, tuple[Any, str]]:
    """Name -> (node, parameter name) of the tok2vec and ner models."""
    found: dict[str, tuple[Any, str]] = {}
    counts: dict[str, int] = {}
    for node in nlp.get_pipe("tok2vec").model.walk():
        if node.param_names and node.name in ("hashembed", "maxout", "layernorm"):
            index = counts.setdefault(node.name, 0)
            counts[node.name] += 1
            for name in node.param_names:
                found[f"{node.name}.{index}.{name}"] = (node, name)
    model = nlp.get_pipe("ner").model
    for node in model.get_ref("tok2vec").walk():
        if node.name == "linear":
            for name in node.param_names:
                found[f"linear.{name}"] = (node, name)
    for part in ("lower", "upper"):
        node = model.get_ref(part)
        for name in node.param_names:
            found[f"{part}.{name}"] = (node, name)
    return found


def main(model: str, corpus: str, out: str, n_words: int) -> None:
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    nlp = spacy.load(model)
    ner = nlp.get_pipe("ner")
    named = named_parameters(nlp)
    np.savez(folder / "weights.npz", **{key: node.get_param(name) for key, (node, name) in named.items()})
    docs, total = [], 0
    for doc in DocBin().from_disk(corpus).get_docs(nlp.vocab):
        if total >= n_words:
            break
        total += len(doc)
        docs.append(doc)
    rows = []
    for doc in docs:
        words = [token.text for token in doc]
        spaces = [bool(token.whitespace_) for token in doc]
        predicted = Doc(nlp.vocab, words=words, spaces=spaces)
        for _, component in nlp.pipeline:
            predicted = component(predicted)
        norms = [token.norm_ for token in predicted]
        rows.append(
            {
                "words": words,
                "spaces": spaces,
                "norms": norms,
                "ents": [[e.start, e.end, e.label_] for e in predicted.ents],
                "gold": [[e.start, e.end, e.label_] for e in doc.ents],
            }
        )
    moves = [ner.moves.get_class_name(i) for i in range(ner.moves.n_moves)]
    content = {"moves": moves, "labels": list(ner.labels), "docs": rows, "words": total}
    (folder / "predictions.json").write_text(json.dumps(content), encoding="utf-8")

    NumpyOps.get_dropout_mask = lambda self, shape, drop: np.ones(shape, dtype="f")
    ner.cfg["update_with_oracle_cut_size"] = 0
    batch = []
    for row in rows[:8]:
        reference = Doc(nlp.vocab, words=row["words"], spaces=row["spaces"])
        reference.set_ents([spacy.tokens.Span(reference, s, e, label=label) for s, e, label in row["gold"]])
        batch.append(Example(Doc(nlp.vocab, words=row["words"], spaces=row["spaces"]), reference))
    losses: dict[str, float] = {}
    nlp.update(batch, drop=0.0, sgd=False, losses=losses)
    gradients = {key: node.get_grad(name) for key, (node, name) in named.items() if node.has_grad(name)}
    np.savez(folder / "gradients.npz", **gradients)
    (folder / "step.json").write_text(
        json.dumps({"loss": float(losses["ner"]), "n_docs": len(batch)}), encoding="utf-8"
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
