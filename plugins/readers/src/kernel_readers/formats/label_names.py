"""The names of labels that a file has numbers for: given by the user, or in the features that Hugging Face keeps of a data set."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kernel.errors import DataError
from kernel_readers.formats.format import Settings
from kernel_readers.lines import numbered_lines

# Files of features that stand beside the rows, or in the folder above.
_FILES = ("dataset_info.json", "dataset_infos.json")


class LabelNames:
    """Names of labels.

    by_column: name of a column -> names of its labels. of_all: those of any other column, empty if they are not known.
    """

    def __init__(self, by_column: Mapping[str, Sequence[str]], of_all: Sequence[str] = ()) -> None:
        self._by_column, self._of_all = by_column, of_all

    def of(self, column: str) -> Sequence[str]:
        """The names of a column's labels in the order of their numbers; empty if they are not known."""
        return self._by_column.get(column) or self._of_all


def label_names(path: Path, settings: Settings, features: Any = None) -> LabelNames:
    """The names for a file of rows. features: what the file itself says of its columns.

    The setting comes first, then the file, then one of features beside it. DataError for a file of names that has none.
    """
    if settings.labels is not None and not isinstance(settings.labels, str | Path):
        return LabelNames({}, list(settings.labels))
    if settings.labels is not None:
        return _of_file(Path(settings.labels))
    found = dict(_of_features(features))
    if found:
        return LabelNames(found)
    for folder in (path.parent, path.parent.parent):
        for name in _FILES:
            if (folder / name).is_file():
                return _of_file(folder / name)
    return LabelNames({})


def _of_file(path: Path) -> LabelNames:
    """Names out of a JSON file: a list, a list a column, or a description of a data set with its features."""
    try:
        content = json.loads("\n".join(line for _, line in numbered_lines(path)))
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"not valid JSON: {error}", path=path) from error
    if _is_names(content):
        return LabelNames({}, content)
    found = dict(_described(content))
    if not found:
        raise DataError(
            "the file names no labels",
            path=path,
            hint='Expected a list of names in the order of their numbers, a list for each column, or "features" as '
            "Hugging Face writes them.",
        )
    return LabelNames(found)


def _described(content: Any) -> Iterator[tuple[str, Sequence[str]]]:
    if not isinstance(content, Mapping):
        return
    if isinstance(content.get("features"), Mapping):
        yield from _of_features(content["features"])
        return
    for name, value in content.items():
        if _is_names(value):
            yield str(name), value
        elif isinstance(value, Mapping):
            # A description for each configuration of the data set.
            yield from _described(value)


def _of_features(features: Any) -> Iterator[tuple[str, Sequence[str]]]:
    """(column, names) for those columns that have such, be they lists of labels or lists of lists."""
    for column, feature in features.items() if isinstance(features, Mapping) else ():
        inner = feature
        while (
            isinstance(inner, Mapping) and "names" not in inner and isinstance(inner.get("feature"), Mapping)
        ):
            inner = inner["feature"]
        if isinstance(inner, list) and len(inner) == 1:
            (inner,) = inner
        if isinstance(inner, Mapping) and _is_names(inner.get("names")):
            yield str(column), inner["names"]


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(name, str) for name in value)
