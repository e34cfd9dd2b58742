"""Tables of the package `spacy-lookups-data`, and of others that declare tables in the same way.

Such a package has entry points in the group `spacy_lookups`: the name is the code of a language, the target a mapping from the
names of tables to JSON files, which may be compressed (`.gz`).
"""

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from kernel.discovery.scan import EntryPoint
from kernel.errors import DataError
from kernel.registries.loading import load_entry_point
from kernel_components.lemmatizer.tables import Tables, read_tables

GROUP, PACKAGE = "spacy_lookups", "spacy-lookups-data"


def make_lookups_data_loader(lang: str, tables: Sequence[str]) -> Tables:
    """Tables of a language from the package spacy-lookups-data.

    lang: code of the language. tables: their names, such as lemma_lookup; one that is not there is an error.
    """
    files = files_of(lang)
    missing = [name for name in tables if name not in files]
    if missing:
        raise DataError(
            f"no installed package has {' and '.join(missing)} for the language '{lang}'",
            hint=f"It has: {', '.join(sorted(files))}." if files else f"pip install {PACKAGE}",
        )
    return read(files, tables)


def files_of(lang: str) -> dict[str, Path]:
    """Table -> file, of all installed packages that have tables of a language. What a package says first, counts."""
    found: dict[str, Path] = {}
    for point in entry_points(group=GROUP, name=lang):
        about = point.dist
        own = EntryPoint(
            GROUP, point.name, point.value, about.name if about else "", about.version if about else ""
        )
        for name, file in _checked(load_entry_point(own, "lookups"), own).items():
            found.setdefault(name, Path(str(file)))
    return found


def read(files: Mapping[str, Path], names: Iterable[str]) -> Tables:
    """Those of some tables that there are files for."""
    found = Tables()
    for name in names:
        if name in files:
            file = files[name]
            packed = file.with_name(f"{file.name}.gz")
            found.update(read_tables(packed if packed.exists() and not file.exists() else file))
    return found


def _checked(data: Any, point: EntryPoint) -> Mapping[str, Any]:
    if isinstance(data, Mapping):
        return data
    raise DataError(
        f"the tables of {point.claim} are no mapping from names to files, but {type(data).__name__}"
    )
