"""Components that have settings and no more: what is saved of them counts, not what the config says."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

from kernel.errors import DataError
from kernel_spacy.components.trained import check_settings
from kernel_spacy.source import Source


def carry(source: Source, name: str, nlp: Any) -> list[str]:
    """In `<name>/cfg`."""
    _take(source, f"{name}/cfg", nlp.get_pipe(name))
    return []


def carry_sentencizer(source: Source, name: str, nlp: Any) -> list[str]:
    """In `<name>.json`, beside the folders of others."""
    _take(source, str(PurePosixPath(name).with_suffix(".json")), nlp.get_pipe(name))
    return []


def _take(source: Source, file: str, component: Any) -> None:
    """The settings of a file that the component has too. A list is what it holds, in a fixed order."""
    if not source.has(file):
        return
    settings = source.json(file)
    if not isinstance(settings, dict):
        raise DataError(f"the settings of component '{component.name}' are no table", path=source.path(file))
    found = {key: value for key, value in settings.items() if key in component.cfg}
    check_settings(component, found)
    if isinstance(found.get("punct_chars"), list):
        found["punct_chars"] = sorted(found["punct_chars"])
    component.cfg_from_bytes(json.dumps({**component.cfg, **found}).encode())
