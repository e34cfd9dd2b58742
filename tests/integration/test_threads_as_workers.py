"""A backend of workers that is written in thirty lines: threads of this process. It shows what a member has to do, and tests the kernel's part."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Barrier, BrokenBarrierError, Event, Thread
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from thinc.api import Model
from threadpoolctl import threadpool_limits

import kernel
from kernel.errors import ConfigError, DataError, Locked, TrainingError, UsageError, note
from kernel.registries.code import load_code
from kernel.registries.family import registry
from kernel.testing import WorkersSuite
from kernel.testing.toy import ToyPipeline
from kernel.training.equality import check_types
from kernel.training.hooks import hookimpl
from kernel.training.team import Lost, Team
from kernel.training.worker import work

pytestmark = pytest.mark.needs("kernel-nlp-workers")


@pytest.fixture(autouse=True)
def _one_thread_of_blas():
    """The number is the process's, and the members, which set it now and then, compare theirs."""
    with threadpool_limits(1):
        yield


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


class Meeting:
    """What the members share: a place for the data of each, and where they wait for each other."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.given: list[SimpleQueue[bytes]] = [SimpleQueue() for _ in range(count)]
        self.told: list[SimpleQueue[bytes | None]] = [SimpleQueue() for _ in range(count)]
        self.parts: dict[int, Any] = {}
        self.barrier = Barrier(count)
        # The first of the others whose work has ended.
        self.ended = 0


class Member:
    """One thread."""

    def __init__(self, rank: int, meeting: Meeting) -> None:
        self.rank, self.count, self._meeting = rank, meeting.count, meeting
        self.is_ready = Event()

    def gather(self, data: bytes) -> list[bytes]:
        self.is_ready.set()
        self._meeting.given[self.rank].put(data)
        return [] if self.rank else [each.get() for each in self._meeting.given]

    def broadcast(self, data: bytes) -> bytes:
        self.is_ready.set()
        if not self.rank:
            for each in self._meeting.told:
                each.put(data)
        found = self._meeting.told[self.rank].get()
        if found is None:
            raise Lost("the first member is gone", rank=0)
        return found

    def total(self, parts: Mapping[int, Any], order: Sequence[int], size: int, dtype: str) -> Any:
        try:
            self._meeting.parts.update(parts)
            self._meeting.barrier.wait()
            total = np.array(self._meeting.parts[order[0]])
            for number in order[1:]:
                total += self._meeting.parts[number]
            self._meeting.barrier.wait()
        except BrokenBarrierError:
            ended = self._meeting.ended
            # What it said last is why it has ended.
            said = b"" if self.rank or not ended else self._meeting.given[ended].get()
            raise Lost("another member is gone", rank=ended, said=said) from None
        return total

    def take_part(self, task: bytes) -> None:
        work(self, task)
        # Whoever waits for this one in a sum does so in vain.
        self._meeting.ended = self._meeting.ended or self.rank
        self._meeting.barrier.abort()

    def close(self) -> None:
        for each in self._meeting.told:
            each.put(None)
        self._meeting.barrier.abort()


def threads(settings: Any, gpu_id: int) -> Callable[[bytes], Member]:
    return partial(start, count=settings.count)


def start(task: bytes, count: int) -> Member:
    """Threads of this process. They share its random numbers, from which weights are drawn: each is ready before the next one starts."""
    meeting = Meeting(count)
    for rank in range(1, count):
        member = Member(rank, meeting)
        Thread(target=member.take_part, args=(task,), daemon=True).start()
        member.is_ready.wait()
    return Member(0, meeting)


class TestThreads(WorkersSuite):
    name = "acme.threads.v1"
    exempt: ClassVar[Mapping[str, str]] = {
        "test_the_end_of_a_member_is_told": "a thread can't end without its process",
        "test_the_silence_of_a_member_is_told": "threads wait for each other, and for nothing else",
    }

    @pytest.fixture(autouse=True)
    def _registered(self):
        with registry.restored():
            kernel.registry.workers("acme.threads.v1", threads)
            yield


def team(count: int = 2) -> list[Team]:
    meeting = Meeting(count)
    return [Team(Member(rank, meeting)) for rank in range(count)]


def test_alone_everything_is_ones_own():
    alone = Team()
    assert (alone.rank, alone.count, alone.is_first) == (0, 1, True)
    assert all(map(alone.owns, range(5)))
    assert alone.told({1: 2}) == [{1: 2}] and alone.agreed(3) == 3 and alone.gather(b"x") == [b"x"]
    alone.fail(DataError("nobody hears"))
    alone.close()


def test_work_is_dealt_in_turn():
    first, second = team()
    assert [number for number in range(5) if first.owns(number)] == [0, 2, 4]
    assert [number for number in range(5) if second.owns(number)] == [1, 3]


def test_numbers_of_numpy_are_plain_data_and_other_things_are_not():
    first, second = team()
    found = []
    other = Thread(target=lambda: found.append(second.told(np.float32(0.5))))
    other.start()
    assert first.told(np.int64(3)) == [3, 0.5]
    other.join()
    assert found == [[3, 0.5]]
    with pytest.raises(TrainingError, match=r"scores\.model is object and no plain data"):
        first.told({"scores": {"model": object()}})


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (DataError("bad words", hint="Look."), DataError),
        (UsageError("no"), UsageError),
        (Locked("busy"), Locked),
        (Lost("gone", rank=4), TrainingError),
    ],
)
def test_an_error_is_raised_by_the_first_with_its_kind_hint_and_notes(error, kind):
    first, second = team()
    error.add_note("a note")
    second.fail(error)
    with pytest.raises(kind, match=f"worker 1: {error.message}") as caught:
        first.gather(b"")
    assert type(caught.value) is kind
    assert caught.value.hint == error.hint and caught.value.__notes__ == ["a note"]


def test_what_is_told_of_a_part_of_the_work_is_told_by_the_first_in_the_order_of_the_parts(
    monkeypatch, caplog
):
    update = ToyPipeline.update

    def telling(self, examples, **settings):
        note(f"{len(examples)} points from {examples[0][0]:.3f}")
        return update(self, examples, **settings)

    monkeypatch.setattr(ToyPipeline, "update", telling)
    caplog.set_level("INFO", "kernel")
    found = []
    for count in (1, 3):
        caplog.clear()
        with registry.restored():
            kernel.registry.workers("acme.threads.v1", threads)
            TestThreads().trained(count)
        # The other members would be silent if they were processes.
        found.append([record.getMessage() for record in caplog.records if record.threadName == "MainThread"])
    assert found[0] == found[1] and len(found[0]) == 6 * 5


def test_scores_are_equal_in_type_with_any_number_of_workers(monkeypatch):
    scores = {
        "accuracy": np.float32(0.5),
        "pairs": {1: (2, 3.5), "a": {4}},
        "table": None,
        "none": float("inf"),
    }
    monkeypatch.setattr(ToyPipeline, "evaluate", lambda self, examples: dict(scores))
    found = []
    for count in (1, 2):
        with registry.restored():
            kernel.registry.workers("acme.threads.v1", threads)
            found.append([each for _, each in TestThreads().trained(count)[1][0] if each is not None])
    assert repr(found[0]) == repr(found[1]) == repr([scores] * 3)


def test_more_workers_than_shards_are_refused():
    with (
        pytest.raises(ConfigError, match=r"6 workers are more than training\.shards = 5"),
        registry.restored(),
    ):
        kernel.registry.workers("acme.threads.v1", threads)
        TestThreads().trained(6)


def test_what_a_worker_is_told_is_text():
    tasks = []

    def noting(settings: Any, gpu_id: int) -> Callable[[bytes], Member]:
        assert gpu_id == -1

        def note_and_start(task: bytes) -> Member:
            tasks.append(json.loads(task))
            return threads(settings, gpu_id)(task)

        return note_and_start

    with registry.restored():
        kernel.registry.workers("acme.threads.v1", noting)
        TestThreads().trained(2)
    (task,) = tasks
    assert set(task) == {"config", "definitions", "folder", "gpu_id", "seed", "section", "output"}


# Readers that give other members, which are other threads, something else.
READERS = """
from threading import current_thread, main_thread

from kernel import registry


class Reader:
    def __init__(self, digest, fewer):
        self.number = int(current_thread() is not main_thread())
        self.digest = lambda: f"data {self.number if digest else 0}"
        self.size = 16 - fewer * self.number

    def __call__(self, pipeline):
        return ((number / 8 - 1, number / 4 - 1) for number in range(self.size))


@registry.readers("test.Unequal.v1")
def unequal(digest: bool = False, fewer: int = 0):
    return Reader(digest, fewer)
"""


class Unequal(TestThreads):
    """Training data that differ. settings of `test.Unequal.v1`."""

    __test__ = False

    def __init__(self, reader: str) -> None:
        self.reader = reader

    def _config(self, count: int) -> str:
        code = Path("readers.py")
        code.write_text(READERS)
        load_code(code)
        kernel.registry.workers("acme.threads.v1", threads)
        return f'{super()._config(count)}\n[corpora.train]\n@readers = "test.Unequal.v1"\n{self.reader}\n'


def test_a_worker_with_other_data_is_refused():
    with pytest.raises(
        UsageError, match=r"worker 1 would train another run than worker 0:\n  data:corpora.train"
    ):
        Unequal("digest = true").trained(2)


@pytest.mark.parametrize("fewer", [1, 8, -1, -8])
def test_uneven_data_never_hang(fewer):
    with pytest.raises(TrainingError, match="worker 1 is at step [012], .*, and worker 0 at step [012], "):
        Unequal(f"fewer = {fewer}").trained(2)


@pytest.mark.needs("kernel-nlp-callbacks")
@pytest.mark.parametrize("count", [2, 3])
def test_what_a_callback_adds_to_the_gradient_counts_once(count):
    with registry.restored():
        kernel.registry.workers("acme.threads.v1", threads)
        found = TestThreads().trained(count, "kernel.Rehearse.v1")
        assert found == TestThreads().trained(1, "kernel.Rehearse.v1")
        assert found != TestThreads().trained(1), "the rehearsal does something"


class Growing:
    """Its worker has a weight more than the others, as where a component makes one in update()."""

    @hookimpl
    def train_start(self, run):
        take = run.parameters.take

        def more(**options):
            array, touched = take(**options)
            return np.append(array, np.zeros(run.team.rank, dtype=array.dtype)), touched

        run.parameters.take = more


def test_workers_with_different_numbers_of_weights_are_told():
    with registry.restored():
        kernel.registry.workers("acme.threads.v1", threads)
        kernel.registry.callbacks("acme.Growing.v1", Growing)
        with pytest.raises(
            TrainingError, match=r"different numbers of weights at step 0: \d+ of type f4 and \d+ of type f4"
        ):
            TestThreads().trained(2, "acme.Growing.v1")


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_weights_that_would_be_added_up_in_another_type_are_refused_at_the_start(dtype):
    shim = SimpleNamespace(weights=lambda: {"w": np.zeros(2, dtype=dtype)})
    model = Model("network", lambda model, X, is_train: (X, lambda dY: dY), shims=[shim])
    run = SimpleNamespace(parameters=SimpleNamespace(models={"tagger": model}))
    if dtype == "float32":
        check_types(run)
    else:
        with pytest.raises(
            UsageError, match=rf"weights of {dtype} \(tagger#0:w\) can't be trained by several"
        ):
            check_types(run)
