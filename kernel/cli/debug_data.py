"""`kernel debug data`: is this data fit to train on?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kernel.cli import options
from kernel.cli.lazy import OVERRIDES, ConfigCommand
from kernel.cli.progress import track
from kernel.cli.say import say, say_json, say_text
from kernel.visible import visible_line

if TYPE_CHECKING:
    from kernel.component import Finding
    from kernel.config import Config

    Topics = Iterable[tuple[str, list[Finding]]]

# A streamed corpus may have no end.
STREAMED = 10_000
# Items of a finding that are shown without --verbose.
ITEMS = 10
_COLORS = {"good": "green", "info": "blue", "warn": "yellow", "fail": "red"}


@click.command(
    "data",
    cls=ConfigCommand,
    examples=[
        "kernel debug data first.cfg --verbose",
    ],
)
@click.argument("config_path", metavar="CONFIG", type=options.file_or_name)
@options.code
@click.option("--verbose", "-V", is_flag=True, help="Show all items of long lists.")
@click.option("--ignore-warnings", "-IW", is_flag=True, help="Leave warnings out.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def debug_data(
    ctx: click.Context,
    config_path: str,
    code: tuple[Path, ...],
    verbose: bool,
    ignore_warnings: bool,
    form: str,
) -> None:
    """Look for mistakes in the corpora of CONFIG (- for standard input), and say what is in them.

    Any value of the config can be set on the command line: --section.key value. The exit code is 1 if anything fails.
    """
    from kernel.config import load_config, parse_overrides

    options.load_codes(code)
    config = load_config(config_path, parse_overrides(ctx.meta[OVERRIDES]))
    topics = [
        (topic, [one for one in found if not (ignore_warnings and one.level == "warn")])
        for topic, found in examine(config)
    ]
    counts: Counter[str] = Counter(one.level for _, found in topics for one in found)
    if form == "json":
        say_json(_plain(topics, counts))
    else:
        _report(topics, None if verbose else ITEMS)
        say(
            ", ".join(
                _numbered(counts[level], word) for level, word in (("warn", "warning"), ("fail", "failure"))
            )
        )
    ctx.exit(1 if counts["fail"] else 0)


def examine(config: Config) -> Topics:
    """(topic, findings): what can be said of any corpus, then what the pipeline says itself.

    config: not interpolated. `ConfigError` and `DataError` for what can't be read at all.
    """
    from kernel.component import Finding
    from kernel.numeric import random
    from kernel.training.prepare import corpus, fill_config, pipeline_class

    cls = pipeline_class(config)
    config = fill_config(cls, config)
    plain = config.interpolate()
    settings = plain["training"]
    limit = STREAMED if settings["max_epochs"] < 0 else None
    seed = settings["seed"] or 0
    random.seed_all(seed, "create")
    pipeline = cls.from_config(config)
    parts: list[list[Any]] = []
    found = []
    for key in ("train_corpus", "dev_corpus"):
        reader = corpus(plain, config, settings[key])
        examples = list(track(islice(reader(pipeline), limit), f"examples of {settings[key]} read"))
        parts.append(examples)
        size = f"{settings[key]}: {len(examples):,} examples" + " (the first ones)" * (len(examples) == limit)
        found.append(Finding("good" if examples else "fail", size))
        found += getattr(reader, "findings", ())
    train, dev = parts
    if train:
        random.seed_all(seed, "initialize")
        found.append(_initialized(pipeline, train, plain["initialize"], seed))
    yield "files", found
    for topic, findings in track(pipeline.debug(train, dev), "topics examined"):
        yield topic, list(findings)


def _initialized(pipeline: Any, train: Sequence[Any], settings: dict[str, Any], seed: int) -> Finding:
    from kernel.component import Finding
    from kernel.errors import ConfigError, KernelError
    from kernel.numeric import random

    try:
        with random.scope(seed=seed):
            pipeline.initialize(lambda: train, settings=settings)
    except ConfigError:
        raise
    except KernelError as error:
        return Finding("fail", str(error))
    return Finding("good", "the pipeline can be initialized")


def _report(topics: Topics, limit: int | None) -> None:
    """Print a report to read. limit: items to show of each finding."""
    for topic, findings in topics:
        if not findings:
            continue
        say(topic, bold=True)
        for one in findings:
            shown = ", ".join(map(visible_line, one.items[:limit]))
            if limit is not None and len(one.items) > limit:
                shown += f" and {len(one.items) - limit} more"
            text = f"{one.message}: {shown}" if shown else one.message
            say("  ", nl=False)
            say(one.level, nl=False, fg=_COLORS[one.level])
            say_text("  " + text.replace("\n", "\n        "))
        say()


def _plain(topics: Topics, counts: Counter[str]) -> dict[str, Any]:
    shown = {topic: [asdict(one) for one in findings] for topic, findings in topics}
    return {"topics": shown, "counts": {level: counts[level] for level in _COLORS}}


def _numbered(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
