"""kernel: train and run NLP pipelines from one config file.

Names are resolved on first use, so that `import kernel` costs nothing and the command line starts at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.config import Config as Config
    from kernel.hooks import hookimpl as hookimpl
    from kernel.registry import registry as registry
    from kernel.serialize import blank as blank
    from kernel.serialize import load as load

__version__ = "0.1.0"
__all__ = ["Config", "__version__", "blank", "hookimpl", "load", "registry"]

_PUBLIC = {
    "Config": "kernel.config",
    "blank": "kernel.serialize",
    "hookimpl": "kernel.hooks",
    "load": "kernel.serialize",
    "registry": "kernel.registry",
}
# Modules that `import kernel` alone is enough for.
_MODULES = frozenset(
    {
        "component",
        "config",
        "errors",
        "hooks",
        "language",
        "listeners",
        "ops",
        "parameters",
        "random",
        "scorer",
        "testing",
        "tokenizer",
        "tokens",
        "training",
        "vocab",
    }
)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"kernel.{name}")
    if name not in _PUBLIC:
        raise AttributeError(f"module 'kernel' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC, *_MODULES})
