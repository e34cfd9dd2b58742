"""Tables of special cases of a tokenizer."""

from collections.abc import Mapping
from typing import Any

from kernel.errors import UsageError
from kernel.vocab.attrs import NORM, ORTH

Exceptions = dict[str, list[dict[Any, str]]]


def update_exc(base_exceptions: Mapping[str, Any], *addition_dicts: Mapping[str, Any]) -> Exceptions:
    """A table of special cases with others over it, and the typographic apostrophe beside the straight one.

    `UsageError` for tokens that don't make up their string.
    """
    merged: Exceptions = dict(base_exceptions)
    for addition in addition_dicts:
        for text, tokens in addition.items():
            orths = [str(token.get(ORTH, token.get("ORTH", ""))) for token in tokens]
            if "".join(orths) != text:
                raise UsageError(f"the special case {text!r} is not what its tokens make up: {orths}")
        merged.update(addition)
    return {**expand_exc(merged, "'", "’"), **merged}


def expand_exc(excs: Mapping[str, Any], search: str, replace: str) -> Exceptions:
    """The special cases, and those that hold `search` once more with `replace` in its place. Norms stay."""
    more = {
        text.replace(search, replace): [
            {
                key: value if key in (NORM, "NORM") else value.replace(search, replace)
                for key, value in token.items()
            }
            for token in tokens
        ]
        for text, tokens in excs.items()
        if search in text
    }
    return {**excs, **more}
