"""`n_process` in programs of every kind, and what is left when somebody ends the program or a worker."""

import os
import random
import select
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kernel.errors import KernelError
from kernel.language import Language

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs fork and pidfd")
SECONDS = 60

PROGRAM = """
import threading
import numpy
from kernel.language import Language
from kernel.tokens import Doc

for _ in range(8):
    threading.Thread(target=threading.Event().wait, daemon=True).start()

def make():
    words = set()

    @Language.component("local")
    def local(doc):
        doc.user_data["found"] = tuple(token.text in words for token in doc)
        return doc

    nlp = Language()
    nlp.add_pipe("local")
    words.add("b")
    nlp.tokenizer = lambda text: Doc(nlp.vocab, text.split("-"))
    nlp.vocab.set_vector("many", numpy.ones(10_000, dtype="float32"))
    return nlp

print([doc.user_data["found"] for doc in make().pipe(["a-b", "b"] * 2, n_process=2, batch_size=1)])
"""
LARGE = """
import multiprocessing
import numpy
from kernel.language import Language

multiprocessing.set_start_method("spawn")
nlp = Language()
nlp.vocab.set_vector("many", numpy.ones(10_000, dtype="float32"))
print([len(doc) for doc in nlp.pipe(["a b", "b"] * 2, n_process=2, batch_size=1)])
"""
GUARDED = """
import multiprocessing
from kernel.language import Language

@Language.component("local")
def local(doc):
    doc.user_data["found"] = __name__
    return doc

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    nlp = Language()
    nlp.add_pipe("local")
    print([doc.user_data["found"] for doc in nlp.pipe(["a"], n_process=2)])
"""
UNGUARDED = GUARDED.replace('__name__ == "__main__"', 'multiprocessing.get_start_method(True) or "main"')


def run(program: str, kind: str, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "program.py"
    file.write_text(program)
    command = {"file": [str(file)], "stdin": ["-"], "command": ["-c", program]}[kind]
    return subprocess.run(
        [sys.executable, *command],
        input=program if kind == "stdin" else "",
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        timeout=SECONDS,
    )


@pytest.mark.parametrize("kind", ["file", "stdin", "command"])
def test_programs_of_every_kind_have_workers(kind: str, tmp_path: Path) -> None:
    done = run(PROGRAM, kind, tmp_path)
    assert done.stdout == "[(False, True), (True,), (False, True), (True,)]\n", done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize("kind", ["file", "stdin"])
def test_programs_without_a_guard_have_new_interpreters(kind: str, tmp_path: Path) -> None:
    done = run(LARGE, kind, tmp_path)
    assert done.stdout == "[2, 1, 2, 1]\n", done.stderr


def test_components_of_a_guarded_program_are_found_in_new_interpreters(tmp_path: Path) -> None:
    assert run(GUARDED, "file", tmp_path).stdout == "['__mp_main__']\n"


def test_components_of_other_programs_are_refused_with_new_interpreters(tmp_path: Path) -> None:
    done = run(UNGUARDED, "file", tmp_path)
    assert "Put the code that uses n_process under `if __name__" in done.stderr
    # Also where the pipeline is more than a pipe's buffer holds, which is still on its way when the worker has failed.
    vectors = "import numpy; nlp.vocab.set_vector('many', numpy.ones(1_000, dtype='float32'))"
    done = run(
        UNGUARDED.replace('nlp.add_pipe("local")', f'nlp.add_pipe("local"); {vectors}'), "file", tmp_path
    )
    assert "Put the code that uses n_process under `if __name__" in done.stderr
    done = run(GUARDED, "stdin", tmp_path)
    assert "components (local) can't go to worker processes: they are defined in the program" in done.stderr


def children(pid: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


@contextmanager
def watched(pids: list[int]) -> Iterator[list[int]]:
    """Handles of processes, to see whether they end."""
    handles = [os.pidfd_open(pid) for pid in pids]
    try:
        yield handles
    finally:
        for handle in handles:
            os.close(handle)


def have_ended(handles: list[int]) -> bool:
    end = time.monotonic() + SECONDS
    return all(select.select([handle], [], [], max(0, end - time.monotonic()))[0] for handle in handles)


@contextmanager
def started(command: list[str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A program in a process group of its own, as a terminal starts it."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, cwd=folder, start_new_session=True, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


# Processes with workers that are at work, one after the other; each says which.
PARENTS = """
import os
from itertools import count
from kernel.language import Language

@Language.component("busy")
def busy(doc):
    if doc.text == "3":
        while True:
            pass
    return doc

nlp = Language()
nlp.add_pipe("busy")
while True:
    parent = os.fork()
    if parent == 0:
        for doc in nlp.pipe(map(str, count()), n_process=2, batch_size=1):
            print(os.getpid(), flush=True)
    os.waitpid(parent, 0)
"""


def kill_parents(times: int, folder: Path) -> int:
    """How often all workers ended with their parent."""
    ended = 0
    with started([sys.executable, "-c", PARENTS], folder) as process:
        assert process.stdout is not None
        last = 0
        while ended < times:
            parent = int(process.stdout.readline())
            if parent == last:
                continue
            last = parent
            with watched(children(parent)) as workers:
                assert len(workers) == 2
                os.kill(parent, signal.SIGKILL)
                if not have_ended(workers):
                    break
            ended += 1
    return ended


def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    assert kill_parents(3, tmp_path) == 3


@pytest.mark.slow
def test_workers_end_with_100_killed_parents(tmp_path: Path) -> None:
    assert kill_parents(100, tmp_path) == 100


def test_new_interpreters_end_with_a_killed_parent(tmp_path: Path) -> None:
    program = LARGE.replace('["a b", "b"] * 2', "iter(lambda: 'a', 'b')").replace(
        "print([len(doc) for", "[print(1, flush=True) for"
    )
    program = program.replace("batch_size=1)])", "batch_size=1)]")
    with started([sys.executable, "-c", program], tmp_path) as process:
        assert process.stdout is not None and process.stdout.readline() == "1\n"
        with watched(children(process.pid)) as workers:
            assert len(workers) == 2
            process.kill()
            assert have_ended(workers)


# Streams without end, one after the other, each ended by Ctrl-C.
INTERRUPTED = """
from itertools import count
from pathlib import Path
from kernel.language import Language

nlp = Language()
while True:
    try:
        print("started", flush=True)
        for doc in nlp.pipe(map(str, count()), n_process=2, batch_size=2):
            pass
    except KeyboardInterrupt:
        left = Path("/proc/self/task").glob("*/children")
        print("ended", *[children.read_text() for children in left], flush=True)
"""


def interrupt(times: int, folder: Path) -> int:
    """How often Ctrl-C, at a moment by chance, ended a stream and its workers."""
    chance = random.Random(times)
    with started([sys.executable, "-c", INTERRUPTED], folder) as process:
        assert process.stdout is not None and process.stderr is not None
        for time_ in range(times):
            assert process.stdout.readline() == "started\n"
            select.select([], [], [], chance.uniform(0, 0.05))
            os.killpg(process.pid, signal.SIGINT)
            if not select.select([process.stdout], [], [], SECONDS)[0]:
                return time_
            assert process.stdout.readline().split() == ["ended"]
        process.kill()
        assert "Traceback" not in process.stderr.read()
    return times


def test_ctrl_c_ends_a_stream_and_its_workers(tmp_path: Path) -> None:
    assert interrupt(20, tmp_path) == 20


@pytest.mark.slow
def test_100_times_ctrl_c_end_a_stream_and_its_workers(tmp_path: Path) -> None:
    assert interrupt(100, tmp_path) == 100


def interrupt_apply(chance: random.Random, folder: Path) -> None:
    command = [sys.executable, "-m", "kernel", "apply", "model", "-", "-", "-n", "2", "-b", "1"]
    with started(command, folder) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdin.write("some words\n" * 20)
        process.stdin.flush()
        process.stdout.readline()
        select.select([], [], [], chance.uniform(0, 0.02))
        with watched(children(process.pid)) as workers:
            os.killpg(process.pid, signal.SIGINT)
            assert process.wait(SECONDS) == 130 and have_ended(workers)
        assert process.stderr.read().strip() == "interrupted"


def test_ctrl_c_ends_apply(tmp_path: Path) -> None:
    Language().to_disk(tmp_path / "model")
    interrupt_apply(random.Random(0), tmp_path)


@pytest.mark.slow
def test_100_times_ctrl_c_end_apply(tmp_path: Path) -> None:
    Language().to_disk(tmp_path / "model")
    chance = random.Random(1)
    for _ in range(100):
        interrupt_apply(chance, tmp_path)


def kill_workers(times: int) -> int:
    """Kill a worker at a moment by chance: what comes is in order, up to an error that says so; nothing is left.

    How often there was an error: a worker with nothing to do is done without.
    """
    chance = random.Random(times)
    nlp = Language()
    texts = [str(number) for number in range(400)]
    errors = 0
    for _ in range(times):
        before = set(children(os.getpid()))
        found = []
        docs = nlp.pipe(texts, n_process=2, batch_size=2)
        found.append(next(docs).text)
        victim = chance.choice(sorted(set(children(os.getpid())) - before))
        killer = threading.Timer(chance.uniform(0, 0.05), os.kill, [victim, signal.SIGKILL])
        killer.start()
        with warnings.catch_warnings(record=True, action="always") as warned:
            try:
                for doc in docs:
                    found.append(doc.text)
                    if len(found) == 350:
                        killer.join()
            except KernelError as error:
                assert "a worker process of nlp.pipe ended, by SIGKILL, while it had document" in str(error)
                assert repr(texts[len(found)]) in str(error)
                errors += 1
            else:
                assert len(found) == 400
            killer.join()
        assert all("by SIGKILL, while it had nothing to do" in str(one.message) for one in warned)
        assert found == texts[: len(found)]
        assert set(children(os.getpid())) == before
    return errors


def test_a_killed_worker_is_an_error() -> None:
    assert kill_workers(5)


@pytest.mark.slow
def test_100_killed_workers_are_errors() -> None:
    assert kill_workers(100) > 50
