"""The patterns of rulers as files and scripts write them: a label, a phrase or a list of tokens, maybe an id."""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from kernel.errors import DataError, warn

_KEYS = {"label", "pattern", "id"}


class RulerPattern(NamedTuple):
    """A pattern: label and id ("" for none) of what it finds, and a phrase, or a list with a dict for each token."""

    label: str
    id: str
    pattern: str | list[Any]

    def as_dict(self) -> dict[str, Any]:
        """As files have it."""
        own = {"label": self.label, "pattern": deepcopy(self.pattern)}
        return {**own, "id": self.id} if self.id else own


def read_ruler_patterns(given: Any, name: str) -> Iterator[tuple[str, RulerPattern]]:
    """The patterns, each with what messages call it. `DataError` for one that is none; keys that mean nothing are warned of.

    name: of the component.
    """
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        raise DataError(
            f"component '{name}': patterns are a list of dicts with 'label' and 'pattern', not {given!r}"
        )
    unknown: set[str] = set()
    for number, each in enumerate(given, 1):
        what = f"pattern {number} of component '{name}'"
        yield what, _read(each, what)
        unknown |= {str(key) for key in each.keys() - _KEYS}
    if unknown:
        warn(
            f"component '{name}': what patterns say in {', '.join(sorted(unknown))} is not used; there are 'label', 'pattern' and 'id'"
        )


def _read(given: Any, what: str) -> RulerPattern:
    if not isinstance(given, Mapping):
        raise DataError(f"{what} is a dict with 'label' and 'pattern', not {given!r}")
    for key in ("label", "pattern"):
        if key not in given:
            raise DataError(f"{what} has no '{key}': {dict(given)!r}")
    label, own_id, pattern = given["label"], given.get("id"), given["pattern"]
    if not isinstance(label, str) or not label:
        raise DataError(f"{what}: the label is a text, not {label!r}")
    if own_id is not None and not isinstance(own_id, str | int):
        raise DataError(f"{what}: the id is a text, not {own_id!r}")
    if isinstance(pattern, str):
        return RulerPattern(label, _text(own_id), pattern)
    if not isinstance(pattern, list | tuple):
        raise DataError(f"{what} is a phrase or a list with a dict for each token, not {pattern!r}")
    return RulerPattern(label, _text(own_id), deepcopy(list(pattern)))


def _text(own_id: str | int | None) -> str:
    return "" if own_id is None else str(own_id)
