"""Running a pipeline over a stream of texts: batch by batch, in order, with bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import is_
from typing import Any

from kernel.component import Component
from kernel.errors import DataError, KernelError, UsageError, WrongType, keep
from kernel.language.listening import channels_around
from kernel.listeners import Channel
from kernel.numeric import blas
from kernel.numeric.adapter import lacks_weights
from kernel.registries.blame import describe_error
from kernel.tokens.doc import Doc
from kernel.tokens.snapshot import snapshot

Settings = Mapping[str, Mapping[str, Any]]
ErrorHandler = Callable[[str, Any, list[Any], Exception], None]
# About 20 000 words: what is in flight at once.
MAX_CHARACTERS = 120_000
_UNTRAINED = (
    "nlp.initialize(lambda: examples) draws the first ones, training makes them good. A trained component is loaded: "
    "kernel.load, or add_pipe with source=."
)


def text_batches(texts: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Cut a stream into lists of at most `size` texts or documents and about `MAX_CHARACTERS` characters.

    An error of the stream is raised after what came before it.
    """
    batch: list[Any] = []
    room = MAX_CHARACTERS
    failure: Exception | None = None
    source = iter(texts)
    while True:
        try:
            text = next(source)
        except StopIteration:
            break
        except Exception as error:  # noqa: BLE001 (whatever the source raises)
            failure = error
            break
        batch.append(text)
        # A token counts as six characters. What has no length is refused later, with its position.
        room -= len(text) if isinstance(text, str) else 6 * len(text) if hasattr(text, "__len__") else 0
        if room <= 0 or len(batch) >= size:
            yield batch
            batch, room = [], MAX_CHARACTERS
    if batch:
        yield batch
    if failure is not None:
        raise failure


def annotate(
    steps: Sequence[tuple[str, Any]],
    docs: list[Doc],
    settings: Settings,
    handler: ErrorHandler | None = None,
) -> tuple[list[Doc], list[int]]:
    """Like `run_batch`, for documents that leave the pipeline: of the output of sources they keep what their `tensor` holds."""
    channels = channels_around(steps)
    done = run_batch(steps, docs, settings, handler, channels)
    for channel in channels:
        channel.let_go({*docs, *done[0]})
    return done


def run_batch(
    steps: Sequence[tuple[str, Any]],
    docs: list[Doc],
    settings: Settings,
    handler: ErrorHandler | None = None,
    channels: Sequence[Channel] | None = None,
) -> tuple[list[Doc], list[int]]:
    """Run components over a list of documents.

    channels: of the sources whose output the documents have, or get; those around the components, unless given.

    Returns the finished documents and their positions in the list: all of them, unless an error handler let some go.

    When a component that takes batches fails on one, the documents are put back as they were, and run one by one: the
    one at fault gets named, and the others are annotated once. See `kernel.tokens.snapshot` for what is put back.
    """
    positions = list(range(len(docs)))
    channels = channels_around(steps) if channels is None else channels
    with blas.one_thread():
        for name, component in steps:
            if not docs:
                break
            before, places = docs, positions
            own = settings.get(name, {})
            if len(docs) == 1 or not _takes_batches(component):
                docs, positions = _one_by_one(name, component, docs, positions, own, handler)
            else:
                put_back = snapshot(docs)
                try:
                    docs = _run(component, docs, own)
                except Exception as error:  # noqa: BLE001 (a component may fail in any way)
                    put_back()
                    docs, positions = _salvage(name, component, docs, positions, own, handler, error)
            if channels and not all(map(is_, before, docs)):
                _carry(channels, dict(zip(places, before, strict=True)), docs, positions)
    return docs, positions


def _carry(
    channels: Sequence[Channel], before: Mapping[int, Doc], docs: Sequence[Doc], positions: Sequence[int]
) -> None:
    """Let listeners find the output of sources for the documents that a component has returned instead of those it got."""
    for doc, position in zip(docs, positions, strict=True):
        if doc is not before[position]:
            for channel in channels:
                channel.carry(before[position], doc)


def _takes_batches(component: Any) -> bool:
    return hasattr(component, "pipe") and getattr(type(component), "pipe", None) is not Component.pipe


def failure(name: str, error: Exception, docs: Sequence[Any] = (), *, verb: str = "failed") -> KernelError:
    """The error that says which component failed, on which document, and how; it can be caught as the one that it reports."""
    where = f" on the document {snippet(docs[0])}" if len(docs) == 1 else ""
    if len(docs) > 1:
        where = f" on a batch of {len(docs)} documents that starts with {snippet(docs[0])}"
    if isinstance(error, DataError) and error.path is not None:
        # A file that the component happened to be the first to read.
        return error
    if isinstance(error, DataError) and isinstance(error.document, str):
        # It names its document by itself, and of several the one at fault.
        where = ""
    if isinstance(error, KernelError):
        wrapped = KernelError(f"component '{name}' {verb}{where}: {error.message}", hint=error.hint)
        wrapped.exit_code = error.exit_code
    elif lacks_weights(error):
        wrapped = UsageError(
            f"component '{name}' {verb}{where}: its model has no weights yet", hint=_UNTRAINED
        )
    else:
        wrapped = KernelError(f"component '{name}' {verb}{where}: {describe_error(error)}")
    return keep(wrapped, error)


def _run(component: Any, docs: list[Doc], settings: Mapping[str, Any]) -> list[Doc]:
    if hasattr(component, "pipe"):
        done = list(component.pipe(docs, **{"batch_size": len(docs), **settings}))
    else:
        done = [component(doc, **settings) for doc in docs]
    if len(done) != len(docs):
        raise ValueError(f"it was given {len(docs)} documents and returned {len(done)}")
    for doc in done:
        if not isinstance(doc, Doc):
            raise WrongType(f"a component must return a Doc, not {type(doc).__name__}")
    return done


def _salvage(
    name: str,
    component: Any,
    docs: list[Doc],
    positions: list[int],
    settings: Mapping[str, Any],
    handler: ErrorHandler | None,
    error: Exception,
) -> tuple[list[Doc], list[int]]:
    """Run a batch that failed document by document, to name the one at fault and to save the others."""
    kept, places = _one_by_one(name, component, docs, positions, settings, handler)
    if len(kept) == len(docs):
        # Only the batch as a whole fails.
        if handler is None:
            raise failure(name, error, docs) from error
        handler(name, component, list(docs), error)
    return kept, places


def _one_by_one(
    name: str,
    component: Any,
    docs: list[Doc],
    positions: list[int],
    settings: Mapping[str, Any],
    handler: ErrorHandler | None,
) -> tuple[list[Doc], list[int]]:
    kept: list[Doc] = []
    places: list[int] = []
    for doc, position in zip(docs, positions, strict=True):
        try:
            kept += _run(component, [doc], settings)
        except Exception as error:
            if handler is None:
                raise failure(name, error, [doc]) from error
            handler(name, component, [doc], error)
        else:
            places.append(position)
    return kept, places


def snippet(doc: Any) -> str:
    """The beginning of a text or document, quoted, for messages."""
    text = str(getattr(doc, "text", doc))
    return repr(text if len(text) <= 60 else text[:57] + "...")


# A batch on its way: texts or documents, their contexts, and the position of the first one in the stream.
Batch = tuple[list[Any], list[Any], int]
# A finished one: documents, the positions in the batch of those that were kept, and its contexts.
Done = tuple[list[Any], list[int], list[Any]]


def pipe(
    texts: Iterable[Any],
    run: Callable[[Iterable[Batch]], Iterator[Done]],
    *,
    as_tuples: bool,
    batch_size: int,
) -> Iterator[Any]:
    """Documents, or (document, context) for a stream of (text, context), in order."""
    if isinstance(texts, str):
        raise UsageError(
            "nlp.pipe takes a list or another iterable of texts, not one text", hint="Use nlp(text)."
        )
    if batch_size < 1:
        raise UsageError(f"batch_size must be at least 1, not {batch_size}")
    if not as_tuples:
        return (doc for docs, _, _ in run(_contexts(texts, batch_size, False)) for doc in docs)
    return (
        (doc, contexts[i])
        for docs, positions, contexts in run(_contexts(texts, batch_size, True))
        for doc, i in zip(docs, positions, strict=True)
    )


def _contexts(stream: Iterable[Any], size: int, as_tuples: bool) -> Iterator[Batch]:
    start = 0
    contexts: list[Any] = []

    def texts() -> Iterator[Any]:
        for item in stream:
            try:
                text, context = item
            except (TypeError, ValueError):
                raise UsageError("with as_tuples the stream must be of pairs (text, context)") from None
            contexts.append(context)
            yield text

    for batch in text_batches(texts() if as_tuples else stream, size):
        yield batch, contexts[: len(batch)], start
        del contexts[: len(batch)]
        start += len(batch)


def run_here(
    stream: Iterable[Batch],
    make: Callable[..., tuple[list[Doc], list[int]]],
    *,
    steps: Sequence[tuple[str, Any]],
    settings: Settings,
    handler: ErrorHandler | None,
) -> Iterator[Done]:
    """Finish batches in this process.

    make: tokenizes a batch from its texts and `start`, the position of the first; documents, and their places in the batch.
    """
    for texts, contexts, start in stream:
        made, places = make(texts, start=start)
        docs, positions = annotate(steps, made, settings, handler)
        yield docs, [places[position] for position in positions], contexts
