"""Pipelines of spaCy: they look much like ours, and can't be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kernel.errors import UsageError

# How the pipelines are called that spaCy offers.
_NAME = re.compile(r"[a-z]{2,3}_(core|dep|ent|sent)_(web|news|wiki)_(sm|md|lg|trf)([-=].*)?")
HINT = "Train one of your own: kernel init config. kernel download alone says how pipelines are installed."


def is_name_of_spacy(name: str) -> bool:
    """Whether this is the name of a pipeline that spaCy offers."""
    return bool(_NAME.fullmatch(name))


def of_spacy(name: str | Path) -> str:
    """The sentence about a pipeline of spaCy."""
    return f"{name} is a pipeline of spaCy, whose weights kernel can't read yet"


def refuse_spacy(meta: Mapping[str, Any], folder: Path) -> None:
    """`UsageError` for a pipeline that spaCy has saved. meta: its meta table."""
    if "spacy_version" in meta and "kernel_version" not in meta:
        raise UsageError(of_spacy(folder), hint=HINT)
