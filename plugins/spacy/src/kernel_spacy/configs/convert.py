"""A config of spaCy becomes one of ours."""

from __future__ import annotations

from typing import Any

from kernel.config import Config


def convert(config: Config) -> tuple[Config, list[str]]:
    """The config with our names in the place of spaCy's, and a line for each thing that is not as it was."""
    converted = config.copy()
    converted.update({key: _renamed(value) for key, value in converted.items()})
    return converted, []


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: f"kernel.{item.removeprefix('spacy.')}"
            if key.startswith("@") and isinstance(item, str) and item.startswith("spacy.")
            else _renamed(item)
            for key, item in value.items()
        }
    return [_renamed(item) for item in value] if isinstance(value, list) else value
