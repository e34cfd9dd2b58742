"""A pipeline of spaCy that is read: its config, its meta table, its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kernel.config import Config
from kernel.errors import DataError
from kernel_spacy.safe import Folder

CONFIG, META = "config.cfg", "meta.json"


class Source(Folder):
    """A pipeline as spaCy 3 saves it.

    path: as it was named. config: spaCy's, with variables, not yet one of ours. meta: its meta table. components: name -> its
    block, without variables.
    """

    def __init__(self, root: Path, path: Path) -> None:
        super().__init__(root)
        self.path_as_named = path
        self.meta: dict[str, Any] = self._meta()
        text = self.parsed(CONFIG, lambda data: data.decode("utf-8-sig"))
        self.config = Config.from_str(text, name=str(self.path(CONFIG)))

    @property
    def components(self) -> dict[str, dict[str, Any]]:
        return dict(self.config.interpolate().get("components") or {})

    def factory(self, name: str) -> str:
        """The name of the factory of a component, as spaCy calls it."""
        return str(self.components.get(name, {}).get("factory", ""))

    def _meta(self) -> dict[str, Any]:
        if not self.has(META):
            return {}
        meta = self.json(META)
        if not isinstance(meta, dict):
            raise DataError(f"not a table, but {type(meta).__name__}", path=self.root / META)
        return meta
