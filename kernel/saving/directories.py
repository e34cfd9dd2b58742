"""Saved pipelines of any class: finding them, by path or by the name of an installed package, and loading them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kernel.config import Config
from kernel.config.overrides import apply_overrides
from kernel.config.packages import verify
from kernel.discovery.metadata import admits
from kernel.discovery.scan import entry_points
from kernel.errors import (
    ConfigError,
    DataError,
    KernelError,
    Locked,
    MissingPath,
    UsageError,
    WrongType,
    keep,
    note,
    warn,
)
from kernel.files.atomic import LARGEST_TABLE, check_kinds, check_manifest, read_whole, whole
from kernel.files.home import expand_home
from kernel.files.names import as_names
from kernel.processes.collection import PutOff
from kernel.registries.blame import describe_error
from kernel.registries.code import load_packaged
from kernel.registries.family import chosen_by
from kernel.saving import formats
from kernel.saving.other_pipelines import how_to_get, is_name_of_spacy, of_spacy, refuse_spacy
from kernel.saving.provenance import check_names
from kernel.saving.saved import Saved

if TYPE_CHECKING:
    from kernel.vocab import Vocab

T = TypeVar("T")

# Entry-point group in which packages of pipelines declare themselves.
MODELS = "kernel_models"
# What the name of a pipeline begins with that isn't saved: a language follows.
BLANK = "blank:"
CONFIG, META = "config.cfg", "meta.json"
# What people may edit by hand in a saved pipeline.
EDITABLE = (CONFIG, META)
# What is mapped when a pipeline is loaded, and not read as a whole; it has a digest of its own.
MAPPED = ("vocab/vectors",)
# What a training calls its models.
LAST, BEST = "model-last", "model-best"


def load(
    name: str | Path,
    *,
    vocab: Vocab | bool = True,
    disable: str | Iterable[str] = (),
    enable: str | Iterable[str] | None = None,
    exclude: str | Iterable[str] = (),
    config: Mapping[str, Any] | None = None,
) -> Any:
    """Load a saved pipeline: a directory, or the name of an installed package that contains one; "blank:en" makes one.

    disable, enable: components to keep, but not to run. exclude: components to leave out. config: settings over the
    saved ones, nested or with dotted names. (A pipeline without text is of a class of its own, and takes no settings.)
    """
    if isinstance(name, str) and name.startswith(BLANK):
        # The layer above: looked up only for those who ask for it.
        blank = import_module("kernel.language.blank").blank
        return blank(name.removeprefix(BLANK), vocab=vocab, config=config)
    settings: dict[str, Any] = {"disable": as_names(disable), "exclude": as_names(exclude)}
    # Not to be told of: a class of pipelines of its own may take none of them.
    given = {key: names for key, names in settings.items() if names}
    if enable is not None:
        given["enable"] = as_names(enable)
    if vocab is not True:
        given["vocab"] = vocab
    return load_pipeline(find_pipeline(name), given, config)[0]


def load_pipeline(
    path: Path, settings: Mapping[str, Any] | None = None, overrides: Mapping[str, Any] | None = None
) -> tuple[Any, Config]:
    """The pipeline that a directory holds, whatever its class, and its config.

    settings: of the class's `from_saved`. overrides: settings over the saved config.
    """

    def build(saved: Saved) -> tuple[Any, Config]:
        return class_of(saved.config).from_saved(saved, **(settings or {})), saved.config

    with PutOff():
        return read_pipeline(path, build, overrides, (settings or {}).get("exclude", ()))


def read_pipeline(
    path: Path,
    read: Callable[[Saved], T],
    overrides: Mapping[str, Any] | None = None,
    left_out: Collection[str] = (),
    *,
    is_built: bool = True,
) -> T:
    """What `read` makes of a saved pipeline: one of ours, or one in a format that a package reads.

    overrides: settings over the saved config. left_out: what `read` will not ask for. is_built: False for a pipeline that is
    there, which takes the data.
    """
    other = formats.opened(path, left_out)
    if other is None:
        return read_whole(
            path, lambda folder: read(read_saved(folder, path, overrides, left_out, is_built=is_built))
        )
    with other as saved:
        problems = apply_overrides(saved.config, saved.config.sources, _dotted(overrides or {}))
        if problems:
            raise ConfigError(problems)
        if is_built:
            verify(saved.config)
        return read(saved)


def read_saved(
    folder: Path,
    path: Path,
    overrides: Mapping[str, Any] | None = None,
    left_out: Collection[str] = (),
    *,
    is_built: bool = True,
) -> Saved:
    """Check a saved pipeline: its files, and if it is to be built, its version, and whether everything that it names is here.

    left_out: components whose functions need not be here.
    """
    check_manifest(existing(folder), editable=EDITABLE, unread=MAPPED)
    meta = read_meta(folder)
    if is_built:
        _check_version(meta, folder)
    config = Config.from_disk(folder / CONFIG, overrides=_dotted(overrides or {}))
    if is_built:
        verify(config)
        check_names(config, meta, folder, as_names(left_out))
    return Saved(folder, path, config, meta)


def class_of(config: Mapping[str, Any]) -> Any:
    """The class of a saved pipeline; `Language` for one of no language in particular."""
    lang = (config.get("nlp") or {}).get("lang")
    if isinstance(lang, str) and lang:
        return chosen_by(config).languages.get(lang)
    # The layer above: looked up only for those that have no other class.
    return import_module("kernel.language").Language


def locate(name: str | Path) -> Path:
    """The directory of a saved pipeline, given as a path or as the name of a package. Imports nothing."""
    if not isinstance(name, str | PathLike):
        raise WrongType(f"a pipeline is loaded by its directory or the name of its package, not by {name!r}")
    path = expand_home(Path(name))
    if whole(path).is_dir():
        return saved_in(path)
    if path.is_file() and formats.opened(path) is not None:
        return path
    package = packaged(name)
    if package is not None:
        root = package[1]
        found = (
            [root] if (root / CONFIG).is_file() else sorted(file.parent for file in root.glob(f"*/{CONFIG}"))
        )
        if not found and formats.opened(root) is None:
            raise MissingPath(f"the package '{package[0]}' contains no saved pipeline")
        return found[-1] if found else root
    if is_name_of_spacy(str(name)):
        raise MissingPath(
            f"can't find the pipeline {str(name)!r}: {of_spacy('it')}", hint=how_to_get(str(name))
        )
    known = sorted(point.name for point in entry_points(MODELS))
    looked = f"The path was looked up from {Path.cwd()}." if not path.is_absolute() else ""
    installed = f"Installed pipelines: {', '.join(known)}." if known else ""
    raise MissingPath(
        f"can't find the pipeline {str(name)!r}: it is neither a directory nor an installed package",
        hint=" ".join(filter(None, [looked, installed])),
    )


def saved_in(path: Path) -> Path:
    """The directory of the saved pipeline that is meant by one: `model-best` for the output of a training, which is told."""
    best = path / BEST
    if (whole(path) / CONFIG).is_file() or not (whole(best) / CONFIG).is_file():
        return path
    note(f"{path} is the output of a training: {best} is taken")
    return best


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
        raise MissingPath(f"can't find the pipeline {str(path)!r}: there is no such directory")
    if not (path / CONFIG).is_file():
        last = path / LAST
        hint = f"The last model of the training is {last}" if (whole(last) / CONFIG).is_file() else ""
        raise MissingPath(f"{path} holds no saved pipeline: it has no {CONFIG}", hint=hint)
    check_kinds(path)
    for name in (CONFIG, META):
        file = path / name
        if file.exists() and file.stat().st_size > LARGEST_TABLE:
            raise DataError(f"too large: more than {LARGEST_TABLE:,} bytes", path=file)
    return path


def read_meta(folder: Path) -> dict[str, Any]:
    """The meta table of a saved pipeline of ours, empty if it has none. `DataError` if it is not such a table, `UsageError` if it is spaCy's."""
    meta = meta_table(folder)
    refuse_spacy(meta, folder)
    return meta


def meta_table(folder: Path) -> dict[str, Any]:
    """The same of a pipeline that may be of spaCy."""
    file = folder / META
    if not file.is_file():
        return {}
    try:
        meta = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"not JSON: {error}", path=file) from error
    if not isinstance(meta, dict):
        raise DataError(f"not a table, but {type(meta).__name__}", path=file)
    if not isinstance(meta.get("kernel_version") or "", str):
        raise DataError("kernel_version is no text", path=file)
    record = meta.get("provenance") or {}
    for key in ("names", "code", "distributions"):
        table = record.get(key) or {} if isinstance(record, dict) else None
        tables = table.values() if key == "names" and isinstance(table, dict) else [table]
        if not all(isinstance(one, dict) and all(isinstance(v, str) for v in one.values()) for one in tables):
            raise DataError(f"provenance.{key} is not a table of texts", path=file)
    return meta


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say which part of a saved pipeline is damaged, whatever the damage does to its reader."""
    try:
        yield
    except (DataError, UsageError) as error:
        if str(path) in str(error) or isinstance(error, Locked):
            raise
        if isinstance(error, DataError) and error.path is None:
            raise error.at(path) from error
        # It names a component, or says what callers of a function do wrong: here the file does.
        raise DataError(error.message, path=path, hint=error.hint) from error
    except KernelError:
        raise
    except MemoryError as error:
        raise DataError("too large for the memory that is free", path=path) from error
    except OSError as error:
        failed = DataError(f"can't be read: {error.strerror or error}", path=error.filename or path)
        raise keep(failed, error) from error
    except Exception as error:
        raise DataError(f"can't be read, it may be damaged: {describe_error(error)}", path=path) from error


def _check_version(meta: Mapping[str, Any], folder: Path) -> None:
    from kernel import __version__

    wanted = meta.get("kernel_version") or ""
    if not admits(wanted, __version__):
        warn(
            f"the pipeline {folder} was made for kernel {wanted}, but this is {__version__}: evaluate it before use"
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
