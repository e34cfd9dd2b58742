"""What a worker process does with a batch, and how a new interpreter becomes a worker."""

from __future__ import annotations

import pickle
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, NamedTuple

from kernel.errors import KernelError, keep
from kernel.language import parcels
from kernel.language.replica import make
from kernel.language.stream import Settings, annotate, failure, snippet
from kernel.language.tokenized import TOKENIZER, make_docs_of_some
from kernel.processes.workers import answer
from kernel.registries.blame import describe_error
from kernel.registries.definitions import define

if TYPE_CHECKING:
    from kernel.language.components import ComponentList
    from kernel.tokens import Doc


class Failure(NamedTuple):
    """What a component, or the tokenizer, made of documents that it could not annotate."""

    component: str
    docs: list[Doc]
    error: KernelError


class Answer(NamedTuple):
    """Finished documents with their positions in the batch. error: of the batch as a whole."""

    docs: list[Doc]
    positions: list[int]
    failures: list[Failure]
    error: KernelError | None = None


class Work:
    """What a worker does with a batch: bytes of its position and texts in, bytes of an `Answer` out."""

    def __init__(self, nlp: ComponentList, names: Sequence[str], settings: Settings) -> None:
        self._nlp = nlp
        self._names = names
        self._settings = settings

    def __call__(self, question: bytes) -> bytes:
        texts: list[Any] = []
        try:
            position, texts = parcels.unpack(self._nlp, question)
            found = self._annotated(texts, position)
        except KernelError as error:
            found = Answer([], [], [], _with_trace(error, error))
        except (Exception, SystemExit) as error:  # noqa: BLE001 (a tokenizer may fail in any way)
            where = f"a batch of {len(texts)} documents" + (
                f" that starts with {snippet(texts[0])}" if texts else ""
            )
            failed = keep(KernelError(f"{where} failed: {describe_error(error)}"), error)
            found = Answer([], [], [], _with_trace(failed, error))
        data = self._packed(found)
        # A worker is ended without notice.
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                stream.flush()
        return data

    def _annotated(self, texts: list[Any], position: int) -> Answer:
        failures: list[Failure] = []

        def note(name: str, component: Any, docs: list[Any], error: Exception) -> None:
            told = _untokenized(error, docs[0]) if name == TOKENIZER else failure(name, error, docs)
            failures.append(Failure(name, docs, _with_trace(told, error)))

        nlp = self._nlp
        docs, places = make_docs_of_some(
            nlp.tokenizer,
            texts,
            vocab=nlp.vocab,
            max_length=nlp.max_length,
            start=position,
            handler=note,
        )
        steps = [(name, nlp.get_pipe(name)) for name in self._names]
        done, positions = annotate(steps, docs, self._settings, note)
        return Answer(done, [places[place] for place in positions], failures)

    def _packed(self, found: Answer) -> bytes:
        try:
            return parcels.pack(self._nlp, found)
        except Exception as error:  # noqa: BLE001 (what a user's class does when it is pickled)
            docs = [*found.docs, *(doc for failed in found.failures for doc in failed.docs)]
            return parcels.pack(self._nlp, Answer([], [], [], parcels.why_not(self._nlp, docs, error)))


def serve(connection: Connection, work: Work) -> None:
    """Be a worker until the connection ends."""
    from threadpoolctl import threadpool_limits

    # The processes are the parallelism. PyTorch asks for its own number, and stands still with more in a forked process.
    threadpool_limits(1)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    answer(connection, work)


def serve_anew(connection: Connection) -> None:
    """Be a worker that gets the pipeline through the connection: first what `start_of` gives; nothing is the answer if all is well."""
    import signal

    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        # All of it before anything can fail: who is still sending would not hear why.
        start, pipeline = connection.recv_bytes(), connection.recv_bytes()
        define(pickle.loads(start))
        nlp, names, settings = make(pipeline)
    except EOFError:
        # Nobody waits any more.
        sys.exit(1)
    except (Exception, SystemExit) as error:  # noqa: BLE001 (imports code of users)
        connection.send_bytes(pickle.dumps(_with_trace(_as_ours(error), error)))
        sys.exit(1)
    connection.send_bytes(b"")
    serve(connection, Work(nlp, names, settings))


def _as_ours(error: BaseException) -> KernelError:
    return error if isinstance(error, KernelError) else KernelError(describe_error(error))


def _untokenized(error: Exception, doc: Doc) -> KernelError:
    if isinstance(error, KernelError):
        return error
    return keep(
        KernelError(f"the tokenizer failed on the text {snippet(doc)}: {describe_error(error)}"), error
    )


def _with_trace(error: KernelError, cause: BaseException) -> KernelError:
    error.add_note("In the worker process:\n" + "".join(traceback.format_exception(cause)))
    return error
