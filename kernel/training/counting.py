"""The labels of a corpus that is too large to be held: counted in passes through all of it, and kept for the next start."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

from kernel.errors import note, warn
from kernel.files.atomic import atomic_file
from kernel.saving.provenance import provenance
from kernel.training.digests import digests
from kernel.training.protocols import Corpus, Pipeline

# Seconds between two lines.
_EVERY = 10.0

Read = Callable[[Pipeline], Callable[[], Iterable[Any]]]


def count(
    plain: Mapping[str, Any], name: str, corpus: Corpus, labels: Callable[[Read], Mapping[str, Any]]
) -> dict[str, Any]:
    """Component -> labels of all examples of a corpus, as its `initialize` takes them.

    plain: the interpolated config. name: of the corpus, dotted. labels: reads everything, once for each component that needs it,
    and returns label data; it is given what makes `get_examples` for a pipeline. The result is kept in the user's cache under
    a digest of the data, the reader, the components and `[initialize]`, and of the code of all these; where the data have no
    digest, or what was kept is damaged, it is counted anew.
    """
    file = _file(plain, name, corpus)
    found = None if file is None else _kept(file)
    if found is not None:
        note(f"{name} is streamed: its labels are those that were counted before ({file})")
        return found
    note(f"{name} is streamed: its labels are counted in all of its examples")
    data = labels(lambda pipeline: lambda: shown(corpus(pipeline), corpus, name))
    content = json.dumps({key: each for key, each in data.items() if each is not None}, ensure_ascii=False)
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with atomic_file(file) as fresh:
                kept = {"sha256": _sum(content), "labels": content}
                fresh.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        except OSError as error:
            warn(f"the labels of {name} can't be kept in {file}, and are counted again next time: {error}")
    counted: dict[str, Any] = json.loads(content)
    return counted


def with_labels(initialize: Mapping[str, Any], labels: Mapping[str, Any]) -> dict[str, Any]:
    """`[initialize]` with labels for components that it gives none."""
    components = {
        **{name: {"labels": each} for name, each in labels.items()},
        **{
            name: {**({"labels": labels[name]} if name in labels else {}), **given}
            for name, given in initialize["components"].items()
        },
    }
    return {**initialize, "components": components}


def shown(examples: Iterable[Any], corpus: Corpus, name: str) -> Iterator[Any]:
    """The examples; a line every ten seconds says how far they are.

    A corpus with `progress()`, the share of the pass that is done (0 to 1), lets the time left be known.
    """
    begun = last = monotonic()
    number = 0
    for number, example in enumerate(examples, start=1):
        yield example
        now = monotonic()
        if now - last >= _EVERY:
            last = now
            note(progress_line(name, number, _share(corpus), now - begun))
    note(f"{name}: {number:,} examples counted in {_clock(monotonic() - begun)}")


def progress_line(name: str, number: int, share: float | None, seconds: float) -> str:
    """How far a count is. share: of the pass that is done, None if that is not known. seconds: since it began."""
    text = f"counting {name}: {number:,} examples"
    if share is None or share <= 0:
        return f"{text}, {_clock(seconds)}"
    return f"{text}, {share:.0%}, {_clock(seconds * (1 - share) / share)} left"


def _share(corpus: Corpus) -> float | None:
    progress = getattr(corpus, "progress", None)
    return float(progress()) if callable(progress) else None


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _file(plain: Mapping[str, Any], name: str, corpus: Corpus) -> Path | None:
    found, cache = digests({"corpora": plain["corpora"]}, {name: corpus}).get(name), _cache()
    if found is None or cache is None:
        return None
    if callable(getattr(corpus, "share", None)):
        # Several processes read it together, and what one of them has kept the others may not have.
        return None
    # Only what was read, how, and by whom decides on the labels.
    origin = provenance({key: each for key, each in plain.items() if key != "training"})
    facts = [
        found["sha256"],
        *(plain.get(key) for key in ("corpora", "nlp", "components", "initialize")),
        *(origin[key] for key in ("kernel", "names", "code")),
    ]
    return cache / "labels" / f"{_sum(json.dumps(facts, sort_keys=True, default=str))[:32]}.json"


def _kept(file: Path) -> dict[str, Any] | None:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if _sum(kept["labels"]) != kept["sha256"]:
            return None
        found: dict[str, Any] = json.loads(kept["labels"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return found


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _cache() -> Path | None:
    """Where programs of the user keep what can be made again; None if the user has no such place."""
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        place = Path(os.environ.get(name) or ".")
        # Whoever says something relative there means nothing.
        if place.is_absolute():
            return place / "kernel"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ".cache" / "kernel" if home.is_absolute() else None
