"""Running a pipeline in several processes.

Each worker is a fresh interpreter that gets the pipeline as bytes, imports the modules that defined its components and
works on one batch at a time. Texts, documents and results travel as bytes, so that nothing depends on how processes
are started; the batches in flight are limited.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.discovery import rules
from kernel.errors import KernelError, UsageError
from kernel.language.stream import (
    Batch,
    Done,
    ErrorHandler,
    Settings,
    check_length,
    failure,
    make_docs,
    run_batch,
)

if TYPE_CHECKING:
    from kernel.language.components import ComponentList

# What a worker gets and gives: a text or the bytes of a document.
Parcel = str | bytes
# Batches that wait or are worked on, per process.
IN_FLIGHT = 2

_worker: tuple[ComponentList, list[str], Settings] | None = None


def run_in_processes(
    stream: Iterable[Batch],
    nlp: ComponentList,
    pack: Callable[[], tuple[Any, ...]],
    *,
    steps: Sequence[tuple[str, Any]],
    settings: Settings,
    handler: ErrorHandler | None,
    n_process: int,
) -> Iterator[Done]:
    """Finish batches in worker processes, in order.

    pack: gives a function and its arguments that make the pipeline anew, as `__reduce__` does.
    """
    count = n_process if n_process > 0 else (os.cpu_count() or 1)
    if n_process == 0 or n_process < -1:
        raise UsageError(f"n_process must be -1 (one per CPU core) or at least 1, not {n_process}")
    start = (
        pack(),
        [name for name, _ in steps],
        dict(settings),
        nlp.max_length,
        definitions(nlp),
        rules.arguments(),
    )
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_start_worker, initargs=start) as pool:
        waiting: deque[tuple[Future[Any], list[Any]]] = deque()
        try:
            for texts, contexts, position in stream:
                for offset, text in enumerate(texts):
                    check_length(text, nlp.max_length, position + offset)
                parcels = [_pack(text) for text in texts]
                waiting.append((pool.submit(_work, parcels, position), contexts))
                if len(waiting) >= IN_FLIGHT * count:
                    yield _finished(nlp, handler, *waiting.popleft())
            while waiting:
                yield _finished(nlp, handler, *waiting.popleft())
        finally:
            for future, _ in waiting:
                future.cancel()


def definitions(nlp: ComponentList) -> list[tuple[str, str]]:
    """(module, file or folder) of what registered the parts of the pipeline, other than installed packages."""
    from kernel.registries.code import CODE_MODULE, loaded
    from kernel.saving.provenance import functions_of

    registry = nlp.registry
    found = {code.module: str(code.path) for code in loaded()}
    by_path = tuple(module for module in found if module.startswith(CODE_MODULE))
    wanted = {
        origin.target.partition(":")[0]
        for origin in (registry.origin(kind, name) for kind, name in functions_of(nlp.config))
        if origin.distribution is None
    }
    # Of code that was imported as any module is, what registered something: importing a package runs no more than its
    # own file.
    wanted |= {
        module
        for module in registry.defining_modules()
        if module.startswith(tuple(f"{name}." for name in found))
    }
    for module in sorted(wanted - {"__main__"}):
        if not module.startswith(by_path or ("/",)):
            found[module] = str(getattr(sys.modules.get(module), "__file__", "") or "")
    return list(found.items())


def _finished(
    nlp: ComponentList, handler: ErrorHandler | None, future: Future[Any], contexts: list[Any]
) -> Done:
    from kernel.tokens import Doc

    try:
        done, positions, failed = future.result()
    except BrokenProcessPool as error:
        raise KernelError(
            "a worker process of nlp.pipe ended unexpectedly",
            hint="It may have run out of memory: try a smaller batch_size or n_process. In a script, the code that "
            'uses n_process must stand under `if __name__ == "__main__":`.',
        ) from error
    for name, data, message, hint in failed:
        cause = KernelError(message, hint=hint)
        if handler is None:
            raise cause
        handler(name, nlp.get_pipe(name), [Doc(nlp.vocab).from_bytes(part) for part in data], cause)
    return [Doc(nlp.vocab).from_bytes(data) for data in done], positions, contexts


def _start_worker(
    packed: tuple[Callable[..., Any], tuple[Any, ...]],
    names: list[str],
    settings: Settings,
    max_length: int,
    modules: list[tuple[str, str]],
    only_and_deny: tuple[list[str], list[str]],
) -> None:
    global _worker
    from threadpoolctl import threadpool_limits

    # The processes are the parallelism.
    threadpool_limits(1)
    rules.add_command_line(*only_and_deny)
    for module, file in modules:
        _import(module, file)
    make, arguments = packed
    nlp = make(*arguments)
    nlp.max_length = max_length
    _worker = nlp, names, settings


def _import(module: str, file: str) -> None:
    from kernel.registries.code import CODE_MODULE, load_code

    try:
        if module.startswith(CODE_MODULE):
            raise ImportError(module)
        import_module(module)
    except ImportError:
        if not Path(file).exists():
            raise
        load_code(file)


def _work(parcels: list[Parcel], position: int) -> tuple[list[bytes], list[int], list[Any]]:
    assert _worker is not None
    nlp, names, settings = _worker
    failed: list[tuple[str, list[bytes], str, str]] = []

    def note(name: str, component: Any, docs: list[Any], error: Exception) -> None:
        wrapped = failure(name, error, docs)
        failed.append((name, [doc.to_bytes() for doc in docs], wrapped.message, wrapped.hint))

    texts = [_unpack(nlp, parcel) for parcel in parcels]
    docs = make_docs(nlp.tokenizer, texts, max_length=nlp.max_length, start=position)
    done, positions = run_batch([(name, nlp.get_pipe(name)) for name in names], docs, settings, note)
    return [doc.to_bytes() for doc in done], positions, failed


def _pack(text: Any) -> Parcel:
    if isinstance(text, str):
        return text
    if not hasattr(text, "to_bytes"):
        raise UsageError(f"the stream holds neither a string nor a Doc, but {type(text).__name__}")
    data: bytes = text.to_bytes()
    return data


def _unpack(nlp: ComponentList, parcel: Parcel) -> Any:
    from kernel.tokens import Doc

    return parcel if isinstance(parcel, str) else Doc(nlp.vocab).from_bytes(parcel)
