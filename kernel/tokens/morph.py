"""Morphological features: the text form `Case=Nom|Number=Sing` and a view on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

EMPTY = "_"
"""How "no features" is stored, as opposed to "not annotated"."""


# What is longer is no usual text of features, and isn't kept.
_LONGEST_KEPT = 500


def normalize_features(text: str) -> str:
    """Features in order, values sorted; the empty string and `_` give `_`.

    The order is that of the characters, as in the field's files, so that equal features have equal numbers there and here.
    """
    return _known(text) if len(text) <= _LONGEST_KEPT else _normalized(text)


def _normalized(text: str) -> str:
    if text in ("", EMPTY):
        return EMPTY
    features: dict[str, set[str]] = {}
    for part in text.split("|"):
        name, _, values = part.partition("=")
        if name:
            features.setdefault(name, set()).update(values.split(","))
    return (
        "|".join(sorted(f"{name}={','.join(sorted(values))}" for name, values in features.items())) or EMPTY
    )


_known = lru_cache(maxsize=4096)(_normalized)


def features_to_text(features: Mapping[str, str]) -> str:
    """The text form of a mapping from names to (comma-separated) values."""
    return normalize_features("|".join(f"{name}={value}" for name, value in features.items()))


class MorphAnalysis:
    """A token's morphological features. `str(morph)` is the text form, empty if there are none."""

    __slots__ = ("key", "text")

    def __init__(self, text: str, key: int = 0) -> None:
        self.text = "" if text == EMPTY else text
        self.key = key

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"MorphAnalysis({self.text!r})"

    def __bool__(self) -> bool:
        return self.text != ""

    def __len__(self) -> int:
        """How many values the features have."""
        return len(self._values())

    def __iter__(self) -> Iterator[str]:
        """Each feature with each of its values: `Case=Acc`, `Case=Nom`."""
        return iter(self._values())

    def __contains__(self, feature: str) -> bool:
        """Whether a feature has a value, such as `Case=Acc`."""
        return feature in self._values()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return self.text == other
        return isinstance(other, MorphAnalysis) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def to_json(self) -> str:
        """The text form."""
        return self.text

    def get(self, field: str, default: list[str] | None = None) -> list[str]:
        """The values of a feature."""
        value = self.to_dict().get(field)
        if value is None:
            return [] if default is None else default
        return value.split(",")

    def to_dict(self) -> dict[str, str]:
        """Feature name -> values, comma-separated."""
        parts = [part.partition("=") for part in self.text.split("|")] if self.text else []
        return {name: values for name, _, values in parts}

    def _values(self) -> list[str]:
        return [f"{name}={value}" for name, values in self.to_dict().items() for value in values.split(",")]
