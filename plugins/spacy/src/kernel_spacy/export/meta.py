"""The meta table of a pipeline as spaCy writes it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

# The releases whose files these are.
SPACY_VERSION = ">=3.8.0,<3.9.0"
# What our table has besides, or spaCy's has in another form.
_OURS = frozenset({"kernel_version", "provenance", "manifest", "spacy_git_version"})


def their_meta(
    meta: Mapping[str, Any], components: Collection[str], labels: Mapping[str, Collection[str]]
) -> bytes:
    """The table as JSON. components: those that are written. labels: of each component that has any."""
    made = {key: value for key, value in meta.items() if key not in _OURS}
    made["spacy_version"] = SPACY_VERSION
    made["labels"] = {name: list(labels.get(name, ())) for name in components}
    for key in ("pipeline", "components", "disabled"):
        made[key] = [name for name in meta.get(key, ()) if name in components]
    return json.dumps(made, indent=2, ensure_ascii=False).encode("utf-8") + b"\n"
