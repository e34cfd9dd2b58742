"""`kernel benchmark accuracy`: the scores of `kernel evaluate`, and how sure they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kernel.cli.command import Command
from kernel.cli.evaluate import evaluate

_OWN = [
    click.Option(
        ["--level"], type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95, show_default=True,
        help="Share of the resamples whose scores lie within the interval.",
    ),
    click.Option(
        ["--resamples"], type=click.IntRange(min=10), default=1000, show_default=True,
        help="Number of resamples of the documents.",
    ),
    click.Option(["--seed"], type=int, default=0, show_default=True, help="Of the resamples."),
]  # fmt: skip


def _accuracy(
    model: str,
    data: Path,
    output: Path | None,
    force: bool,
    code: tuple[Path, ...],
    gpu_id: int,
    gold_preproc: bool,
    per_component: bool,
    level: float,
    resamples: int,
    seed: int,
) -> None:
    """Score the pipeline MODEL on DATA as kernel evaluate does, and show an interval of each score.

    The interval tells what the score may be on other documents of the same kind: as many documents are drawn from DATA, some of them
    several times and others not, and scored anew. --output has the scores, and the intervals under "intervals".
    """
    from kernel.cli.evaluate import load, report, show
    from kernel.cli.progress import Progress
    from kernel.errors import UsageError
    from kernel.language import Language
    from kernel_measure.documents import Kept, intervals, scorers

    pipeline, examples = load(model, data, code, gpu_id, gold_preproc=gold_preproc)
    if not isinstance(pipeline, Language):
        raise UsageError(f"{model} is no pipeline of texts, but one of the class {type(pipeline).__name__}")
    kept = Kept(pipeline)
    with Progress("documents") as progress:
        scores = pipeline.evaluate(examples, scorer=kept, per_component=per_component, progress=progress)
    found: dict[str, tuple[float, float]] = {}
    for name, score in scorers(pipeline).items():
        shown = Progress(f"resamples of the scores of {name}")
        own = intervals(kept.examples, score, level=level, number=resamples, seed=seed, progress=shown)
        # As among the scores themselves, those of later components win.
        found |= {f"{name}.{key}" if per_component else key: bounds for key, bounds in own.items()}

    def beside(name: str, is_share: bool) -> str:
        if name not in found:
            return ""
        low, high = (100 * bound if is_share else bound for bound in found[name])
        digits = 2 if is_share else 4
        return f"   {low:.{digits}f} to {high:.{digits}f}"

    lines = report(scores, beside=beside)
    number = f"{len(examples):,} document{'s' * (len(examples) != 1)}"
    lines += ["", f"{number}. Intervals: {100 * level:g} % of {resamples:,} resamples."]
    facts: dict[str, Any] = {"intervals": found, "documents": len(examples)}
    facts |= {"level": level, "resamples": resamples, "seed": seed}
    show({**scores, **facts}, lines, output, force=force)


accuracy = Command(
    "accuracy",
    examples=["kernel benchmark accuracy output/first/model-best test.jsonl"],
    params=[*evaluate.params, *_OWN],
    callback=_accuracy,
    help=_accuracy.__doc__,
)
