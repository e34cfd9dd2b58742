"""The lemmatizer that learns: trees, settings and weights of one of theirs."""

from __future__ import annotations

import json
from typing import Any

from kernel.errors import DataError
from kernel_spacy.components.trained import read_settings, take_settings, take_weights
from kernel_spacy.source import Source


def carry(source: Source, name: str, nlp: Any) -> list[str]:
    """Their trees have numbers of strings, ours the strings. Labels are numbers of trees, in the order of the outputs."""
    component, settings = nlp.get_pipe(name), read_settings(source, name)
    take_settings(component, settings, "backoff", "min_tree_freq", "overwrite", "top_k")
    trees = source.message(f"{name}/trees")
    nodes = trees.get("trees") if isinstance(trees, dict) else None
    labels = settings.get("labels", [])
    if not isinstance(nodes, list) or not isinstance(labels, list):
        raise DataError(f"component '{name}' has no edit trees", path=source.root / name / "trees")
    strings = nlp.vocab.strings
    plain = {"trees": [_with_strings(node, strings, source, name) for node in nodes], "labels": labels}
    component.files()["trees"].read(json.dumps(plain).encode("ascii"))
    take_weights(source, name, nlp, is_labelled=True)
    return []


def _with_strings(node: Any, strings: Any, source: Source, name: str) -> Any:
    if not isinstance(node, dict) or "orig" not in node:
        return node
    found = {}
    for key in ("orig", "subst"):
        number = node.get(key)
        try:
            found[key] = strings[number] if number else ""
        except (KeyError, TypeError) as error:
            raise DataError(
                f"an edit tree of component '{name}' has the number {number!r}, which no string of the vocab has",
                path=source.root / name / "trees",
            ) from error
    return found
