"""`kernel find-threshold`: the threshold of a component that gives the best score."""

from __future__ import annotations

from pathlib import Path

import click

from kernel.cli import options
from kernel.cli.command import Command
from kernel.cli.say import say


@click.command(
    "find-threshold",
    cls=Command,
    examples=[
        "kernel find-threshold output/textcat/model-best dev.jsonl textcat_multilabel threshold cats_macro_f",
    ],
)
@click.argument("model", type=options.file_or_name)
@click.argument("data", type=options.FilePath(path_type=Path))
@click.argument("pipe")
@click.argument("threshold_key")
@click.argument("scores_key")
@click.option(
    "--n-trials",
    "--n_trials",
    "-n",
    type=click.IntRange(min=2),
    default=11,
    show_default=True,
    help="Thresholds to try, from 0 to 1.",
)
@options.code
@options.gpu_id
@click.option("--gold-preproc", "-G", is_flag=True, help="Use the annotated words and sentences.")
@click.option("--verbose", "-V", is_flag=True, help="Say what is done.")
def find_threshold(
    model: str,
    data: Path,
    pipe: str,
    threshold_key: str,
    scores_key: str,
    n_trials: int,
    code: tuple[Path, ...],
    gpu_id: int,
    gold_preproc: bool,
    verbose: bool,
) -> None:
    """Find the threshold of the component PIPE with the best score on DATA.

    THRESHOLD_KEY: the setting, such as threshold. SCORES_KEY: the score, such as cats_macro_f or spans_sc_f, with a dot for one of a
    table: ents_per_type.PERSON.f. The pipeline MODEL is not changed: set the best one in the config, and in the component for now
    with nlp.get_pipe(PIPE).cfg.
    """
    from kernel.cli.evaluate import load
    from kernel.cli.progress import Progress
    from kernel.errors import UsageError, note, warn
    from kernel.language import Language
    from kernel_measure.thresholds import Setting, trials

    pipeline, examples = load(model, data, code, gpu_id, gold_preproc=gold_preproc)
    if not isinstance(pipeline, Language):
        raise UsageError(f"{model} is no pipeline of texts, but one of the class {type(pipeline).__name__}")
    now = Setting(pipeline, pipe, threshold_key).value
    if verbose:
        late = threshold_key in getattr(pipeline.get_pipe(pipe), "late_settings", ())
        how = "predicts once" if late else "is evaluated for each threshold"
        note(f"{len(examples)} documents; {pipe} {how}")
    grid = [place / (n_trials - 1) for place in range(n_trials)]
    width = max(len(threshold_key), 9)
    found, progress = [], Progress("thresholds")
    for number, (threshold, score) in enumerate(
        trials(pipeline, examples, pipe, threshold_key, scores_key, grid), 1
    ):
        if number == 1:
            say(f"{threshold_key:>{width}}  {scores_key}")
        progress(number, n_trials)
        say(f"{threshold:>{width}.4g}  {'-' if score is None else f'{score:.4f}'}")
        found.append((threshold, score))
    measured = [(threshold, score) for threshold, score in found if score is not None]
    if not measured:
        raise UsageError(f"{scores_key} was not measured with any threshold: has DATA what it counts?")
    best = max(score for _, score in measured)
    equal = [threshold for threshold, score in measured if score == best]
    if len(equal) == len(found):
        warn(
            f"{scores_key} is {best:.4f} whatever {threshold_key} is: does the score depend on it, and has DATA enough of what it counts?"
        )
    also = f", as with {len(equal) - 1} more up to {equal[-1]:.4g}" if len(equal) > 1 else ""
    say()
    say(
        f"best: {threshold_key} = {equal[0]:.4g} with {scores_key} {best:.4f}{also} (it is {'null' if now is None else f'{now:.4g}'} now)"
    )
