"""The predictions of a saved run: made with its best model, and kept so that they are made once."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from kernel.config import Config
from kernel.errors import KernelError
from kernel.files.atomic import MANIFEST
from kernel.saving.directories import BEST, LAST
from kernel_report import kept
from kernel_report.kept import Kept
from kernel_report.run import Run

# So many documents are predicted and counted together.
_TOGETHER = 200
# Predictions that are kept, of several data or models.
_MOST_KEPT = 4
# The progress hears of what is done (`documents read` or `documents`), how much, and of how many, None where that isn't known.
Tell = Callable[[str, int, int | None], None]


def with_predictions(run: Run, data: Path | None = None, tell: Tell = lambda *_: None) -> Kept:
    """What is kept of a run, with predictions of its best model; those that the run itself kept of it will do.

    data: what to predict, a file, directory or pattern; None for the development corpus of the run's config. `KernelError` if the
    model or the data can't be read. Without a model there is nothing but what was kept.
    """
    folder = next((run.path / name for name in (BEST, LAST) if (run.path / name / MANIFEST).is_file()), None)
    if folder is None or (data is None and _is_known(run)):
        return run.kept
    key = _key(folder, run, data)
    entries = _entries(run.path)
    if key not in entries:
        entries = dict(list(entries.items())[-_MOST_KEPT + 1 :])
        entries[key] = _predicted(folder, run, data, tell)
        # It is as well made anew next time.
        with suppress(OSError, KernelError):
            kept.save(run.path / kept.ASKED, {"entries": entries})
    found = entries[key]
    return Kept(found["predictions"], None, found["data"])


def _is_known(run: Run) -> bool:
    """Whether the run has kept what its best model predicts."""
    best = run.kept.best
    return best is not None and run.best is not None and best.get("step") == run.best.get("evaluation")


def _key(folder: Path, run: Run, data: Path | None) -> str:
    """What predictions depend on: the model, the data, and what is made of them."""
    from kernel.files.patterns import matching
    from kernel.training.digests import digest_of

    digest = hashlib.sha256((folder / MANIFEST).read_bytes())
    digest.update(str(kept.VERSION).encode())
    if data is None:
        section = run.settings.get("training") or {}
        corpora = [section.get(name) for name in ("dev_corpus", "train_corpus")]
        texts = [text for name in corpora for text in _texts(_block(run.settings, str(name)))]
        # Data that have changed since the run are other data.
        places = [path for text in texts if (path := Path(text).expanduser()).exists()]
    else:
        places = matching(data)
        digest.update(str(data).encode(errors="surrogateescape"))
    digest.update(json.dumps(digest_of(places), sort_keys=True).encode())
    return digest.hexdigest()


def _block(settings: Mapping[str, Any], name: str) -> Any:
    block: Any = settings
    for part in name.split("."):
        block = block.get(part) if isinstance(block, Mapping) else None
    return block


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(item)
    elif isinstance(value, str) and value:
        yield value


def _entries(output: Path) -> dict[str, Any]:
    found = (kept.load(output / kept.ASKED) or {}).get("entries")
    if not isinstance(found, dict):
        return {}
    return {
        key: entry
        for key, entry in found.items()
        if isinstance(entry, dict) and isinstance(entry.get("predictions"), dict)
    }


def _predicted(folder: Path, run: Run, data: Path | None, tell: Tell) -> dict[str, Any]:
    from kernel.cli import options
    from kernel.cli.evaluate import load
    from kernel.numeric import random
    from kernel_report.predictions.data import MOST, describe

    train: Sequence[Any] | None = None
    if data is None:
        pipeline, config = options.load_pipeline(str(folder), -1)
        settings = config.interpolate()
        random.seed_all(0, "evaluate")
        source = str(settings["training"]["dev_corpus"])
        dev = list(_told(_read(pipeline, config, settings, source), tell))
        with suppress(KernelError):
            # It may have gone, and is not what was asked for.
            examples = _read(pipeline, config, settings, settings["training"]["train_corpus"])
            train = list(islice(_told(examples, tell), MOST))
    else:
        source = str(data)
        pipeline, dev = load(str(folder), data, (), -1)
    predictions = {
        "step": None if run.best is None else run.best.get("evaluation"),
        "model": folder.name,
        "source": source,
        **_collected(pipeline, dev, tell),
    }
    return {"predictions": predictions, "data": describe(pipeline, train, dev, most=MOST)}


def _read(pipeline: Any, config: Config, settings: Mapping[str, Any], name: str) -> Iterator[Any]:
    from kernel.training.prepare import corpus

    yield from corpus(settings, config, name)(pipeline)


def _told(examples: Iterator[Any], tell: Tell) -> Iterator[Any]:
    for count, example in enumerate(examples, 1):
        yield example
        if count % 100 == 0:
            tell("documents read", count, None)


def _collected(pipeline: Any, examples: Sequence[Any], tell: Tell) -> dict[str, Any]:
    from kernel_report.predictions.collector import Collector

    collector = Collector(pipeline)
    if "predicted" in inspect.signature(pipeline.evaluate).parameters:
        for start in range(0, len(examples), _TOGETHER):
            pipeline.evaluate(examples[start : start + _TOGETHER], predicted=collector.add)
            tell("documents", min(start + _TOGETHER, len(examples)), len(examples))
    return collector.result()
