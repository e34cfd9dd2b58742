"""One side of spacy_losses.py: the losses of a few steps of a pipeline that spaCy trained. Both libraries run this file.

Usage: spacy_losses_side.py kernel|spacy PIPELINE EXPECTED STEPS. Prints a JSON list with the losses of each step, by component.
What is learnt is what spaCy says in EXPECTED, made wrong: labels are exchanged for others, the same on both sides.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from spacy_pipelines_side import gold
from thinc.api import Adam, NumpyOps

DOCS = 8
"""Documents of a batch."""


def others(labels: list[str], known: list[str]) -> list[str]:
    """The next label for every second one, the last one's being the first."""
    after = dict(zip(known, known[1:] + known[:1], strict=True))
    return [after[label] if label and place % 2 else label for place, label in enumerate(labels)]


def wrong(said: dict[str, Any], known: dict[str, list[str]]) -> dict[str, Any]:
    """A document with other labels; trees and borders stay, so that both libraries can learn them."""
    found = dict(said)
    for name in ("tag", "dep"):
        found[name] = others(said[name], known[name])
    kinds = dict(zip(known["ent_type"], known["ent_type"][1:] + known["ent_type"][:1], strict=True))
    found["ent_type"] = [kinds.get(kind, "") for kind in said["ent_type"]]
    labels = list(said["cats"])
    found["cats"] = dict(zip(labels, list(said["cats"].values())[::-1], strict=True))
    return found


def losses(lib: Any, pipeline: str, expected: str, steps: int) -> list[dict[str, float]]:
    # spaCy draws a mask for the hidden layer of transitions even where no dropout is asked for.
    NumpyOps.get_dropout_mask = lambda self, shape, drop: np.ones(shape, dtype="f")
    nlp = lib.load(pipeline)
    for name in nlp.component_names:
        settings = getattr(nlp.get_pipe(name), "cfg", {})
        if "update_with_oracle_cut_size" in settings:
            settings["update_with_oracle_cut_size"] = 0
    with Path(expected).open(encoding="utf-8") as lines:
        said = [json.loads(line) for line, _ in zip(lines, range(DOCS * steps), strict=False)]
    known = {
        name: sorted({label for each in said for label in each[name]} - {"", "ROOT"})
        for name in ("tag", "dep", "ent_type")
    }
    known["dep"].append("ROOT")
    optimizer = Adam(0.001, grad_clip=1.0, L2=0.0, use_averages=False)
    found = []
    for first in range(0, len(said), DOCS):
        batch = [gold(lib, nlp, wrong(each, known)) for each in said[first : first + DOCS]]
        step: dict[str, float] = {}
        nlp.update(batch, drop=0.0, sgd=optimizer, losses=step)
        found.append({name: float(value) for name, value in step.items()})
    return found


def main() -> None:
    warnings.simplefilter("ignore")
    library, pipeline, expected, steps = sys.argv[1:]
    if library == "spacy":
        import spacy as lib
        from spacy.tokens import Doc
        from spacy.training import Example
    else:
        import kernel as lib
        from kernel.tokens import Doc
        from kernel.training import Example
    both: Any = lib
    both.Doc, both.Example = Doc, Example
    print(json.dumps(losses(both, pipeline, expected, int(steps))))


if __name__ == "__main__":
    main()
