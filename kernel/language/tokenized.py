"""Texts become documents, before the first component gets them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kernel.errors import DataError, UsageError
from kernel.language.stream import ErrorHandler
from kernel.tokens.doc import Doc

# What error handlers and messages call it; no component can have the name.
TOKENIZER = "tokenizer"


def make_docs(tokenizer: Any, texts: Sequence[Any], *, max_length: int, start: int = 0) -> list[Doc]:
    """Tokenize a batch; documents pass as they are. `start` is the position of the first one, for messages."""
    strings = [text for text in texts if isinstance(text, str)]
    if strings and len(max(strings, key=len)) > max_length:
        for i, text in enumerate(texts):
            check_length(text, max_length, start + i)
    if len(strings) == len(texts):
        return list(tokenizer.batch(strings)) if hasattr(tokenizer, "batch") else [*map(tokenizer, texts)]
    for i, text in enumerate(texts):
        if not isinstance(text, str | Doc):
            raise UsageError(f"text {start + i} is neither a string nor a Doc, but {type(text).__name__}")
    made = iter(tokenizer.batch(strings) if hasattr(tokenizer, "batch") else map(tokenizer, strings))
    return [next(made) if isinstance(text, str) else text for text in texts]


def make_docs_of_some(
    tokenizer: Any,
    texts: Sequence[Any],
    *,
    vocab: Any,
    max_length: int,
    start: int = 0,
    handler: ErrorHandler | None = None,
) -> tuple[list[Doc], list[int]]:
    """Tokenize a batch, and let an error handler have the texts that can't be; the positions of the documents in the batch.

    The handler gets the name "tokenizer", the tokenizer, and such a text as a document of one token. Without a handler their
    errors are raised, as is that of what is no text at all.
    """
    try:
        return make_docs(tokenizer, texts, max_length=max_length, start=start), [*range(len(texts))]
    except Exception:
        if handler is None:
            raise
    docs: list[Doc] = []
    positions: list[int] = []
    for i, text in enumerate(texts):
        try:
            docs += make_docs(tokenizer, [text], max_length=max_length, start=start + i)
        except Exception as error:
            if not isinstance(text, str):
                raise
            handler(TOKENIZER, tokenizer, [Doc(vocab, words=[text], spaces=[False])], error)
        else:
            positions.append(i)
    return docs, positions


def check_length(text: Any, max_length: int, position: int | None = None) -> None:
    """`DataError` if a text has more than `max_length` characters."""
    if isinstance(text, str) and len(text) > max_length:
        raise DataError(
            f"a text of {len(text)} characters is longer than nlp.max_length = {max_length}",
            document=position,
            hint="Cut it into parts, or raise nlp.max_length: memory grows with the length.",
        )
