"""Pipelines of spaCy: they look much like ours, and a package reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kernel.errors import UsageError

# How the pipelines are called that spaCy offers.
_NAME = re.compile(r"([a-z]{2,3}_(core|dep|ent|sent)_(web|news|wiki)_(sm|md|lg|trf))([-=].*)?")
READER = "kernel-nlp-spacy"
HINT = f"The package {READER} (pip install {READER}) makes one of ours of it: kernel spacy import."


def is_name_of_spacy(name: str) -> bool:
    """Whether this is the name of a pipeline that spaCy offers."""
    return bool(_NAME.fullmatch(name))


def of_spacy(name: str | Path) -> str:
    """The sentence about a pipeline of spaCy."""
    return f"{name} is a pipeline of spaCy"


def how_to_get(name: str) -> str:
    """What to do for a pipeline that spaCy offers. Its package requires spaCy, which is not needed here."""
    found = _NAME.fullmatch(name)
    package = found[1].replace("_", "-") if found else name
    return f"pip install --no-deps {package} {READER}: the second package reads the first."


def refuse_spacy(meta: Mapping[str, Any], folder: Path) -> None:
    """`UsageError` for a pipeline that spaCy has saved, where nothing is installed that reads it. meta: its meta table."""
    if "spacy_version" in meta and "kernel_version" not in meta:
        raise UsageError(of_spacy(folder), hint=HINT)
