"""Whether entity recognition equals the reference: predictions, and loss and gradients of one step.

Reads what `parity_reference.py` wrote about a pipeline that spaCy trained, puts its weights into the same network
here, and compares. Two differences of the reference are allowed for: it pads documents with four rows that change
from layer to layer (`padded`), and where a state lacks a feature token its backward pass uses the vector of the last
token (added in `main`).

Usage: parity.py FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from thinc.api import Model

import kernel
from kernel.tokens import Doc, Span
from kernel.training import Example

PAD = 4
CONFIG = """
[nlp]
lang = "en"
pipeline = ["tok2vec", "ner"]

[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "kernel.Tok2Vec.v2"

[components.tok2vec.model.embed]
@architectures = "kernel.MultiHashEmbed.v2"
width = 96
attrs = ["NORM", "PREFIX", "SUFFIX", "SHAPE"]
rows = [5000, 1000, 2500, 2500]
include_static_vectors = false

[components.tok2vec.model.encode]
@architectures = "benchmark.PaddedEncoder.v1"

[components.tok2vec.model.encode.encoder]
@architectures = "kernel.MaxoutWindowEncoder.v2"
width = 96
window_size = 1
maxout_pieces = 3
depth = 4

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "kernel.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 64
maxout_pieces = 2
use_upper = true

[components.ner.model.tok2vec]
@architectures = "kernel.Tok2VecListener.v1"
width = 96
"""


@kernel.registry.architectures("benchmark.PaddedEncoder.v1")
def padded(encoder: Model) -> Model:
    """Run an encoder on all documents as one, with rows of zeros between them that take part."""

    def forward(model: Model, Xs: list[Any], is_train: bool) -> tuple[list[Any], Any]:
        width = Xs[0].shape[1]
        rows, position = [], PAD
        for X in Xs:
            rows.append(slice(position, position + len(X)))
            position += len(X) + PAD

        def spread(arrays: list[Any]) -> Any:
            flat = np.zeros((position, width), dtype=arrays[0].dtype)
            for place, array in zip(rows, arrays, strict=True):
                flat[place] = array
            return flat

        [Y], backprop = model.layers[0]([spread(Xs)], is_train)

        def backprop_padded(dYs: list[Any]) -> list[Any]:
            [dX] = backprop([spread(dYs)])
            return [dX[place] for place in rows]

        return [Y[place] for place in rows], backprop_padded

    model = Model("padded", forward, layers=[encoder], dims={"nO": encoder.maybe_get_dim("nO")})
    model.init = lambda model, X=None, Y=None: model.layers[0].initialize()
    return model


def swap(array: Any) -> Any:
    """thinc's order of outputs and pieces to ours, or back."""
    return np.ascontiguousarray(np.swapaxes(array, 0, 1))


def parameters(nlp: Any) -> dict[str, tuple[Any, str, Any]]:
    """The reference's name -> (node, parameter name, conversion of an array of the reference to ours)."""
    found: dict[str, tuple[Any, str, Any]] = {}
    counts: dict[str, int] = {}

    def same(array: Any) -> Any:
        return array

    for node in nlp.get_pipe("tok2vec").model.walk(order="dfs_pre"):
        if node.param_names and node.name in ("hashembed", "maxout", "layernorm"):
            index = counts.setdefault(node.name, 0)
            counts[node.name] += 1
            convert = swap if node.name == "maxout" else same
            for name in node.param_names:
                found[f"{node.name}.{index}.{name}"] = (node, name, convert)
    model = nlp.get_pipe("ner").model
    lower = model.get_ref("lower")
    found["lower.W"] = (lower, "W", lambda W: np.ascontiguousarray(W.transpose(0, 2, 1, 3)))
    found["lower.b"] = (lower, "b", swap)
    found["lower.pad"] = (lower, "pad", lambda pad: np.ascontiguousarray(pad[0].transpose(0, 2, 1)))
    for name in ("W", "b"):
        found[f"upper.{name}"] = (model.get_ref("upper"), name, same)
        found[f"linear.{name}"] = (model.layers[1], name, same)
    return found


def make_doc(nlp: Any, row: dict[str, Any]) -> Doc:
    """The words of the reference with the norms that its tokenizer gave them."""
    table = nlp.vocab.lexemes
    rows = [table.row(word, norm) for word, norm in zip(row["words"], row["norms"], strict=True)]
    return Doc.from_rows(
        nlp.vocab, table, np.array(rows, dtype="int32"), np.array(row["spaces"], dtype=bool), None
    )


def relative(ours: Any, theirs: Any) -> float:
    """The largest difference as a share of the largest value."""
    return float(abs(ours - theirs).max() / max(abs(theirs).max(), 1e-12))


def main(folder: Path) -> dict[str, float]:
    reference = json.loads((folder / "predictions.json").read_text(encoding="utf-8"))
    weights = np.load(folder / "weights.npz")
    nlp = kernel.registry.languages.get("en").from_config(kernel.Config().from_str(CONFIG))
    ner = nlp.get_pipe("ner")
    rows = reference["docs"]

    def example(row: dict[str, Any]) -> Example:
        gold = make_doc(nlp, row)
        gold.set_ents([Span(gold, start, end, label=label) for start, end, label in row["gold"]])
        return Example(make_doc(nlp, row), gold)

    nlp.initialize(lambda: [example(row) for row in rows])
    order = [reference["moves"].index(name) for name in ner.moves.names]
    named = parameters(nlp)
    for key, (node, name, convert) in named.items():
        value = convert(weights[key])
        node.set_param(name, value[order] if key.startswith("upper") else value)

    found = different = 0
    for start in range(0, len(rows), 64):
        part = rows[start : start + 64]
        for doc, row in zip(nlp.pipe([make_doc(nlp, row) for row in part]), part, strict=True):
            ours = {(ent.start, ent.end, ent.label_) for ent in doc.ents}
            theirs = {tuple(ent) for ent in row["ents"]}
            found += len(theirs)
            different += len(ours ^ theirs)

    step = json.loads((folder / "step.json").read_text(encoding="utf-8"))
    batch = [example(row) for row in rows[: step["n_docs"]]]
    losses: dict[str, float] = {}
    nlp.update(batch, drop=0.0, sgd=False, losses=losses)
    gradients = np.load(folder / "gradients.npz")
    worst, worst_name = 0.0, ""
    for key, (node, name, convert) in named.items():
        theirs = convert(gradients[key])
        theirs = theirs[order] if key.startswith("upper") else theirs
        ours = node.get_grad(name).copy()
        if key == "lower.W":
            ours += last_token_share(nlp, batch, node)
        error = relative(ours, theirs)
        if error > worst:
            worst, worst_name = error, key
    return {
        "words": reference["words"],
        "entities": found,
        "different entities": different,
        "loss, relative error": abs(losses["ner"] - step["loss"]) / step["loss"],
        "gradients, largest relative error": worst,
        f"(of {worst_name})": worst,
    }


def last_token_share(nlp: Any, batch: list[Example], lower: Any) -> Any:
    """What the reference adds to the gradient of W: its missing tokens have the vector of the batch's last token."""
    docs = [example.predicted for example in batch]
    vectors = nlp.get_pipe("tok2vec").model.predict(docs)
    project = nlp.get_pipe("ner").model.layers[1]
    last = project.predict(vectors[-1][-1:])[0]
    return lower.get_grad("pad")[..., None] * last


if __name__ == "__main__":
    for label, value in main(Path(sys.argv[1])).items():
        print(f"{label}: {value}")
