"""What benchmarks/vectors.py does on one side, in a process of its own, written once for both libraries.

Usage: vectors_side.py kernel|spacy COMMAND ARGUMENTS. The last line of the output is JSON.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

CNN = {
    "width": 96,
    "depth": 4,
    "embed_size": 2000,
    "window_size": 1,
    "maxout_pieces": 3,
    "subword_features": True,
    "pretrained_vectors": True,
}
TAGS, LABELS = [f"T{number}" for number in range(48)], ["PER", "LOC", "ORG", "MISC"]


def build(lib: Any, side: str, words: str, table: str, output: str) -> dict[str, Any]:
    """Pipelines that have a table of vectors: without components, with a tagger, with a recogniser, which have first weights."""
    vectors = import_module(f"{side}.vocab" if side == "kernel" else "spacy.vectors").Vectors
    keys = json.loads(Path(words).read_text())
    embed = {"@architectures": f"{side}.HashEmbedCNN.v2", **CNN}
    parser = {
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
    }
    models = {
        "blank": {},
        "tagger": {"@architectures": f"{side}.Tagger.v2", "tok2vec": embed},
        "ner": {"@architectures": f"{side}.TransitionBasedParser.v2", **parser, "tok2vec": embed},
    }
    Path(output).mkdir()
    for name, model in models.items():
        nlp = lib.blank("en")
        for word in keys:
            nlp.vocab.strings.add(word)
        nlp.vocab.vectors = vectors(strings=nlp.vocab.strings, data=np.load(table), keys=keys, name="made")
        if model:
            component = nlp.add_pipe(name, config={"model": model})
            for label in TAGS if name == "tagger" else LABELS:
                component.add_label(label)
            nlp.initialize()
        nlp.to_disk(Path(output) / name)
    return {}


def load(lib: Any, side: str, model: str) -> dict[str, Any]:
    """Seconds for loading a pipeline, when the library itself is there."""
    lib.load(model)
    cpu, wall = time.process_time(), time.perf_counter()
    nlp = lib.load(model)
    found = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    return {**found, "keys": nlp.vocab.vectors.n_keys}


def hold(lib: Any, side: str, model: str) -> dict[str, Any]:
    """Load a pipeline, read all of its vectors, say so, and stay until standard input ends."""
    nlp = lib.load(model)
    total = float(nlp.vocab.vectors.data.sum())
    print(json.dumps({"total": total}), flush=True)
    sys.stdin.read()
    return {}


if __name__ == "__main__":
    which, command, *arguments = sys.argv[1:]
    found = {"build": build, "load": load, "hold": hold}[command](import_module(which), which, *arguments)
    print(json.dumps(found))
