"""Strings, tables and word vectors in spaCy's files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from kernel.vocab import Vocab, hash_string
from kernel.vocab.attrs import NAMES, ORTH, intify
from kernel.vocab.packing import pack
from kernel_spacy.export.problems import Findings

_FLORET = "floret"


def check_vocab(vocab: Vocab, findings: Findings) -> None:
    """Note what the files of spaCy can't hold."""
    vectors = vocab.vectors
    if vectors and vectors.mode != _FLORET and intify(vectors.attr) != ORTH:
        findings.refuse(
            "vocab",
            f"its word vectors are looked up by {NAMES[intify(vectors.attr)]}, which a file of spaCy's does not say",
            "Make a table with the keys of word forms: kernel init vectors.",
        )
    overrides = vocab.lexeme_settings.overrides
    for attr, values in overrides.items():
        if values:
            findings.say(
                f"vocab: {len(values):,} values of {NAMES[attr]} of word forms are left out, which spaCy does not save"
            )


def write_vocab(vocab: Vocab, folder: Path, strings: Iterable[str]) -> None:
    """Write the folder `vocab`. strings: those that components need besides those of the vocab."""
    folder.mkdir()
    texts = sorted({*vocab.strings.values(), *strings})
    data = json.dumps(texts, ensure_ascii=False, indent=2).encode("utf-8", "surrogatepass")
    (folder / "strings.json").write_bytes(data)
    (folder / "lookups.bin").write_bytes(tables_to_bytes(vocab.lookups or {}))
    vectors = vocab.vectors
    settings: dict[str, Any] = {"mode": vectors.mode}
    keys: dict[int, int] = {}
    if vectors.mode == _FLORET:
        names = ("minn", "maxn", "hash_count", "hash_seed", "bow", "eow")
        settings.update({name: getattr(vectors, name) for name in names}, attr=intify(vectors.attr))
    else:
        keys = {int(key): int(row) for key, row in vectors.key2row.items()}
    (folder / "vectors.cfg").write_text(json.dumps(settings, indent=2), encoding="utf-8")
    (folder / "key2row").write_bytes(pack(keys))
    with (folder / "vectors").open("wb") as file:
        np.save(file, np.ascontiguousarray(vectors.data, dtype="<f4"), allow_pickle=False)


def tables_to_bytes(tables: Any) -> bytes:
    """Tables by name as spaCy saves them: keys are the numbers of strings."""
    return pack(
        {name: {_number(key): value for key, value in table.items()} for name, table in tables.items()}
    )


def _number(key: Any) -> int:
    return hash_string(key) if isinstance(key, str) else int(key)
