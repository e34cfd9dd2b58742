"""Copying a Doc, combining several, and writing and reading them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kernel.files.names import as_names
from kernel.tokens import combine, doc_bytes
from kernel.tokens.doc_json import from_json as fill_from_json
from kernel.tokens.doc_json import to_json

if TYPE_CHECKING:
    from kernel.tokens.doc import Doc
    from kernel.vocab import Vocab


class Stored:
    """The part of Doc that leaves its process, or makes a Doc of others."""

    __slots__ = ()
    vocab: Vocab

    def copy(self) -> Doc:
        """A Doc of its own with the same content."""
        return combine.copy_doc(cast("Doc", self))

    @staticmethod
    def from_docs(
        docs: Iterable[Doc],
        ensure_whitespace: bool = True,
        attrs: Sequence[str | int] | None = None,
        *,
        exclude: str | Iterable[str] = (),
    ) -> Doc | None:
        """One Doc of several, None of none. `ensure_whitespace` puts a space between them where none is.

        attrs: the token annotations to keep, all by default. exclude: any of tensor, cats, spans, user_data.
        """
        return combine.concatenate(list(docs), ensure_whitespace, as_names(exclude), attrs)

    def to_json(self, underscore: str | Iterable[str] | None = None) -> dict[str, Any]:
        """The document as plain values for JSON; `underscore` names extension attributes to include."""
        return to_json(cast("Doc", self), as_names(underscore or ()))

    def from_json(self, doc_json: dict[str, Any], *, validate: bool = False) -> Doc:
        """Fill this empty Doc from what `to_json` returned. validate: look at the form of everything first."""
        return fill_from_json(cast("Doc", self), doc_json, validate=validate)

    def to_bytes(self, *, exclude: str | Iterable[str] = ()) -> bytes:
        """The document with its strings. exclude: any of tensor, cats, spans, user_data."""
        return doc_bytes.to_bytes(cast("Doc", self), as_names(exclude))

    def from_bytes(self, bytes_data: bytes, *, exclude: str | Iterable[str] = ()) -> Doc:
        """Replace the content by what `to_bytes` wrote."""
        return doc_bytes.from_bytes(cast("Doc", self), bytes_data, as_names(exclude))

    def to_disk(self, path: str | PathLike[str], *, exclude: str | Iterable[str] = ()) -> None:
        Path(path).write_bytes(self.to_bytes(exclude=exclude))

    def from_disk(self, path: str | PathLike[str], *, exclude: str | Iterable[str] = ()) -> Doc:
        return self.from_bytes(Path(path).read_bytes(), exclude=exclude)

    def __reduce__(self) -> tuple[Callable[..., Doc], tuple[Any, ...], tuple[None, dict[str, Any]]]:
        # As they are, where msgpack makes tuples lists. As a state, so that what is in them may refer to the document.
        doc = cast("Doc", self)
        state = {
            "user_data": dict(doc.user_data),
            "cats": dict(doc.cats),
            "groups": {key: replace(group, records=[*group.records]) for key, group in doc.groups.items()},
            "said": doc.said,
        }
        return (
            _unpickle,
            (doc.vocab, doc_bytes.to_bytes(doc, ("user_data", "cats", "spans", "user_hooks"))),
            (None, state),
        )


def _unpickle(vocab: Vocab, data: bytes) -> Doc:
    from kernel.tokens.doc import Doc

    return Doc(vocab).from_bytes(data)
