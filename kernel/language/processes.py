"""Running a pipeline in several processes, in order, with a bounded number of batches in flight.

Where that is safe, the workers are forked: they have the pipeline as it is, with whatever was defined in a notebook or
changed by hand. It is safe while no other thread is inside a call of ours, and no device is in use. Otherwise they are new
interpreters, which get the pipeline as bytes. Texts, documents and results travel as bytes either way.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from kernel.errors import KernelError, UsageError
from kernel.language import parcels
from kernel.language.replica import start_of
from kernel.language.stream import Batch, Done, ErrorHandler, Settings, snippet
from kernel.language.tokenized import TOKENIZER, check_length
from kernel.language.worker import Answer, Work, serve
from kernel.processes.crew import Lost, answers
from kernel.processes.gate import GATE
from kernel.processes.workers import Worker, can_fork, deaf, fork, how_ended, start_anew
from kernel.registries.blame import describe_error
from kernel.registries.definitions import refuse_if_defining

if TYPE_CHECKING:
    from kernel.language.components import ComponentList

# Seconds for which a fork waits until the calls of other threads are done.
PATIENCE = 2.0


class _Sent(NamedTuple):
    """A batch in flight. first: its first text or document."""

    first: Any
    number: int
    position: int
    contexts: list[Any]


def run_in_processes(
    stream: Iterable[Batch],
    nlp: ComponentList,
    *,
    steps: Sequence[tuple[str, Any]],
    settings: Settings,
    handler: ErrorHandler | None,
    n_process: int,
) -> Iterator[Done]:
    """Finish batches in worker processes, in order. What was finished before an error comes before it."""
    if n_process == 0 or n_process < -1:
        raise UsageError(f"n_process must be -1 (one per CPU core) or at least 1, not {n_process}")
    refuse_if_defining("uses n_process")
    count = n_process if n_process > 0 else (os.cpu_count() or 1)
    sent: deque[_Sent] = deque()
    workers: list[Worker] = []
    try:
        _start(workers, count, nlp, [name for name, _ in steps], settings)
        for data in answers(workers, _questions(nlp, stream, sent, handler)):
            yield _finished(nlp, handler, data, sent.popleft())
    except Lost as lost:
        first = lost.numbers[0]
        raise _lost(lost.exit_code, [sent[number - first] for number in lost.numbers]) from None
    finally:
        for worker in workers:
            worker.end()


def _start(
    workers: list[Worker], count: int, nlp: ComponentList, names: list[str], settings: Settings
) -> None:
    """Start workers, each added to the list at once, so that an error or Ctrl-C leaves none behind."""
    reason = ""
    if not can_fork():
        reason = "this system, or multiprocessing.set_start_method, wants them so"
    elif _uses_device(nlp):
        reason = "a GPU is in use"
    elif "jax" in sys.modules:
        reason = "JAX has threads, which a process that is forked lacks"
    else:
        work = Work(nlp, names, settings)
        with GATE.closed(PATIENCE) as is_closed, deaf():
            for _ in range(count if is_closed else 0):
                workers.append(fork(partial(serve, work=work)))
        if not is_closed:
            reason = "another thread is inside a call of kernel"
    if reason:
        start, pipeline = start_of(nlp, names, settings, reason)
        with deaf():
            for _ in range(count):
                workers.append(start_anew("kernel.language.worker", "serve_anew"))
        _hand_over(workers, [pickle.dumps(start), pipeline], reason)


def _hand_over(workers: list[Worker], messages: Sequence[bytes], reason: str) -> None:
    """Send new interpreters the pipeline, and wait until they have it."""
    for worker in workers:
        with _heard(worker):
            for message in messages:
                worker.connection.send_bytes(message)
    for worker in workers:
        with _heard(worker):
            reply = worker.connection.recv_bytes()
        if reply:
            error: KernelError = pickle.loads(reply)
            error.add_note(f"The workers are new interpreters, because {reason}.")
            raise error


@contextmanager
def _heard(worker: Worker) -> Iterator[None]:
    """Say how a worker ended, if it has, while something is sent to it or awaited from it."""
    try:
        yield
    except (EOFError, OSError):
        raise KernelError(
            f"a worker process of nlp.pipe ended before the first text, {how_ended(worker.exit_code())}"
        ) from None


def _uses_device(nlp: ComponentList) -> bool:
    """Whether a model of the pipeline, or PyTorch, has a GPU: its driver does not survive a fork."""
    torch: Any = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "cuda") and torch.cuda.is_initialized():
        return True
    nodes = (node for model in nlp.all_models().values() for node in model.walk())
    return nlp.ops.device_type != "cpu" or any(node.ops.device_type != "cpu" for node in nodes)


def _questions(
    nlp: ComponentList, stream: Iterable[Batch], sent: deque[_Sent], handler: ErrorHandler | None
) -> Iterator[bytes]:
    from kernel.tokens import Doc

    for texts, contexts, position in stream:
        for number, text in enumerate(texts, position):
            if not isinstance(text, str | Doc):
                raise UsageError(f"text {number} is neither a string nor a Doc, but {type(text).__name__}")
            if handler is None:
                check_length(text, nlp.max_length, number)
        try:
            question = parcels.pack(nlp, (position, texts))
        except Exception as error:
            docs = [text for text in texts if isinstance(text, Doc)]
            raise parcels.why_not(nlp, docs, error) from error
        sent.append(_Sent(texts[0], len(texts), position, contexts))
        yield question


def _finished(nlp: ComponentList, handler: ErrorHandler | None, data: bytes, batch: _Sent) -> Done:
    try:
        answer: Answer = parcels.unpack(nlp, data)
    except Exception as error:
        raise KernelError(
            f"{_documents(batch)} can't be read from their worker process: {describe_error(error)}",
            hint="What components set must be of classes that this process knows.",
        ) from error
    if answer.error is not None:
        raise answer.error
    for failed in answer.failures:
        if handler is None:
            raise failed.error
        component = nlp.tokenizer if failed.component == TOKENIZER else nlp.get_pipe(failed.component)
        handler(failed.component, component, failed.docs, failed.error)
    return answer.docs, answer.positions, batch.contexts


def _lost(exit_code: int, batches: Sequence[_Sent]) -> KernelError:
    hint = "A component, or a library that it uses, ended the process."
    if exit_code < 0:
        hint = (
            "The system does that when memory runs out: try a smaller batch_size or n_process."
            if -exit_code == getattr(signal, "SIGKILL", None)
            else "A component, or a library that it uses, crashed."
        )
    had = "; and ".join(map(_documents, batches))
    return KernelError(
        f"a worker process of nlp.pipe ended, {how_ended(exit_code)}, while it had {had}", hint=hint
    )


def _documents(batch: _Sent) -> str:
    if batch.number == 1:
        return f"document {batch.position}, {snippet(batch.first)}"
    last = batch.position + batch.number - 1
    return f"documents {batch.position} to {last}, the first of which is {snippet(batch.first)}"
