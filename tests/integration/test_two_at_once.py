"""Several processes and one directory: who writes it, what the others are told, and what one who loads gets."""

import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import kernel as kernel_package
from kernel.errors import Locked

from .conftest import Result
from .test_interrupted import CODE, MARKED, contents, posix, started, wait_for, works

Kernel = Callable[..., Result]
FOREVER = ("--training.max_steps=0", "--training.patience=0", "--training.eval_frequency=0")
# Saves the pipelines of two directories in turn, into a third, once for each line that it gets or all the time.
SAVER = """
import sys
import kernel
from kernel.errors import Locked

*names, target, trials = sys.argv[1:]
pipelines = [kernel.load(name) for name in names]
number = 0
print("ready", flush=True)
while trials == "endless" or number < int(trials):
    if trials != "endless":
        sys.stdin.readline()
    try:
        pipelines[number % len(pipelines)].to_disk(target.format(number))
        print("saved", flush=True)
    except Locked as error:
        print("told", flush=True)
    number += 1
"""


@pytest.fixture
def pair(project: Path) -> tuple[Path, Path]:
    """Two saved pipelines with the same files, each with other bytes."""
    for name in ("first", "second"):
        nlp = kernel_package.blank("en", meta={"name": name})
        nlp.vocab.strings.add(name)
        nlp.vocab.set_vector(name, [float(len(name))] * 4)
        nlp.add_pipe("sentencizer", config={"punct_chars": [name]})
        nlp.to_disk(name)
    first, second = contents("first"), contents("second")
    shared = {path.partition("/")[2] for path in first}
    assert shared == {path.partition("/")[2] for path in second}
    assert sum(first[f"first/{path}"] != second[f"second/{path}"] for path in shared) >= 5
    return Path("first"), Path("second")


@contextmanager
def saver(*args: object) -> Iterator[subprocess.Popen[str]]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", SAVER, *map(str, args)], text=True, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def inside(folder: Path) -> dict[str, bytes]:
    return {path.partition("/")[2]: content for path, content in contents(str(folder)).items()}


@pytest.mark.parametrize("trials", [4, pytest.param(200, marks=pytest.mark.slow)])
def test_two_that_save(pair: tuple[Path, Path], trials: int) -> None:
    originals = [inside(path) for path in pair]
    found = Counter()
    with saver(pair[0], "out{}", trials) as one, saver(pair[1], "out{}", trials) as other:
        for process in (one, other):
            wait_for(process, "ready")
        for number in range(trials):
            for process in (one, other):
                assert process.stdin is not None
                process.stdin.write("go\n")
                process.stdin.flush()
            said = [process.stdout.readline().strip() for process in (one, other) if process.stdout]
            winner = originals.index(inside(Path(f"out{number}")))
            assert said[winner] == "saved"
            assert kernel_package.load(f"out{number}").meta["name"] == pair[winner].name
            found[tuple(sorted(said))] += 1
    assert set(found) <= {("saved", "told"), ("saved", "saved")}
    assert not list(Path().glob(".out*")), "nothing piles up"


@pytest.mark.parametrize("loads", [5, pytest.param(200, marks=pytest.mark.slow)])
def test_loading_while_another_saves(pair: tuple[Path, Path], loads: int) -> None:
    shutil.copytree(pair[0], "out")
    seen = set()
    with saver(*pair, "out", "endless") as process:
        for _ in range(3):
            wait_for(process, "saved")
        # Nobody reads what it prints from here on, so it ends when the pipe is full, after 10,000 times.
        for _ in range(loads):
            nlp = kernel_package.load("out")
            name = nlp.meta["name"]
            assert nlp.get_pipe("sentencizer").punct_chars == {name}
            assert nlp.vocab.get_vector(name).tolist() == [float(len(name))] * 4
            assert nlp.path == Path("out")
            seen.add(name)
    assert seen <= {"first", "second"}


def test_loading_into_a_pipeline_what_is_replaced_meanwhile(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(pair[0], "out")
    nlp, other = kernel_package.load("first"), kernel_package.load("second")
    component = nlp.get_pipe("sentencizer")
    read = component.from_disk

    def from_disk(path: Path, **options: object) -> object:
        if component.punct_chars == {"first"}:
            other.to_disk("out")
        return read(path, **options)

    monkeypatch.setattr(component, "from_disk", from_disk)
    nlp.from_disk("out")
    assert nlp.meta["name"] == "second"
    assert component.punct_chars == {"second"}
    assert nlp.vocab.get_vector("second").tolist() == [6.0] * 4


@posix
def test_two_runs_into_one_output(kernel: Kernel, project: Path, trained: Path) -> None:
    (project / "own.py").write_text(CODE)
    with started(*MARKED, *FOREVER) as process:
        wait_for(process, "step 2")
        # One message, before any data is read, and nothing is touched.
        before = {path.name: path.read_bytes() for path in Path("out").iterdir() if path.is_file()}
        result = kernel("train", "config.cfg", "-o", "out", "--paths.train", "nothing.jsonl")
        result.is_refused(
            2, f"out is being written by process {process.pid} on ", ", since ", "another output"
        )
        assert "nothing.jsonl" not in result.err
        assert {path.name: path.read_bytes() for path in Path("out").iterdir() if path.is_file()} == before
        assert before
        # Neither does anybody else save there, but others may save elsewhere.
        nlp = kernel_package.load(trained)
        with pytest.raises(Locked, match=f"process {process.pid}"):
            nlp.to_disk("out/model-last")
        nlp.to_disk("elsewhere")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert works(kernel, "out/model-last")
    assert not list(Path("out").glob(".*"))
    assert kernel("train", "config.cfg", "-o", "out").code == 0


@posix
def test_other_commands_say_who_writes(kernel: Kernel, project: Path, model: Path) -> None:
    from kernel.files.lock import Lock

    with Lock("found.jsonl"), Lock("made"), Lock("packages/en_pipeline-0.0.0"):
        told = "is being written by another writer in this process"
        kernel("apply", str(model), "texts.txt", "found.jsonl").is_refused(2, f"found.jsonl {told}")
        kernel("assemble", "config.cfg", "made").is_refused(2, f"made {told}")
        kernel("package", str(model), "packages").is_refused(2, f"en_pipeline-0.0.0 {told}")
    assert not Path("found.jsonl").exists()


def test_a_leftover_is_read_and_stays_where_it_is(kernel: Kernel, model: Path) -> None:
    Path("own.py").write_text(CODE)
    model.rename(".model.new")
    before = contents(".")
    assert kernel_package.load("model").path == Path("model")
    assert works(kernel, "model")
    assert kernel("info", "model").code == 0
    assert kernel("plugins", "requires", "model").code == 0
    assert kernel("package", "model", "packages").code == 0
    shutil.rmtree("packages")
    assert contents(".") == before


def test_a_pipeline_that_is_replaced_while_it_is_packaged(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from kernel.packaging import build

    nlp = kernel_package.load("second")
    read = build.read_meta

    def read_meta(folder: Path) -> dict[str, object]:
        meta = read(folder)
        if meta["name"] == "first":
            nlp.to_disk("first")
        return meta

    monkeypatch.setattr(build, "read_meta", read_meta)
    built = build.build_package("first", "packages")
    assert built.name == "en_second-0.0.0"
    data = built / "en_second" / "en_second-0.0.0"
    for file in ("config.cfg", "sentencizer/cfg"):
        assert (data / file).read_bytes() == (pair[1] / file).read_bytes()
