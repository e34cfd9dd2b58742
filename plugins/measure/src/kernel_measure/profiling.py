"""Where the time of a pipeline goes: by component and stage, and by function."""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from cProfile import Profile
from dataclasses import dataclass, field
from pathlib import Path
from pstats import Stats
from time import perf_counter
from typing import Any

from kernel.cli.progress import track
from kernel.language import Language
from kernel.language.listening import channels_of
from kernel.language.stream import run_batch, text_batches
from kernel.language.tokenized import TOKENIZER, make_docs

_STAGES = ("predict", "set_annotations")


@dataclass
class Times:
    """Seconds of the parts of a pipeline. parts: component -> all of it. stages: (component, stage) -> a part of that."""

    words: int = 0
    parts: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    stages: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))

    @property
    def seconds(self) -> float:
        """Of all parts."""
        return max(sum(self.parts.values()), 1e-9)

    def table(self) -> Iterator[str]:
        """Lines with the time, the share, and the stages of each part, in the order of the pipeline."""
        width = max(map(len, (*self.parts, "component")))
        yield f"{'component':{width}}  {'seconds':>8}  {'share':>6}  {'predict':>8}  {'annotate':>8}"
        for name, seconds in self.parts.items():
            own = [self.stages.get((name, stage)) for stage in _STAGES]
            cells = "  ".join(f"{'-' if each is None else f'{each:.3f}':>8}" for each in own)
            yield f"{name:{width}}  {seconds:8.3f}  {100 * seconds / self.seconds:5.1f}%  {cells}"


def stages(nlp: Language, texts: Sequence[str]) -> Times:
    """Run texts through a pipeline, component by component, and time each part. A first batch warms it up."""
    batches = list(text_batches(texts, nlp.batch_size))
    _run(nlp, batches[:1], Times())
    times = Times()
    _run(nlp, batches, times)
    return times


def functions_of(nlp: Language, texts: Sequence[str], number: int) -> Iterator[str]:
    """Lines on the functions that take the most time of their own when texts go through a pipeline."""
    profiler = Profile()
    profiler.enable()
    for _ in nlp.pipe(texts):
        pass
    profiler.disable()
    stats = Stats(profiler).stats  # type: ignore[attr-defined]
    total = max(sum(row[2] for row in stats.values()), 1e-9)
    yield f"{'own time':>9}  {'share':>6}  {'with calls':>10}  {'calls':>9}  function"
    for place, (_, calls, own, whole, _) in sorted(stats.items(), key=lambda each: -each[1][2])[:number]:
        yield f"{own:9.3f}  {100 * own / total:5.1f}%  {whole:10.3f}  {calls:9,}  {_shown(*place)}"


def _run(nlp: Language, batches: Sequence[Sequence[Any]], times: Times) -> None:
    channels = channels_of(nlp.components)
    with ExitStack() as until:
        for name, component in nlp.pipeline:
            for stage in _STAGES:
                until.enter_context(_timed(component, stage, times, name))
        for batch in track(batches, "batches"):
            start = perf_counter()
            docs = make_docs(nlp.tokenizer, batch, max_length=nlp.max_length)
            times.parts[TOKENIZER] += perf_counter() - start
            times.words += sum(map(len, docs))
            for name, component in nlp.pipeline:
                start = perf_counter()
                docs, _ = run_batch([(name, component)], docs, {}, channels=channels)
                times.parts[name] += perf_counter() - start
            for channel in channels:
                channel.let_go(set(docs))


@contextmanager
def _timed(component: Any, stage: str, times: Times, name: str) -> Iterator[None]:
    """Let a method of one component be timed within a block."""
    method: Callable[..., Any] | None = getattr(component, stage, None)
    if method is None or not hasattr(component, "__dict__") or stage in vars(component):
        yield
        return

    def timed(*arguments: Any, **settings: Any) -> Any:
        start = perf_counter()
        try:
            return method(*arguments, **settings)
        finally:
            times.stages[name, stage] += perf_counter() - start

    vars(component)[stage] = timed
    try:
        yield
    finally:
        del vars(component)[stage]


def _shown(file: str, line: int, name: str) -> str:
    """A function with the end of its path: below where Python looks for modules."""
    if file in ("~", ""):
        return name
    path = Path(file)
    homes = [Path(each) for each in sys.path if each and path.is_relative_to(each)]
    home = max(homes, key=lambda each: len(each.parts), default=None)
    shown = path.relative_to(home) if home is not None and home != path else path
    return f"{Path(*shown.parts[-4:]).as_posix()}:{line} {name}"
