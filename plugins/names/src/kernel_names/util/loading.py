"""Loading saved pipelines, and making one from a config."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel import load as load_model
from kernel.config import Config
from kernel.language import Language
from kernel.saving.directories import locate, read_meta

if TYPE_CHECKING:
    from kernel.vocab import Vocab

__all__ = [
    "get_model_meta",
    "load_meta",
    "load_model",
    "load_model_from_config",
    "load_model_from_package",
    "load_model_from_path",
]


def load_model_from_config(
    config: Mapping[str, Any],
    *,
    meta: Mapping[str, Any] | None = None,
    vocab: "Vocab | bool" = True,
    disable: str | Iterable[str] = (),
    enable: str | Iterable[str] | None = None,
    exclude: str | Iterable[str] = (),
    auto_fill: bool = True,
    validate: bool = True,
) -> Language:
    """A pipeline from its config, without trained weights; see `Language.from_config`."""
    whole = config if isinstance(config, Config) else Config(config)
    return Language.from_config(
        whole,
        vocab=vocab,
        disable=disable,
        enable=enable or None,
        exclude=exclude,
        meta=meta,
        auto_fill=auto_fill,
        validate=validate,
    )


def load_model_from_path(model_path: str | Path, **settings: Any) -> Language:
    """Load the pipeline of a directory. settings: those of `load_model`."""
    return load_model(Path(model_path), **settings)


def load_model_from_package(name: str, **settings: Any) -> Language:
    """Load the pipeline of an installed package. settings: those of `load_model`."""
    return load_model(name, **settings)


def load_meta(path: str | Path) -> dict[str, Any]:
    """The table of a file `meta.json`."""
    return read_meta(Path(path).parent)


def get_model_meta(path: str | Path) -> dict[str, Any]:
    """The table `meta.json` of a saved pipeline, given by path or name."""
    return read_meta(locate(path))
