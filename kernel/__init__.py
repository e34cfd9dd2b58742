"""kernel: train and run NLP pipelines from one config file.

Names are resolved on first use, so that `import kernel` costs nothing and the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module

from kernel.discovery import unasked
from kernel.processes.collection import PutOff
from kernel.registries.modules import install

# Type checkers know the name; `typing` itself would be most of what the import costs.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import Any

    from kernel.cli.functions import info as info
    from kernel.cli.functions import train as train
    from kernel.config import Config as Config
    from kernel.language import Language as Language
    from kernel.language.blank import blank as blank
    from kernel.numeric.device import prefer_gpu as prefer_gpu
    from kernel.numeric.device import require_cpu as require_cpu
    from kernel.numeric.device import require_gpu as require_gpu
    from kernel.numeric.device import set_gpu_allocator as set_gpu_allocator
    from kernel.registries.family import registry as registry
    from kernel.training.hooks import hookimpl as hookimpl
    from kernel.vocab import Vocab as Vocab

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
# Public name -> the module that has it.
_PUBLIC = {
    "Config": "kernel.config",
    "Language": "kernel.language",
    "Vocab": "kernel.vocab",
    "blank": "kernel.language.blank",
    "hookimpl": "kernel.training.hooks",
    "info": "kernel.cli.functions",
    "load": "kernel.saving.directories",
    "prefer_gpu": "kernel.numeric.device",
    "registry": "kernel.registries.family",
    "require_cpu": "kernel.numeric.device",
    "require_gpu": "kernel.numeric.device",
    "set_gpu_allocator": "kernel.numeric.device",
    "train": "kernel.cli.functions",
}
# The same, of a module that a package lends.
_LENT = {"explain": "kernel.glossary"}
__all__ = ["__version__"]
__all__ += list(_PUBLIC)

install()
unasked.install()


def __getattr__(name: str) -> Any:
    home = _PUBLIC.get(name) or _LENT.get(name)
    if home:
        with PutOff():
            return getattr(import_module(home), name)
    reason = ""
    if not name.startswith("_"):
        try:
            return import_module(f"kernel.{name}")
        except ImportError as error:
            if error.name != f"kernel.{name}":
                raise
            reason = str(error).removeprefix(f"No module named {error.name!r}")
    raise AttributeError(f"module 'kernel' has no attribute {name!r}{reason}", name=name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC, *_LENT})
