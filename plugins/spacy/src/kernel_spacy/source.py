"""A pipeline of spaCy that is read: its config, its meta table, its files."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any

from kernel.config import Config
from kernel.errors import DataError
from kernel.files.atomic import check_kinds
from kernel_spacy.safe import Folder

CONFIG, META = "config.cfg", "meta.json"


class Source(Folder):
    """A pipeline as spaCy 3 saves it.

    path_as_named: as somebody named it. config: spaCy's, with variables, not yet one of ours. meta: its meta table. `DataError` for one
    of another version, and where a file can't be read, is no file, or lies elsewhere.
    """

    def __init__(self, root: Path, path_as_named: Path) -> None:
        super().__init__(root)
        self.path_as_named = path_as_named
        check_kinds(root, inside=True)
        self.meta: dict[str, Any] = self._meta()
        self._check_version()
        text = self.parsed(CONFIG, lambda data: data.decode("utf-8-sig"))
        self.config = Config.from_str(text, name=str(self.root / CONFIG))

    @cached_property
    def components(self) -> dict[str, dict[str, Any]]:
        """Name -> its block, without variables."""
        return dict(self.config.interpolate().get("components") or {})

    def factory(self, name: str) -> str:
        """The name of the factory of a component, as spaCy calls it."""
        return str(self.components.get(name, {}).get("factory", ""))

    @property
    def requirements(self) -> list[str]:
        """The packages that it says it requires, but spaCy."""
        found = self.meta.get("requirements")
        names = [line for line in found if isinstance(line, str)] if isinstance(found, list) else []
        return [line for line in names if not re.match(r"spacy\b(?!-)", line)]

    def _meta(self) -> dict[str, Any]:
        if not self.has(META):
            return {}
        meta = self.json(META)
        if not isinstance(meta, dict):
            raise DataError(f"not a table, but {type(meta).__name__}", path=self.root / META)
        return meta

    def _check_version(self) -> None:
        if "kernel_version" in self.meta and "spacy_version" not in self.meta:
            raise DataError(
                "a pipeline of kernel's own in a wheel, which is loaded by its name",
                path=self.path_as_named,
                hint="Install it: pip install FILE.",
            )
        made_for = str(self.meta.get("spacy_version") or "")
        number = re.search(r"\d+", made_for)
        major = int(number[0]) if number and len(number[0]) < 4 else None
        if major == 2 or (major in (None, 3) and not self.has(CONFIG)):
            of = f" (made for spaCy {made_for})" if made_for else ""
            raise DataError(
                f"it has no {CONFIG}: a pipeline of spaCy 2{of}, whose weights nothing newer can read, or one that is not whole",
                path=self.path_as_named,
                hint="Take the pipeline's version for spaCy 3, or train it anew from its data.",
            )
        if major is not None and major != 3:
            raise DataError(
                f"a pipeline of spaCy {major} (made for spaCy {made_for}); those of spaCy 3 can be read",
                path=self.path_as_named,
                hint="Take the pipeline's version for spaCy 3, or train it anew from its data.",
            )
