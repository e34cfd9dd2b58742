"""Documents on their way between processes that have the same pipeline: whole, whatever is in their user data.

What both sides have is not sent but named: vocab, pipeline and components. The bytes are never stored.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any

from kernel.errors import KernelError
from kernel.language.stream import snippet
from kernel.registries.blame import describe_error
from kernel.tokens.underscore import name_of
from kernel.vocab import Vocab

if TYPE_CHECKING:
    from kernel.language.components import ComponentList

_VOCAB, _PIPELINE, _TOKENIZER, _COMPONENT = range(4)


def pack(nlp: ComponentList, value: Any) -> bytes:
    """A value with Docs in it as bytes."""
    file = BytesIO()
    _Packer(file, nlp).dump(value)
    return file.getvalue()


def unpack(nlp: ComponentList, data: bytes) -> Any:
    """The value of `pack`; its Docs are of this pipeline's vocab."""
    return _Unpacker(BytesIO(data), nlp).load()


class _Packer(pickle.Pickler):
    def __init__(self, file: BytesIO, nlp: ComponentList) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._names: dict[int, tuple[int, str]] = {
            **{id(component): (_COMPONENT, name) for name, component in nlp.components},
            id(nlp.tokenizer): (_TOKENIZER, ""),
            id(nlp): (_PIPELINE, ""),
        }

    def persistent_id(self, value: Any) -> tuple[int, str] | None:
        return (_VOCAB, "") if isinstance(value, Vocab) else self._names.get(id(value))


class _Unpacker(pickle.Unpickler):
    def __init__(self, file: BytesIO, nlp: ComponentList) -> None:
        super().__init__(file)
        self._nlp = nlp

    def persistent_load(self, known: tuple[int, str]) -> Any:
        kind, name = known
        if kind == _COMPONENT:
            return self._nlp.get_pipe(name)
        return {_VOCAB: self._nlp.vocab, _TOKENIZER: self._nlp.tokenizer, _PIPELINE: self._nlp}[kind]


def why_not(nlp: ComponentList, docs: Iterable[Any], error: Exception) -> KernelError:
    """The error that names the document, and its user data, that kept `docs` from being packed."""
    for doc in docs:
        cause = _failure(nlp, doc)
        if cause is None:
            continue
        found = next(
            ((key, why) for key, value in doc.user_data.items() if (why := _failure(nlp, (key, value)))),
            None,
        )
        what, cause = (name_of(found[0]), found[1]) if found else ("what it holds", cause)
        return KernelError(
            f"the document {snippet(doc)} can't go from process to process: {what}: {describe_error(cause)}",
            hint="With n_process, keep values in user data that Python can pickle.",
        )
    return KernelError(f"a batch can't go from process to process: {describe_error(error)}")


def _failure(nlp: ComponentList, value: Any) -> Exception | None:
    try:
        pack(nlp, value)
    except Exception as error:  # noqa: BLE001 (what a user's class does when it is pickled)
        return error
    return None
