"""Questions for several workers, and their answers in the order of the questions, with a bounded number in flight."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing.connection import wait

from kernel.errors import warn
from kernel.processes.workers import Worker, how_ended

# Questions per worker that wait, are worked on, or whose answers wait.
IN_FLIGHT = 2
# Seconds between looks at whether a worker has ended without its connection telling.
_LOOK = 1.0


class Lost(Exception):
    """A worker has ended. exit_code: negative if a signal ended it. numbers: of its unanswered questions, counted from 0."""

    def __init__(self, exit_code: int, numbers: Sequence[int] = ()) -> None:
        super().__init__(exit_code, numbers)
        self.exit_code = exit_code
        self.numbers = numbers


class _Question:
    def __init__(self, number: int) -> None:
        self.number = number
        self.answer: bytes | None = None
        self.lost: Lost | None = None

    @property
    def is_open(self) -> bool:
        return self.answer is None and self.lost is None


class _Post:
    """A worker and what it was asked."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.asked: deque[_Question] = deque()
        self.lost: Lost | None = None

    def ask(self, number: int, text: bytes) -> _Question | None:
        """None if the worker has ended."""
        try:
            self.worker.connection.send_bytes(text)
        except OSError:
            self.give_up()
            return None
        question = _Question(number)
        self.asked.append(question)
        return question

    def take(self) -> None:
        """Receive an answer that is there."""
        try:
            answer = self.worker.connection.recv_bytes()
        except (EOFError, OSError):
            self.give_up()
        else:
            self.asked.popleft().answer = answer

    def give_up(self) -> None:
        self.lost = Lost(self.worker.exit_code(), [question.number for question in self.asked])
        while self.asked:
            self.asked.popleft().lost = self.lost


def answers(workers: Sequence[Worker], questions: Iterable[bytes]) -> Iterator[bytes]:
    """The answer to each question. Questions are drawn when there is room for them.

    An error of `questions` is raised after the answers to those before it, and `Lost` in the place of an answer that
    won't come.
    """
    posts = [_Post(worker) for worker in workers]
    source = iter(questions)
    waiting: deque[_Question] = deque()
    failure: Exception | None = None
    is_over = False
    asked = 0
    while waiting or not is_over:
        _receive(posts, 0)
        is_over = is_over or any(question.lost for question in waiting)
        if waiting and (is_over or not waiting[0].is_open or len(waiting) >= IN_FLIGHT * len(posts)):
            question = waiting.popleft()
            while question.is_open:
                _receive(posts, _LOOK)
            if question.answer is None:
                raise question.lost or Lost(0)
            yield question.answer
            continue
        try:
            waiting.append(_ask(posts, asked, next(source)))
            asked += 1
        except StopIteration:
            is_over = True
        except Exception as error:  # noqa: BLE001 (whatever the source of texts raises)
            failure, is_over = error, True
    if failure is not None:
        raise failure


def _ask(posts: list[_Post], number: int, text: bytes) -> _Question:
    """Ask the worker that has the least to do. One that has ended while it had nothing is warned of: the others go on."""
    ended: list[Lost] = []
    while True:
        free = [post for post in posts if post.lost is None]
        if not free:
            raise Lost(posts[-1].worker.exit_code(), [number])
        post = min(free, key=lambda post: len(post.asked))
        question = post.ask(number, text)
        if question is not None:
            for lost in ended:
                warn(
                    f"a worker process ended, {how_ended(lost.exit_code)}, while it had nothing to do: nothing is lost, "
                    "and the others go on"
                )
            return question
        if post.lost is not None and not post.lost.numbers:
            ended.append(post.lost)


def _receive(posts: list[_Post], seconds: float) -> None:
    """Take the answers that have come, or those that come first."""
    busy = {post.worker.connection: post for post in posts if post.asked}
    ready = wait(list(busy), seconds) if busy else []
    for connection in ready:
        busy[connection].take()  # type: ignore[index]
    if not ready and seconds:
        for post in busy.values():
            # A process that it started may hold the connection open.
            if post.worker.has_ended and not post.worker.connection.poll():
                post.give_up()
