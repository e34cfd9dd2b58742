"""From the name of a model to a folder with its files: a folder of the user's, or one that the hub of Hugging Face has.

A model of the hub is downloaded the first time, into the cache that the library huggingface_hub keeps (`HF_HOME`), and from then on
taken from there without a question to the network. `HF_ENDPOINT` names another hub, `HF_TOKEN` has the key for private models, and
with `HF_HUB_OFFLINE` nothing is downloaded.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.errors import ConfigError, DataError, MissingPath, UsageError, note
from kernel.files.home import expand_home
from kernel_transformers import needed

CONFIG = "config.json"
WEIGHTS, SHARDS = "model.safetensors", "model.safetensors.index.json"
# What is fetched: config, weights, and tokenizers of any form.
PATTERNS = (
    CONFIG, WEIGHTS, SHARDS, "model-*.safetensors", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
    "vocab.txt", "vocab.json", "merges.txt", "*.model",
)  # fmt: skip
_NAME = re.compile(r"[\w][\w.-]*(/[\w.-]+)?")
_PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json")
_TOKENS = ("token", "use_auth_token")
_TRUE = {"1", "ON", "YES", "TRUE"}


@dataclass(frozen=True)
class Source:
    """Where a model comes from. name: a folder, or a name on the hub. revision: branch, tag or commit there. cache: a folder in
    place of the library's own. local: nothing may be downloaded.
    """

    name: str
    revision: str | None = None
    cache: str | None = None
    local: bool = False


def source_of(name: str, *settings: Mapping[str, Any]) -> tuple[Source, list[dict[str, Any]]]:
    """Take what is about the hub out of settings (`tokenizer_config`, `transformer_config`); the source, and what is left of each.

    Raises ConfigError for settings that contradict each other, for a key of the user's, which would be saved with the pipeline, and
    for `trust_remote_code`.
    """
    found: dict[str, Any] = {}
    left = []
    for each in settings:
        rest = dict(each)
        if rest.pop("trust_remote_code", False):
            raise ConfigError(
                "trust_remote_code: code that comes with a model is not run",
                hint="Take a model that the library transformers has itself, or give your own with --code.",
            )
        for key in _TOKENS:
            if isinstance(rest.pop(key, None), str):
                raise ConfigError(
                    f"{key}: a key in a config would be saved with every pipeline",
                    hint="Put it into the environment variable HF_TOKEN.",
                )
        for key in ("revision", "cache_dir", "local_files_only"):
            value = rest.pop(key, None)
            if value is None:
                continue
            if found.setdefault(key, value) != value:
                raise ConfigError(f"{key} is {found[key]!r} in one place and {value!r} in another")
        left.append(rest)
    cache = found.get("cache_dir")
    return (
        Source(
            name,
            found.get("revision"),
            None if cache is None else str(expand_home(cache)),
            bool(found.get("local_files_only", False)),
        ),
        left,
    )


def folder_of(source: Source) -> Path:
    """The folder that has a model, downloaded if it must be.

    Raises UsageError if there is no such model or it can't be had now, DataError if its folder lacks something that is needed.
    """
    if not source.name.strip():
        raise ConfigError("name is empty", hint="Name a folder, or a model on the hub such as roberta-base.")
    here = expand_home(source.name)
    if here.is_dir():
        check(here)
        return here
    if not _NAME.fullmatch(source.name):
        raise MissingPath(f"{source.name}: no such folder, and no name of a model on the hub")
    cached = _cached(source)
    if cached is not None:
        check(cached)
        return cached
    found = _downloaded(source)
    check(found)
    return found


def weights_of(folder: Path) -> list[Path]:
    """The files with a model's weights. DataError if there are none that can be read without running code."""
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    if (folder / SHARDS).is_file():
        parts = sorted(set(_read(folder / SHARDS).get("weight_map", {}).values()))
        outside = [part for part in parts if Path(part).name != part]
        missing = [part for part in parts if not (folder / part).is_file()]
        if not parts or outside or missing:
            raise DataError(
                f"names weights that aren't there: {', '.join(missing or outside)}", path=folder / SHARDS
            )
        return [folder / part for part in parts]
    if any((folder / name).is_file() for name in _PICKLES):
        raise _pickled(str(folder))
    raise DataError(
        f"no {WEIGHTS}", path=folder, hint="A model's folder has config.json, weights and a tokenizer."
    )


def check(folder: Path) -> None:
    """DataError if a folder has no config or no weights, ConfigError if its model is code that comes with it."""
    if not (folder / CONFIG).is_file():
        raise DataError(
            f"no {CONFIG}", path=folder, hint="A model's folder has config.json, weights and a tokenizer."
        )
    config = _read(folder / CONFIG)
    kind = str(config.get("model_type", ""))
    if config.get("auto_map") and kind not in needed.transformers().CONFIG_MAPPING:
        raise ConfigError(
            f"the model in {folder} is of the kind {kind or 'unknown'}, which is code that comes with it: such code is not run",
            hint="Take a model that the library transformers has itself, or give your own with --code.",
        )
    weights_of(folder)


def _cached(source: Source) -> Path | None:
    """The folder in the cache, if the model is there as a whole."""
    hub = needed.huggingface_hub()
    try:
        folder = Path(
            hub.snapshot_download(
                source.name,
                revision=source.revision,
                cache_dir=source.cache,
                allow_patterns=list(PATTERNS),
                local_files_only=True,
            )
        )
    except (OSError, ValueError):
        return None
    # A download that was interrupted leaves whole files, but maybe not all.
    return folder if _is_whole(folder) else None


def _is_whole(folder: Path) -> bool:
    if not (folder / CONFIG).is_file():
        return False
    if (folder / SHARDS).is_file():
        parts = _read(folder / SHARDS).get("weight_map", {}).values()
        return all((folder / part).is_file() for part in parts)
    return (folder / WEIGHTS).is_file()


def _downloaded(source: Source) -> Path:
    hub = needed.huggingface_hub()
    where = os.environ.get("HF_ENDPOINT") or hub.constants.ENDPOINT
    if source.local or hub.constants.HF_HUB_OFFLINE or os.environ.get("HF_HUB_OFFLINE", "").upper() in _TRUE:
        raise UsageError(
            f"{source.name}: no such folder, and no such model in the cache of the hub; nothing may be downloaded",
            hint="HF_HUB_OFFLINE is set, or local_files_only. Download it where there is a network, or name a folder.",
        )
    at = "" if source.revision is None else f", revision {source.revision}"
    try:
        names = [
            each.rfilename
            for each in hub.HfApi(endpoint=where).model_info(source.name, revision=source.revision).siblings
        ]
        if WEIGHTS not in names and SHARDS not in names and any(name in names for name in _PICKLES):
            raise _pickled(source.name)
        note(f"Downloading the model {source.name}{at} from {where}")
        with _quiet(hub):
            folder = hub.snapshot_download(
                source.name,
                revision=source.revision,
                cache_dir=source.cache,
                allow_patterns=list(PATTERNS),
                endpoint=where,
            )
    except hub.errors.RevisionNotFoundError:
        raise UsageError(f"{source.name} at {where} has no revision {source.revision}") from None
    except (hub.errors.RepositoryNotFoundError, hub.errors.GatedRepoError):
        raise UsageError(
            f"{where} has no model {source.name} that you may have",
            hint="Look at the name. For a private model, or one whose terms are to be accepted, set HF_TOKEN.",
        ) from None
    except DataError:
        raise
    except Exception as error:  # noqa: BLE001 (the library lets several others' errors through)
        reason = str(error).strip().splitlines()[:1] or [""]
        raise UsageError(
            f"{source.name}{at} can't be downloaded from {where}: {type(error).__name__}: {reason[0]}",
            hint="Try again, what has come is kept; or download it elsewhere and name its folder.",
        ) from None
    return Path(folder)


class _quiet:
    """No progress bars where nobody looks at them."""

    def __init__(self, hub: Any) -> None:
        self._hub = hub.utils
        self._changes = not sys.stderr.isatty() and not self._hub.are_progress_bars_disabled()

    def __enter__(self) -> None:
        if self._changes:
            self._hub.disable_progress_bars()

    def __exit__(self, *_: object) -> None:
        if self._changes:
            self._hub.enable_progress_bars()


def _pickled(name: str) -> DataError:
    return DataError(
        f"{name} has its weights as a pickle (pytorch_model.bin) only, which may run any code when it is read",
        hint="Convert it once with the library transformers, where you trust it: "
        "AutoModel.from_pretrained(NAME).save_pretrained(FOLDER), and its tokenizer beside it. Then name the folder.",
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"no JSON: {error}", path=path) from None
    if not isinstance(found, dict):
        raise DataError("expected a JSON object", path=path)
    return found
