"""A pipeline with no text in it trains, evaluates, saves and loads through the commands: the kernel is a microkernel.

The pipeline, its reader and its architecture are in numeric.py, a `--code` file.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kernel
from kernel import registry
from kernel.cli.run import run as run_command
from kernel.registries.code import load_code, module_name

NUMERIC = Path(__file__).parent / "numeric.py"
CODE = ["--code", str(NUMERIC)]

CONFIG = """
[paths]
train = "train.txt"
dev = "dev.txt"

[nlp]
lang = "numbers"

[components]

[components.line]

[components.line.model]
@architectures = "numbers.Line.v1"

[corpora]

[corpora.train]
@readers = "numbers.Rows.v1"
path = ${paths.train}

[corpora.dev]
@readers = "numbers.Rows.v1"
path = ${paths.dev}
limit = 5

[training]
max_steps = 40
eval_frequency = 10

[training.batcher]
@batchers = "kernel.batch_by_sequence.v1"
size = 8

[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.1

[training.logger]
@loggers = "kernel.ConsoleLogger.v1"
"""

BROKEN = """
from kernel import hookimpl, registry

class Slack:
    @hookimpl
    def step_end(self, run):
        if run.step == 12:
            raise ConnectionError("no network")

@registry.callbacks("acme.Slack.v1")
def slack():
    return Slack()
"""


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    with registry.restored():
        load_code(NUMERIC)
        write_rows = sys.modules[module_name(NUMERIC)].write_rows
        write_rows(tmp_path / "train.txt", 100, seed=0)
        write_rows(tmp_path / "dev.txt", 20, seed=1)
        (tmp_path / "config.cfg").write_text(CONFIG)
        (tmp_path / "broken.py").write_text(BROKEN)
        yield


def in_new_process(*args: str, **settings: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kernel", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, **settings)


def files(directory: str) -> dict[str, Any]:
    """What a run leaves, but for times: those of its history, and of the states of its checkpoints."""
    root = Path(directory)
    found: dict[str, Any] = {}
    for path in (path for path in root.rglob("*") if path.is_file()):
        name = path.relative_to(root)
        if name.parts[0] == "checkpoints" and name.suffix == ".json":
            continue
        found[str(name)] = path.read_bytes()
    rows = map(json.loads, found.pop("history.jsonl", b"").splitlines())
    found["history"] = [{k: v for k, v in row.items() if k not in ("seconds", "memory_mb")} for row in rows]
    return found


def test_train_evaluate_and_load(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["train", "config.cfg", "-o", "out", *CODE]) == 0
    table = capsys.readouterr().out
    header = next(line for line in table.splitlines() if line.lstrip().startswith("E "))
    assert header.split() == ["E", "#", "LOSS", "LINE", "R2", "MSE", "SCORE", "W/S"]
    assert run_command(["evaluate", "out/model-best", "dev.txt", "-o", "scores.json", *CODE]) == 0
    scores = json.loads(Path("scores.json").read_text())
    assert scores["r2"] > 0.9
    assert run_command(["info", "out/model-best", "--json"]) == 0
    assert '"lang": "numbers"' in capsys.readouterr().out


def test_equal_runs_in_new_processes_give_equal_files() -> None:
    for directory in ("one", "two"):
        result = in_new_process("train", "config.cfg", "-o", directory, *CODE)
        assert result.returncode == 0, result.stderr
    assert files("one") == files("two")
    assert {"model-best/line", "model-last/config.cfg"} <= files("one").keys()
    record = json.loads(files("one")["run.json"])
    assert (record["seed"], record["gpu_id"], record["blas"][0]["threads"]) == (0, -1, 1)


def test_the_saved_config_repeats_the_run() -> None:
    assert run_command(["train", "config.cfg", "-o", "one", "--training.max_steps", "20", *CODE]) == 0
    assert run_command(["train", "one/model-last/config.cfg", "-o", "two", *CODE]) == 0
    assert files("one") == files("two")


def test_verbose_shows_what_the_run_depends_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["train", "config.cfg", "--training.max_steps", "1", "--verbose", *CODE]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "training corpus: 100 examples" in lines
    assert "seed: 0" in lines
    assert any(line.startswith("blas:") for line in lines)
    assert any(line.startswith("  kernel-nlp: ") for line in lines)
    assert max(map(len, lines)) < 160


def test_evaluation_uses_all_the_data(capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["train", "config.cfg", "-o", "out", "--training.max_steps", "1", *CODE])
    found = []
    for name in ("whole", "part"):
        if name == "part":
            lines = Path("dev.txt").read_text().splitlines(keepends=True)
            Path("dev.txt").write_text("".join(lines[:5]))
        run_command(["evaluate", "out/model-last", "dev.txt", "-o", f"{name}.json", *CODE])
        found.append(json.loads(Path(f"{name}.json").read_text())["mse"])
    assert found[0] != found[1]


def test_config_from_standard_input() -> None:
    result = in_new_process("train", "-", "--training.max_steps=2", *CODE, input=CONFIG)
    assert result.returncode == 0
    assert "max_steps = 2 reached" in result.stdout
    assert "nothing will be saved" in result.stderr


def test_failing_callback(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["train", "config.cfg", "-o", "out", *CODE, "-c", "broken.py"]
    assert run_command([*args, "--training.callbacks.slack", '{"@callbacks": "acme.Slack.v1"}']) == 1
    error = capsys.readouterr().err
    assert "callback 'acme.Slack.v1' (" in error
    assert "broken.py:" in error
    assert "failed in step_end at step 12: ConnectionError: no network" in error
    assert "Traceback" not in error
    assert "line" in {path.name for path in Path("out/model-last").iterdir()}


def test_interruption_saves_and_says_so() -> None:
    command = [sys.executable, "-u", "-m", "kernel", "train", "config.cfg", "-o", "out", *CODE]
    process = subprocess.Popen(
        [*command, "--training.max_steps=1000000", "--training.eval_frequency=1000000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "learn rate" in line:
            break
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted at step" in error and "saved to" in error and "Traceback" not in error
    assert Path("out/model-last/config.cfg").exists()


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["train", "nothing.cfg"], 2, "nothing.cfg: the config can't be read"),
        (["train", "config.cfg", *CODE, "--training.max_stepz", "3"], 2, "training.max_stepz"),
        (["train", "config.cfg", *CODE, "--paths.train", "nothing.txt"], 2, "nothing.txt: no such file"),
        (
            ["train", "config.cfg", *CODE, "-o", "train.txt"],
            2,
            "can't write to the output directory train.txt",
        ),
        (["train", "config.cfg", *CODE, "--max_steps", "3"], 2, "No such option"),
        (["train", "config.cfg"], 2, "there is no language 'numbers'"),
        (["train", "config.cfg", "--code", "nothing.py"], 3, "nothing.py: no such file"),
        (["evaluate", "nothing", "dev.txt", *CODE], 2, "can't find the pipeline 'nothing'"),
        (["evaluate", "nothing", "nothing.txt", *CODE], 2, "nothing.txt: no such file"),
    ],
)
def test_one_message_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], args: list[str], code: int, message: str
) -> None:
    with registry.restored():
        if not {"--code"} & set(args) or "nothing.py" in args:
            registry.forget(module_name(NUMERIC))
        assert run_command(args) == code
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_loss_that_explodes() -> None:
    result = in_new_process("train", "config.cfg", "-o", "out", *CODE, "--training.optimizer.learn_rate=1e30")
    assert result.returncode == 1
    assert "error: the loss of 'line' is inf at step 1; the last saved model is kept" in result.stderr
    # No model, but what `kernel replay` takes.
    left = {path.name for path in Path("out").iterdir()}
    assert left == {"failed-step", "history.jsonl", "run.json"}


@pytest.mark.skipif(os.name == "nt", reason="the signal is POSIX's")
def test_killed_while_training_leaves_whole_models() -> None:
    run_command(["train", "config.cfg", "-o", "out", "--training.max_steps=1", *CODE])
    command = [sys.executable, "-m", "kernel", "train", "config.cfg", "-o", "out", *CODE]
    process = subprocess.Popen(
        [*command, "--training.max_steps=2000", "--training.patience=0", "--training.eval_frequency=1"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for row in process.stdout:
        if row.split()[1:2] == ["30"]:
            break
    assert process.poll() is None
    process.kill()
    process.communicate(timeout=60)
    for name in ("model-last", "model-best"):
        assert run_command(["evaluate", f"out/{name}", "dev.txt", *CODE]) == 0


def test_packaged_and_loaded_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_command(["train", "config.cfg", "-o", "out", *CODE]) == 0
    assert run_command(["package", "out/model-best", "packages", *CODE, "--build", "none"]) == 0
    monkeypatch.syspath_prepend("packages/numbers_pipeline-0.0.0")
    assert kernel.load("numbers_pipeline").meta["provenance"]["names"]["architectures"] == {
        "numbers.Line.v1": "code:numeric.py"
    }
    result = in_new_process(
        "evaluate",
        "numbers_pipeline",
        "dev.txt",
        env={**os.environ, "PYTHONPATH": "packages/numbers_pipeline-0.0.0"},
    )
    assert result.returncode == 0, result.stderr
    assert "r2" in result.stdout


def test_a_pipeline_that_lacks_something_is_told_what() -> None:
    code = NUMERIC.read_text().replace("class Numbers(BasePipeline):", "class Numbers:")
    Path("numbers_alone.py").write_text(code)
    result = in_new_process("train", "config.cfg", "--code", "numbers_alone.py")
    error = result.stderr
    assert result.returncode == 3, error
    assert "'numbers'" in error and "it lacks meta, example_type" in error
    assert "derive from kernel.training.protocols.BasePipeline" in error and "Traceback" not in error


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (
            ["evaluate", "out/model-best", "dev.txt", "-P"],
            "Numbers can't score its components one by one",
        ),
        (["debug", "model", "config.cfg", "-P3"], "Numbers can't run a component by itself"),
        (
            ["apply", "out/model-best", "texts.txt", "-"],
            "kernel apply needs a pipeline of texts, but out/model-best is one of the class Numbers",
        ),
        (["init", "labels", "config.cfg", "labels"], "no component of the pipeline has labels"),
    ],
)
def test_what_a_pipeline_of_numbers_cannot_do_is_said(
    command: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("texts.txt").write_text("one\n")
    assert run_command(["train", "config.cfg", "-o", "out", "--training.max_steps", "1", *CODE]) == 0
    assert run_command([*command, *CODE]) == 2
    error = capsys.readouterr().err
    assert message in error and "Traceback" not in error


def test_debug_data_and_assemble_take_a_pipeline_of_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["debug", "data", "config.cfg", *CODE]) == 0
    assert "corpora.train: 100 examples" in capsys.readouterr().out
    assert run_command(["debug", "model", "config.cfg", *CODE]) == 0
