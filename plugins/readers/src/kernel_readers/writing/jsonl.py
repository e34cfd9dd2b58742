"""Writes JSON Lines: a document a line, in the form of `Doc.to_json`, with the rest of it under `rest`."""

import json
from collections.abc import Iterable
from typing import Any, BinaryIO

from kernel.tokens import Doc
from kernel.tokens.annotated import KINDS
from kernel_readers.formats.rest import KEY, rest_of
from kernel_readers.writing.losses import Losses

_PLACE = frozenset({"id", "start", "end"})
_BRIEFLY = frozenset(KINDS) - {"user data", "tokens of which entities are not annotated"}


class JsonLinesWriter:
    """A document a line, after the other keys of its record.

    is_brief: for people: without tokens that have nothing but their place, and without `rest`.
    """

    is_folder = False

    def __init__(self, *, is_brief: bool = False) -> None:
        self.is_brief = is_brief
        self.suffixes = () if is_brief else (".jsonl",)

    def write(self, docs: Iterable[tuple[Doc, dict[str, Any]]], target: BinaryIO) -> None:
        """Write documents to an open file, each at once."""
        losses = Losses(
            "brief JSON Lines" if self.is_brief else "JSON Lines", _BRIEFLY if self.is_brief else KINDS
        )
        for doc, others in docs:
            found = doc.to_json()
            losses.of(doc)
            if self.is_brief:
                losses.of_groups(doc)
                if all(token.keys() <= _PLACE for token in found["tokens"]):
                    del found["tokens"]
            else:
                rest, lost = rest_of(doc)
                if rest:
                    found[KEY] = rest
                for kind, number in lost.items():
                    losses.add(kind, number)
            target.write(json.dumps({**others, **found}, ensure_ascii=False).encode() + b"\n")
        losses.say()
