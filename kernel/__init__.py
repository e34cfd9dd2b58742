"""kernel: train and run NLP pipelines from one config file.

Names are resolved on first use, so that `import kernel` costs nothing and the command line starts at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kernel.registries.modules import install

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from kernel.config import Config as Config
    from kernel.language import Language
    from kernel.language.blank import blank as blank
    from kernel.registries.family import registry as registry
    from kernel.training.hooks import hookimpl as hookimpl
    from kernel.vocab import Vocab

    # It loads pipelines of any class, and knows none; nearly all are of this one.
    def load(
        name: str | Path,
        *,
        vocab: Vocab | bool = True,
        disable: str | Iterable[str] = (),
        enable: str | Iterable[str] | None = None,
        exclude: str | Iterable[str] = (),
        config: Mapping[str, Any] | None = None,
    ) -> Language: ...


__version__ = "0.1.0"
__all__ = ["Config", "__version__", "blank", "hookimpl", "load", "registry"]

_PUBLIC = {
    "Config": "kernel.config",
    "blank": "kernel.language.blank",
    "explain": "kernel.glossary",
    "hookimpl": "kernel.training.hooks",
    "load": "kernel.saving.directories",
    "registry": "kernel.registries.family",
}

install()


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    if not name.startswith("_"):
        try:
            return import_module(f"kernel.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"kernel.{name}":
                raise
    raise AttributeError(f"module 'kernel' has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
