"""Small configs and files of records, for the tests of any folder."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

BAG_OF_WORDS = {
    "@architectures": "kernel.TextCatBOW.v3",
    "exclusive_classes": True,
    "ngram_size": 1,
    "no_output_layer": False,
    "length": 64,
}


def textcat_config(
    factory: str = "textcat",
    *,
    lang: str = "en",
    before: Iterable[str] = (),
    train: str = "train.jsonl",
    dev: str = "dev.jsonl",
) -> str:
    """A config of a text categorizer, and of components without settings before it. train, dev: the files of data."""
    before = list(before)
    model = {**BAG_OF_WORDS, "exclusive_classes": factory == "textcat"}
    lines = ["[nlp]", f'lang = "{lang}"', f"pipeline = {json.dumps([*before, factory])}"]
    for name in (*before, factory):
        lines += [f"[components.{name}]", f'factory = "{name}"']
    lines += [
        f"[components.{factory}.model]",
        *(f"{key} = {json.dumps(value)}" for key, value in model.items()),
    ]
    return "\n".join([*lines, "[paths]", f"train = {json.dumps(train)}", f"dev = {json.dumps(dev)}", ""])


def json_lines(records: Iterable[dict[str, Any]]) -> str:
    """The text of a file with a record a line."""
    return "".join(json.dumps(record) + "\n" for record in records)
