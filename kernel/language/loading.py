"""Reading pipelines from disk, by path or by the name of an installed package."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import srsly

from kernel.config import Config
from kernel.discovery.scan import entry_points
from kernel.errors import DataError, KernelError, UsageError, warn
from kernel.files.atomic import check_manifest, read_whole, whole
from kernel.language.components import ComponentList
from kernel.language.listening import link
from kernel.registries.blame import describe
from kernel.registries.code import load_packaged
from kernel.saving.provenance import check_names

if TYPE_CHECKING:
    from kernel.vocab import Vocab

Pipeline = TypeVar("Pipeline", bound=ComponentList)
# Entry-point group in which packages of pipelines declare themselves.
MODELS = "kernel_models"
NO_VECTORS = "Fill a vocab with vocab.set_vector(word, vector), save it with vocab.to_disk(directory), and name the directory."
CONFIG, META, VOCAB, TOKENIZER = "config.cfg", "meta.json", "vocab", "tokenizer"


class ClassOrInstance:
    """A method that is called with the class, or with the instance it is called on."""

    def __init__(self, func: Callable[..., Any]) -> None:
        self.func = func

    def __get__(self, instance: Any, owner: type) -> Callable[..., Any]:
        return partial(self.func, owner if instance is None else instance)


def from_disk(
    target: type[Pipeline] | Pipeline, path: str | Path, *, exclude: Iterable[str] = ()
) -> Pipeline:
    """Called on the class: build the pipeline that was saved. On a pipeline: load the saved data into it.

    `DataError` names the file that is damaged or missing.
    """
    if isinstance(target, type):
        return load_directory(Path(path), target, exclude=exclude)
    left_out = list(exclude)

    def read(folder: Path) -> None:
        check_manifest(existing(folder))
        target.meta = read_meta(folder)
        read_data(target, folder, left_out)

    read_whole(path, read)
    return target


def load_directory(
    path: Path,
    cls: type[Pipeline],
    *,
    vocab: Vocab | bool = True,
    disable: str | Iterable[str] = (),
    enable: str | Iterable[str] | None = None,
    exclude: str | Iterable[str] = (),
    config: Mapping[str, Any] | None = None,
) -> Pipeline:
    """Build the pipeline that a directory holds. cls: the class of its language, or the one of no language in particular."""
    read = partial(
        _read_directory,
        path=path,
        cls=cls,
        vocab=vocab,
        disable=_names(disable),
        enable=None if enable is None else _names(enable),
        exclude=_names(exclude),
        config=config,
    )
    return read_whole(path, read)


def _names(names: str | Iterable[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _read_directory(
    folder: Path,
    *,
    path: Path,
    cls: type[Pipeline],
    vocab: Vocab | bool,
    disable: list[str],
    enable: list[str] | None,
    exclude: list[str],
    config: Mapping[str, Any] | None,
) -> Pipeline:
    """Build the pipeline that lies in `folder` and belongs in `path`."""
    check_manifest(existing(folder))
    meta = read_meta(folder)
    _check_version(meta, folder)
    overrides = _dotted(config or {})
    saved = Config.from_disk(folder / CONFIG, overrides=overrides)
    check_names(saved, meta, folder)
    other = _other_class(saved) if cls.lang is None else None
    if other is not None:
        if not vocab or vocab is not True or disable or enable is not None or exclude or config:
            raise UsageError(
                f"pipelines of the class {other.__name__} are loaded as they are, without settings"
            )
        loaded: Pipeline = other.from_disk(folder)
        return loaded
    nlp: Pipeline = cls.from_config(
        saved, vocab=vocab, disable=disable, enable=enable, exclude=exclude, meta=meta
    )
    read_data(nlp, folder, exclude)
    nlp.path = path
    return nlp


def _other_class(config: Mapping[str, Any]) -> Any:
    """The class of a pipeline that is no Language, such as one without text; None for a Language."""
    from kernel.registries.family import chosen_by

    lang = (config.get("nlp") or {}).get("lang")
    found = chosen_by(config).languages.get(lang) if isinstance(lang, str) and lang else None
    return None if found is None or (isinstance(found, type) and issubclass(found, ComponentList)) else found


def locate(name: str | Path) -> Path:
    """The directory of a saved pipeline, given as a path or as the name of a package. Imports nothing."""
    path = Path(name)
    if whole(path).is_dir():
        return path
    package = packaged(name)
    if package is not None:
        root = package[1]
        found = (
            [root] if (root / CONFIG).is_file() else sorted(file.parent for file in root.glob(f"*/{CONFIG}"))
        )
        if not found:
            raise UsageError(f"the package '{package[0]}' contains no saved pipeline")
        return found[-1]
    known = sorted(point.name for point in entry_points(MODELS))
    looked = f"The path was looked up from {Path.cwd()}." if not path.is_absolute() else ""
    installed = f"Installed pipelines: {', '.join(known)}." if known else ""
    raise UsageError(
        f"can't find the pipeline {str(name)!r}: it is neither a directory nor an installed package",
        hint=" ".join(filter(None, [looked, installed])),
    )


def packaged(name: str | Path) -> tuple[str, Path] | None:
    """(import name, folder) of the installed package of a pipeline, None if there is none. Imports nothing.

    name: as the package declares it in the entry-point group `kernel_models`, or its import name.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[^\W\d][\w-]*", name):
        return None
    short = name.replace("-", "_")
    module = next((p.module for p in entry_points(MODELS) if p.name == short), short).partition(".")[0]
    spec = find_spec(module)
    if spec is None:
        return None
    return module, Path(next(iter(spec.submodule_search_locations or ()), "") or spec.origin or "")


def find_pipeline(name: str | Path) -> Path:
    """The directory of a saved pipeline; the custom code of an installed package is imported."""
    folder = locate(name)
    package = None if whole(name).is_dir() else packaged(name)
    if package is not None and (package[1] / "code").is_dir():
        load_packaged(package[0], package[1] / "code")
    return folder


def existing(path: Path) -> Path:
    """The directory, if it holds a saved pipeline."""
    if not path.is_dir():
        raise UsageError(f"can't find the pipeline {str(path)!r}: there is no such directory")
    if not (path / CONFIG).is_file():
        raise UsageError(f"{path} holds no saved pipeline: it has no {CONFIG}")
    return path


def read_meta(folder: Path) -> dict[str, Any]:
    """The meta table of a saved pipeline, empty if it has none."""
    file = folder / META
    if not file.is_file():
        return {}
    try:
        return dict(srsly.json_loads(file.read_text(encoding="utf8")))
    except ValueError as error:
        raise DataError(f"not JSON: {error}", path=file) from error


def read_data(nlp: ComponentList, folder: Path, exclude: Iterable[str] = ()) -> None:
    """Load vocab, tokenizer and components of a built pipeline."""
    left_out = set(exclude)
    if VOCAB not in left_out and (folder / VOCAB).is_dir():
        with _reading(folder / VOCAB):
            nlp.vocab.from_disk(folder / VOCAB)
    if TOKENIZER not in left_out and (folder / TOKENIZER).exists() and hasattr(nlp.tokenizer, "from_disk"):
        with _reading(folder / TOKENIZER):
            nlp.tokenizer.from_disk(folder / TOKENIZER)
    for name, component in nlp.components:
        if name in left_out or not hasattr(component, "from_disk"):
            continue
        if not (folder / name).exists():
            raise DataError(f"the data of component '{name}' is missing", path=folder)
        with _reading(folder / name):
            component.from_disk(folder / name)
    link(nlp.slots)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Say which part of a saved pipeline is damaged, whatever the damage does to its reader."""
    try:
        yield
    except DataError as error:
        raise error if error.path is not None else error.at(path) from error
    except KernelError:
        raise
    except OSError as error:
        raise DataError(f"can't be read: {error.strerror or error}", path=error.filename or path) from error
    except Exception as error:
        raise DataError(f"can't be read, it may be damaged: {describe(error)}", path=path) from error


def load_vectors(vocab: Vocab, where: str | Path) -> None:
    """Take the static vectors of a saved pipeline, of its vocab directory, or of a directory with vectors."""
    read_whole(locate(where), partial(_read_vectors, vocab))


def _read_vectors(vocab: Vocab, root: Path) -> None:
    folder = root / VOCAB if (root / VOCAB).is_dir() else root
    if not (folder / "vectors").is_file():
        raise DataError("there are no vectors", path=folder, hint=NO_VECTORS)
    strings = folder / "strings.json"
    if strings.is_file():
        for text in srsly.json_loads(strings.read_text(encoding="utf8")):
            vocab.strings.add(text)
    vocab.vectors.from_disk(folder)


def load_vocab_data(vocab: Vocab, path: str | Path) -> None:
    """Set attributes of word forms from JSON lines such as `{"orth": "colour", "norm": "color"}`."""
    from kernel.vocab import attrs

    for number, entry in enumerate(srsly.read_jsonl(path), 1):
        if not isinstance(entry, dict) or not isinstance(entry.get("orth"), str):
            raise DataError('a line of vocab_data needs an "orth"', path=path, line=number)
        settable = attrs.FLAGS | (attrs.STRINGS - {attrs.ORTH})
        for key, value in entry.items():
            if attrs.IDS.get(key.upper()) in settable:
                vocab.set_lexeme_attr(entry["orth"], key, value)


def _check_version(meta: Mapping[str, Any], folder: Path) -> None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    from kernel import __version__

    wanted = meta.get("kernel_version") or ""
    try:
        fits = SpecifierSet(wanted).contains(__version__, prereleases=True)
    except InvalidSpecifier:
        fits = True
    if not fits:
        warn(
            f"the pipeline {folder} was made for kernel {wanted}, and this is {__version__}: evaluate it before use"
        )


def _dotted(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Overrides by dotted path; blocks that name a function stay whole."""
    found: dict[str, Any] = {}
    for key, value in config.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping) and value and not any(part.startswith("@") for part in value):
            found.update(_dotted(value, f"{path}."))
        else:
            found[path] = value
    return found
