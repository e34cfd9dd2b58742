"""Corpora of a config: errors of a whole file say which setting named the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kernel.config import Config
from kernel.config.sources import followed, problem_at
from kernel.errors import DataError
from kernel.training.protocols import Corpus


class NamedCorpus:
    """A corpus that knows where its config has it. name: dotted, such as `corpora.train`."""

    def __init__(self, corpus: Corpus, name: str, config: Config) -> None:
        self.corpus = corpus
        self.name = name
        self._config = config

    def __call__(self, pipeline: Any) -> Iterator[Any]:
        """The examples of the corpus. A DataError about a file as a whole gets the setting as a hint."""
        try:
            examples: Iterable[Any] = self.corpus(pipeline)
            yield from examples
        except DataError as error:
            # A place inside of a file is where to look.
            if error.line is None and error.document is None:
                hint = "\n".join(
                    filter(None, [error.hint, f"It is read for {self._where()}.", _on_escapes(error.path)])
                )
                raise DataError(error.detail, path=error.path, offset=error.offset, hint=hint) from error
            raise

    def __getattr__(self, name: str) -> Any:
        if name == "corpus":
            raise AttributeError(name)
        return getattr(self.corpus, name)

    def _where(self) -> str:
        block: Any = self._config
        for part in self.name.split("."):
            block = block.get(part) if isinstance(block, dict) else None
        path = f"{self.name}.path" if isinstance(block, dict) and "path" in block else self.name
        path = followed(self._config.sources, path)
        found = problem_at(self._config.sources, path, "")
        where = ", ".join(filter(None, [found.location, found.origin]))
        return f"{path} ({where})" if where else path


def _on_escapes(path: Any) -> str:
    """What to do if a backslash and a letter in a path have become a line end or the like, as they do in quotes."""
    if path is None or str(path).isprintable():
        return ""
    return 'A backslash in quotes begins an escape, as in "C:\\new": write "C:/new" or "C:\\\\new".'
