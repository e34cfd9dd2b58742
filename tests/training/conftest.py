"""Runs of a pipeline without text: linear regression on arrays."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kernel import Config, registry
from kernel.files.lock import Lock
from kernel.registries.code import load_code
from kernel.training.prepare import prepare
from kernel.training.run import Run

NUMERIC = Path(__file__).parent.parent / "integration" / "numeric.py"

CONFIG = """
[nlp]
lang = "numbers"
[components]
[components.line]
[components.line.model]
@architectures = "numbers.Line.v1"
[corpora]
[corpora.train]
@readers = "numbers.Rows.v1"
path = "train.txt"
[corpora.dev]
@readers = "numbers.Rows.v1"
path = "dev.txt"
[training]
max_steps = 12
eval_frequency = 4
patience = 0
[training.callbacks]
[training.batcher]
@batchers = "numbers.Batches.v1"
size = 8
[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.05
use_averages = false
"""


@pytest.fixture
def numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module of the pipeline, registered, with data in the working directory."""
    import sys

    from kernel.registries.code import module_name

    monkeypatch.chdir(tmp_path)
    with registry.restored():
        load_code(NUMERIC)
        module = sys.modules[module_name(NUMERIC)]
        module.write_rows(tmp_path / "train.txt", 32, seed=0)
        module.write_rows(tmp_path / "dev.txt", 10, seed=1)
        yield module


@pytest.fixture
def make_run(numbers: Any, tmp_path: Path) -> Callable[..., Run]:
    """A prepared run: `make_run(callback, ..., output=True, max_steps=3)`.

    Further keywords are settings of `[training]`; `reader` names another reader of the training corpus, `lock` is that
    of the output.
    """

    def make(
        *callbacks: object,
        output: bool = False,
        lock: Lock | None = None,
        reader: str | None = None,
        **settings: Any,
    ) -> Run:
        config = Config.from_str(CONFIG)
        for number, callback in enumerate(callbacks):
            registry.callbacks(f"test.Callback{number}.v1", lambda callback=callback: callback)
            config["training"]["callbacks"][f"c{number}"] = {"@callbacks": f"test.Callback{number}.v1"}
        # Evaluated at the end at the latest.
        every = min(config["training"]["eval_frequency"], settings.get("max_steps") or 4)
        config["training"].update({"eval_frequency": every, **settings})
        if reader is not None:
            config["corpora"]["train"] = {"@readers": reader}
        return prepare(config, output=tmp_path / "out" if output else None, lock=lock)

    return make
