"""Plain files of entities and aliases: JSON lines, CSV and TSV.

A line of JSON is an entity, an alias, or both at once: `id` (or `entity`), `freq`, `description`, `vector` (a list of numbers), `aliases` (a list of
texts, or a table of text and prior probability); or `alias`, `entities` (a list of ids) and `probabilities`. A table has a line for each
entity, with a header of these names; several aliases stand between `|`, each maybe with `:` and its probability at the end. Other keys are passed over, and counted.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel.files.compressed import open_text

TABLES = {".csv": ",", ".tsv": "\t"}
_KEYS = {"id", "entity", "freq", "description", "vector", "aliases", "alias", "entities", "probabilities"}


@dataclass
class Records:
    """What a file says.

    ids, freqs, descriptions, vectors: of each entity; None for a description or vector that it has not. aliases: text -> {id:
    probability, None if the file gives none}. lines: the line of each entity. ignored: keys that mean nothing here, and how often each occurs.
    """

    ids: list[str] = field(default_factory=list)
    freqs: list[float] = field(default_factory=list)
    descriptions: list[str | None] = field(default_factory=list)
    vectors: list[list[float] | None] = field(default_factory=list)
    aliases: dict[str, dict[str, float | None]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
