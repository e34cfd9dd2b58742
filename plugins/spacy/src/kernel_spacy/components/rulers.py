"""Rulers of entities and spans: the patterns of one of theirs."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

from kernel_spacy.components.trained import read_settings
from kernel_spacy.source import Source


def carry_entity_ruler(source: Source, name: str, nlp: Any) -> list[str]:
    """Settings and patterns lie in its folder; older versions have the patterns alone, in `<name>.jsonl` beside it."""
    ruler = nlp.get_pipe(name)
    beside = str(PurePosixPath(name).with_suffix(".jsonl"))
    if source.has(f"{name}/patterns.jsonl"):
        ruler.cfg_from_bytes(json.dumps({**ruler.cfg, **read_settings(source, name)}).encode())
        source.parsed(f"{name}/patterns.jsonl", ruler.patterns_from_bytes)
    elif source.has(beside):
        source.parsed(beside, ruler.patterns_from_bytes)
    return []


def carry_span_ruler(source: Source, name: str, nlp: Any) -> list[str]:
    """`patterns` has them, a JSON object on each line. Its settings are in the config."""
    source.parsed(f"{name}/patterns", nlp.get_pipe(name).patterns_from_bytes)
    return []
