"""Special cases: from what users write to the pieces that replace a chunk, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kernel.errors import UsageError, WrongType
from kernel.tokenizer.splitter import Piece
from kernel.vocab import attrs


def read_special(text: str, tokens: Iterable[Mapping[Any, Any]]) -> list[Piece]:
    """The pieces of a special case: every token has an ORTH and may have a NORM, and the ORTHs spell the text."""
    if not isinstance(text, str) or not text:
        raise UsageError(f"A special case of the tokenizer needs a text, not {text!r}.")
    pieces = [
        _read_plain(number, token) or _read_token(text, number, token)
        for number, token in enumerate(tokens, 1)
    ]
    spelled = "".join(piece.text for piece in pieces)
    if spelled != text:
        raise UsageError(
            f"The tokens of the special case {text!r} spell {spelled!r}.",
            hint="The tokenizer never changes the text: the ORTHs joined have to be the special case itself.",
        )
    return pieces


def _read_plain(number: int, token: Any) -> Piece | None:
    """A token by numbers as files have it, or by names as languages do; None for all others. Loading reads thousands."""
    if type(token) is not dict:
        return None
    orth = token.get(attrs.ORTH) or token.get("ORTH")
    norm = token.get(attrs.NORM) or token.get("NORM")
    if (
        type(orth) is not str
        or len(token) != (1 if norm is None else 2)
        or type(norm) not in (str, type(None))
    ):
        return None
    return Piece(orth, norm, f"SPECIAL-{number}")


def _read_token(text: str, number: int, token: Mapping[Any, Any]) -> Piece:
    if not isinstance(token, Mapping):
        raise WrongType(
            f"Token {number} of the special case {text!r} is a dict, not {token!r}.",
            hint=f'Write add_special_case({text!r}, [{{"ORTH": {text!r}}}]).',
        )
    values = {attrs.intify(name): value for name, value in token.items()}
    extra = [attrs.NAMES.get(attr, str(attr)) for attr in values if attr not in (attrs.ORTH, attrs.NORM)]
    if extra:
        raise UsageError(
            f"Token {number} of the special case {text!r} sets {', '.join(extra)}: only ORTH and NORM can be set.",
            hint="Other attributes depend on the sentence: set them in a component, such as an attribute ruler.",
        )
    orth = values.get(attrs.ORTH)
    norm = values.get(attrs.NORM)
    if not isinstance(orth, str) or not orth or not isinstance(norm, str | None):
        raise UsageError(
            f"Token {number} of the special case {text!r} needs a non-empty text as ORTH: {dict(token)!r}."
        )
    return Piece(orth, norm, f"SPECIAL-{number}")


def write_special(pieces: Iterable[Piece]) -> list[dict[int, str]]:
    """The tokens of a special case by attribute number, as files hold them."""
    return [
        {attrs.ORTH: piece.text} if piece.norm is None else {attrs.ORTH: piece.text, attrs.NORM: piece.norm}
        for piece in pieces
    ]
