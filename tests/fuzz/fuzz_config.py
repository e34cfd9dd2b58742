"""Fuzzing the config reader and resolver: whatever the text, there is a result or one of our errors, soon.

    python tests/fuzz/fuzz_config.py --seconds 600            random texts, no more than the standard library
    python tests/fuzz/fuzz_config.py --atheris -max_total_time=600    guided by coverage; needs atheris

A failing text is printed as a Python literal. Nothing may be imported that no entry point names, and functions are only
called if they are known to be harmless.
"""

from __future__ import annotations

import argparse
import faulthandler
import random
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parents[2]
# Seconds that one text may take.
LIMIT = 20
# Draws a number from 0 to n - 1.
Draw = Callable[[int], int]

NAMES = [
    "a",
    "b",
    "c",
    "paths",
    "nlp",
    "components",
    "corpora",
    "training",
    "initialize",
    "system",
    "pretraining",
    "registry",
    "plugins",
    "variables",
    "override",
    "train",
    "dev",
    "optimizer",
    "batcher",
    "model",
    "tok2vec",
    "lang",
    "pipeline",
    "seed",
    "dropout",
    "learn_rate",
    "require",
    "only",
    "deny",
    "*",
    "0",
    "1",
    "width",
    "before_update",
    "logger",
    "callbacks",
    "factory",
    "source",
    "@misc",
    "@architectures",
    "@readers",
    "@optimizers",
    "@schedules",
    "@batchers",
    "@nothing",
    '"a.b"',
    "é",
    "a.b",
]
FUNCTIONS = [
    "fuzz.plain",
    "fuzz.typed",
    "fuzz.many",
    "fuzz.nested",
    "fuzz.strict",
    "fuzz.raises",
    "fuzz.odd",
    "Adam.v1",
    "compounding.v1",
    "constant.v1",
    "kernel.Tok2Vec.v2",
    "kernel.Corpus.v1",
    "kernel.batch_by_words.v1",
    "ner",
    "os:system",
    "os.path",
    "kernel.nothing.v1",
    "fuzz.plane",
    "spacy.Tok2Vec.v2",
    "../x",
]
VALUES = [
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1.5",
    "1e400",
    "NaN",
    "-Infinity",
    "10000000000000000000000",
    '""',
    '"text"',
    "text",
    "'text'",
    "[]",
    "{}",
    "[1,2]",
    "[1,]",
    '{"a":1}',
    '{"a":',
    '{"b":[1,{"@misc":"fuzz.plain"}]}}',
    "${a.b}",
    "${a}",
    "${a:b}",
    "${}",
    "${",
    "$$",
    "$",
    '"${a.b}"',
    '["${a}"]',
    "${paths.x}/y",
    "[${a.b}]",
    '{"k":"${a}"}',
    "True",
    "None",
    "[[[[]]]]",
    '{"@misc":"fuzz.typed","number":"1"}',
    '"\\u0000"',
    '"\\ud800"',
    "é",
    "\x00",
    "1_000",
    "0x10",
    "001",
    "+1",
    '"a"',
    '"b"',
    "#",
    ";",
    "[",
    "]",
    "{",
    "}",
    "=",
    ":",
] + ["", " ", "a\n  b", "[\n 1,\n 2\n ]", "[" * 3000, '{"a":' * 400, "9" * 5000]
LINES = [
    "[a]",
    "[a.b]",
    "[a.b.c]",
    "[]",
    "[a",
    "a]",
    "[[a]]",
    "[a..b]",
    "[DEFAULT]",
    "# comment",
    "; comment",
    "",
    "  x",
    "=",
]
MARKS = '[]{}"$=:#;.@ \t\x00é'
# Kinds and names of what `resolve` may call.
HARMLESS = frozenset({"schedules", "misc"})


def register() -> None:
    """Functions with all sorts of signatures, none of which does anything."""
    from kernel import registry

    @registry.misc("fuzz.plain")
    def plain(*values, **settings):  # type: ignore[no-untyped-def]
        return len(values) + len(settings)

    @registry.misc("fuzz.typed")
    def typed(
        number: int = 1, text: str = "", ratio: float = 0.5, flag: bool = False, path: Path | None = None
    ) -> int:
        return number

    @registry.misc("fuzz.many")
    def many(
        items: list[int], table: dict[str, list[float]], choice: Literal["a", 1] | None = "a"
    ) -> list[int]:
        return items

    @registry.misc("fuzz.nested")
    def nested(model: int | list[int], inner: Callable[..., Any] | None = None, *more: int) -> dict[str, int]:
        return {}

    @registry.misc("fuzz.strict")
    def strict(a: NotDefined, /, b: tuple[int, str] = (1, "a"), *, c: set[int] | None = None):  # type: ignore # noqa: F821
        return a

    @registry.misc("fuzz.raises")
    def raises(*values: Any, **settings: Any) -> int:
        raise ZeroDivisionError("as ever")

    class Odd:
        """A class, with a parameter that nobody can annotate worse."""

        def __init__(self, it: "list[" = None, **more: int) -> None: ...  # type: ignore

    registry.misc("fuzz.odd", Odd)


def make(draw: Draw, seeds: list[str]) -> str:
    """A text: built from pieces, or a real config with a few faults."""
    return _mutated(draw, seeds[draw(len(seeds))]) if seeds and draw(3) == 0 else _built(draw)


def _built(draw: Draw) -> str:
    lines = []
    for _ in range(draw(12)):
        kind = draw(8)
        if kind < 2:
            lines.append(f"[{'.'.join(NAMES[draw(len(NAMES))] for _ in range(1 + draw(3)))}]")
        elif kind == 2:
            lines.append(LINES[draw(len(LINES))])
        elif kind == 3:
            key = (
                "@misc",
                "@architectures",
                "@readers",
                "@optimizers",
                "@schedules",
                "@batchers",
                "factory",
            )[draw(7)]
            lines.append(f'{key} = "{FUNCTIONS[draw(len(FUNCTIONS))]}"')
        else:
            lines.append(f"{NAMES[draw(len(NAMES))]}{(' = ', ': ', '=')[draw(3)]}{VALUES[draw(len(VALUES))]}")
    return "\n".join(lines)


def _mutated(draw: Draw, text: str) -> str:
    lines = text.split("\n")
    for _ in range(1 + draw(4)):
        place, kind = draw(len(lines)), draw(6)
        if kind == 0:
            del lines[place]
            lines = lines or [""]
        elif kind == 1:
            lines.insert(place, lines[draw(len(lines))])
        elif kind == 2:
            head, separator, _ = lines[place].partition("=")
            lines[place] = head + separator + " " + VALUES[draw(len(VALUES))]
        elif kind == 3:
            at = draw(len(lines[place]) + 1)
            lines[place] = lines[place][:at] + MARKS[draw(len(MARKS))] + lines[place][at:]
        elif kind == 4:
            lines[place] = " " * draw(5) + lines[place].strip()
        else:
            lines.insert(place, _built(draw))
    return "\n".join(lines)


def check_text(text: str) -> None:
    """Read, interpolate, write, check, fill and build a text. Raises for what may not happen."""
    from kernel.config import Config, check, fill, resolve
    from kernel.errors import ConfigError, KernelError
    from kernel.training.prepare import fill_config, pipeline_class

    try:
        config = Config.from_str(text)
    except ConfigError as error:
        _check_report(error, text)
        return
    steps: list[Callable[[], Any]] = [
        config.interpolate,
        lambda: check(config),
        lambda: fill(config),
        lambda: fill_config(pipeline_class(config), config),
    ]
    if _is_harmless(config):
        steps.append(lambda: resolve(config))
    for step in steps:
        try:
            step()
        except ConfigError as error:
            _check_report(error, text)
        except KernelError as error:
            str(error)
    again = Config.from_str(config.to_str())
    # NaN differs from itself.
    if not re.search("NaN", text):
        assert dict(again) == dict(config), "what is written reads differently"


def _check_report(error: Any, text: str) -> None:
    last = text.count("\n") + 1
    str(error)
    for problem in error.problems:
        assert problem.message
        assert problem.file != "config" or problem.line is None or 1 <= problem.line <= last, problem


def _is_harmless(block: Any) -> bool:
    if isinstance(block, dict):
        keys = [key[1:] for key in block if isinstance(key, str) and key.startswith("@")]
        return set(keys) <= HARMLESS and all(map(_is_harmless, block.values()))
    return all(map(_is_harmless, block)) if isinstance(block, (list, tuple)) else True


@contextmanager
def guarded() -> Iterator[None]:
    """Functions to name, and a watch over what is imported for a name."""
    from kernel.discovery import scan
    from kernel.registries import loading
    from kernel.registries.family import registry

    targets = {point.module for group in scan.groups() for point in scan.entry_points(group)}

    def watched(name: str) -> Any:
        assert name in targets, f"imports {name!r}, which no entry point names"
        return import_module(name)

    before = loading.import_module
    loading.import_module = watched
    try:
        with registry.restored(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            register()
            yield
    finally:
        loading.import_module = before


def seeds() -> list[str]:
    """Real configs."""
    import kernel

    files = [
        Path(kernel.__file__).parent / "config" / "defaults.cfg",
        *sorted((ROOT / "configs").glob("*.cfg")),
    ]
    return [file.read_text(encoding="utf8") for file in files]


def run_random(seconds: float, seed: int) -> int:
    """Random texts until the time is over; returns how many."""
    generator, texts, count = random.Random(seed), seeds(), 0
    end = time.monotonic() + seconds
    with guarded():
        while time.monotonic() < end:
            text = make(generator.randrange, texts)
            faulthandler.dump_traceback_later(LIMIT, exit=True)
            try:
                check_text(text)
            except BaseException:
                print(f"after {count} texts: {text!r}", file=sys.stderr)
                raise
            finally:
                faulthandler.cancel_dump_traceback_later()
            count += 1
    return count


def run_atheris(args: list[str]) -> None:
    """Texts that reach new code, for as long as the arguments of libFuzzer say."""
    import atheris

    with atheris.instrument_imports(include=["kernel.config", "kernel.registries.registry"]):
        for name in ("config", "registries.registry", "training.prepare"):
            import_module(f"kernel.{name}")
    texts = seeds()

    def test(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)
        if provider.ConsumeBool():
            text = provider.ConsumeUnicode(2000)
        else:
            text = make(lambda n: provider.ConsumeIntInRange(0, n - 1), texts)
        try:
            check_text(text)
        except BaseException:
            print(repr(text), file=sys.stderr)
            raise

    with guarded():
        atheris.Setup([sys.argv[0], f"-timeout={LIMIT}", *args], test)
        atheris.Fuzz()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--atheris", action="store_true", help="hand all further arguments to libFuzzer")
    options, rest = parser.parse_known_args()
    if options.atheris:
        run_atheris(rest)
    else:
        print(f"{run_random(options.seconds, options.seed)} texts, no fault")
