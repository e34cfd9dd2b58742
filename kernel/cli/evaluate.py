"""`kernel evaluate`: the scores of a saved pipeline on annotated data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any

import click

from kernel.cli import options, writing
from kernel.cli.command import Command
from kernel.cli.progress import Progress, track
from kernel.cli.say import say, write_data
from kernel.visible import columns, padded, visible_line

# What the field calls the scores, in its order; all of these are shares, shown in percent.
_TITLES = {
    "token_acc": "TOK",
    "tag_acc": "TAG",
    "pos_acc": "POS",
    "morph_acc": "MORPH",
    "lemma_acc": "LEMMA",
    "dep_uas": "UAS",
    "dep_las": "LAS",
    "ents_p": "NER P",
    "ents_r": "NER R",
    "ents_f": "NER F",
    "cats_score": "TEXTCAT",
    "nel_score": "NEL",
    "sents_p": "SENT P",
    "sents_r": "SENT R",
    "sents_f": "SENT F",
    "spans_sc_p": "SPAN P",
    "spans_sc_r": "SPAN R",
    "spans_sc_f": "SPAN F",
}
# How the names of shares end.
_SHARES = frozenset({"p", "r", "f", "acc", "auc", "uas", "las"})


@click.command(
    "evaluate",
    cls=Command,
    examples=[
        "kernel evaluate output/first/model-best test.jsonl --output output/scores.json",
    ],
)
@click.argument("model", type=options.file_or_name)
@click.argument("data", type=options.FilePath(path_type=Path))
@click.option(
    "--output",
    "-o",
    type=options.FilePath(path_type=Path, allow_dash=True),
    help="JSON file for the scores; - for standard output, and the table goes to standard error.",
)
@options.force
@options.code
@options.gpu_id
@click.option("--gold-preproc", "-G", is_flag=True, help="Use the annotated words and sentences.")
@click.option("--per-component", "-P", is_flag=True, help="Show the scores of each component.")
def evaluate(
    model: str,
    data: Path,
    output: Path | None,
    force: bool,
    code: tuple[Path, ...],
    gpu_id: int,
    gold_preproc: bool,
    per_component: bool,
) -> None:
    """Score the pipeline MODEL on DATA, a file, a directory or a pattern ("data/*.jsonl").

    Shares, such as precision, are shown in percent, and written to --output as they are, from 0 to 1. DATA is read by the reader of the pipeline's development corpus if that takes a path. Scores of an earlier evaluation
    are replaced; another file is not, without --force.
    """
    pipeline, examples = load(model, data, code, gpu_id, gold_preproc=gold_preproc)
    with Progress("documents") as progress:
        if not per_component:
            # A pipeline of another class may not tell how far it is.
            tells = "progress" in signature(pipeline.evaluate).parameters
            scores = pipeline.evaluate(examples, **({"progress": progress} if tells else {}))
        else:
            scores = pipeline.evaluate_components(examples)
    show(scores, report(scores), output, force=force)


def load(
    model: str,
    data: Path,
    code: tuple[Path, ...],
    gpu_id: int,
    *,
    gold_preproc: bool = False,
    overrides: Mapping[str, Any] | None = None,
) -> tuple[Any, list[Any]]:
    """A saved pipeline and the examples of files, with a warning of what makes scores of them say little.

    code: of `--code`. gpu_id: -1 for the CPU. gold_preproc: use the annotated words and sentences. overrides: of the
    saved config, by dotted path. DataError if there are none.
    """
    from kernel.config import resolve
    from kernel.errors import DataError
    from kernel.files.patterns import matching
    from kernel.numeric import random
    from kernel.registries.family import chosen_by
    from kernel.training.update import warn_of_gold

    if not all(path.exists() for path in matching(data)):
        raise DataError("no such file or directory", path=data)
    options.load_codes(code)
    pipeline, config = options.load_pipeline(model, gpu_id, overrides)
    block = reader_block(config.interpolate(), data, gold_preproc)
    random.seed_all(0, "evaluate")
    reader = resolve(block, registry=chosen_by(config))
    examples = list(track(reader(pipeline), "examples read"))
    if not examples:
        raise DataError("no examples to evaluate on", path=data)
    warn_of_gold(pipeline, examples, str(data))
    return pipeline, examples


def show(scores: Mapping[str, Any], lines: Iterable[str], output: Path | None, *, force: bool) -> None:
    """Print lines, and write scores to a file, whose own earlier scores are replaced; - is standard output, which then has the scores alone."""
    is_piped = str(output) == "-"
    for line in lines:
        say(line, err=is_piped)
    text = json.dumps(scores, indent=2, default=_plain) + "\n"
    if is_piped:
        write_data(text)
    elif output is not None:
        writing.write_new(output, text.encode(), force=force, ours=partial(_are_scores, names=set(scores)))


def reader_block(config: Mapping[str, Any], data: Path, gold_preproc: bool) -> dict[str, Any]:
    """The block that reads `data`: the development corpus without its limits, or the general corpus."""
    dotted = config.get("training", {}).get("dev_corpus", "corpora.dev")
    block: Any = config
    for part in dotted.split("."):
        block = block.get(part) if isinstance(block, Mapping) else None
    if not isinstance(block, Mapping) or "@readers" not in block or "path" not in block:
        return {"@readers": "kernel.Corpus.v1", "path": str(data), "gold_preproc": gold_preproc}
    neutral = {"gold_preproc": gold_preproc, "max_length": 0, "limit": 0, "augmenter": None}
    changed = {key: value for key, value in neutral.items() if key in block}
    return {**block, "path": str(data), **changed}


def report(
    scores: Mapping[str, Any],
    indent: str = "",
    *,
    in_percent: bool | None = None,
    beside: Callable[[str, bool], str] = lambda name, is_share: "",
) -> list[str]:
    """Scores as lines: shares in percent, the known ones first and under their usual names; the speed; numbers of another
    kind; lists; then tables by type. One that was not measured is "-".

    in_percent: whether all numbers are shares; by default their names say so. beside: what to show beside a number, by its name, those
    of tables with the table's and a dot before it, and whether it is in percent.
    """
    from kernel.config.values import show_value

    numbers = {name: value for name, value in scores.items() if value is None or _is_number(value)}
    order = [*(name for name in _TITLES if name in numbers), *(n for n in numbers if n not in _TITLES)]
    shares = [name for name in order if _is_share(name, numbers[name], in_percent)]
    others = [name for name in order if name not in shares and name != "speed"]
    rows = [
        (_TITLES.get(name, visible_line(name)), _number(numbers[name], 100) + beside(name, True))
        for name in shares
    ]
    if "speed" in numbers:
        value = numbers["speed"]
        rows.append(("SPEED", "-" if value is None else f"{value:,.0f} words/s"))
    more = [(visible_line(name), _number(numbers[name]) + beside(name, False)) for name in others]
    lists = {visible_line(name): value for name, value in scores.items() if _is_list(value)}
    width = max((columns(title) for title in (*dict(rows + more), *lists)), default=0)
    lines = [_row(title, value, width, indent) for title, value in rows]
    if more:
        lines += ["", f"{indent}not in percent"] if rows else []
        lines += [_row(title, value, width, indent) for title, value in more]
    lines += [
        f"{indent}{padded(title, width)}  {show_value(_plain(value), 60)}" for title, value in lists.items()
    ]
    for name, table in scores.items():
        if isinstance(table, Mapping) and table:
            lines += ["", f"{indent}{visible_line(name)}"]
            nested = True if _ends_as_share(name.partition("_per_")[0]) and "_per_" in name else None
            lines += (
                _table(table, indent, partial(_within, beside, name))
                if _is_table(table)
                else report(table, indent + "  ", in_percent=nested, beside=partial(_within, beside, name))
            )
    return lines


def _within(beside: Callable[[str, bool], str], outer: str, name: str, is_share: bool) -> str:
    return beside(f"{outer}.{name}", is_share)


def _row(title: str, value: str, width: int, indent: str) -> str:
    number, space, unit = value.partition(" ")
    return f"{indent}{padded(title, width)}  {number:>10}{space}{unit}"


def _is_share(name: str, value: Any, in_percent: bool | None) -> bool:
    """Whether a number is a share of one, and not of any other kind."""
    if name == "speed" or not (value is None or 0 <= value <= 1):
        return False
    return name in _TITLES or (_ends_as_share(name) if in_percent is None else in_percent)


def _ends_as_share(name: str) -> bool:
    return name.rpartition("_")[2] in _SHARES


def _number(value: Any, factor: int = 1) -> str:
    if value is None:
        return "-"
    return f"{factor * value:.2f}" if factor > 1 else f"{value:.4f}"


def _are_scores(content: bytes, names: set[str]) -> bool:
    """Whether a file holds scores of an earlier evaluation: a table that has some of these names."""
    try:
        found = json.loads(content)
    except ValueError:
        return False
    return isinstance(found, dict) and not names.isdisjoint(found)


def _is_table(table: Mapping[str, Any]) -> bool:
    return all(isinstance(row, Mapping) and set(row) <= {"p", "r", "f"} for row in table.values())


def _table(
    table: Mapping[str, Mapping[str, float | None]], indent: str, beside: Callable[[str, bool], str]
) -> list[str]:
    titles = {label: visible_line(label) for label in table}
    width = max(map(columns, titles.values()))
    lines = [f"{indent}{'':{width}}  {'P':>6}  {'R':>6}  {'F':>6}"]
    for label, row in table.items():
        values = [row.get(key) for key in "prf"]
        cells = "  ".join(f"{'-' if value is None else f'{100 * value:.2f}':>6}" for value in values)
        lines.append(f"{indent}{padded(titles[label], width)}  {cells}{beside(f'{label}.f', True)}")
    return lines


def _is_number(value: Any) -> bool:
    # An array has a number of its own only if it is one.
    return (
        not isinstance(value, (Mapping, str, bool))
        and hasattr(value, "__float__")
        and getattr(value, "shape", ()) == ()
    )


def _is_list(value: Any) -> bool:
    """Whether this is a list of numbers, such as one for each label: shown as it is."""
    return isinstance(value, list | tuple) or getattr(value, "shape", ()) != ()


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return list(value)
    return value.tolist() if hasattr(value, "tolist") else str(value)
