"""Writes `.spacy` files."""

from collections.abc import Iterable
from typing import Any, BinaryIO

from kernel.tokens import Doc, DocBin
from kernel.tokens.annotated import KINDS
from kernel_readers.writing.losses import Losses

_HOLDS = frozenset(KINDS)


class DocBinWriter:
    """The field's binary corpus format, which holds everything. The documents are in memory, as about 110 bytes a token, until the last one came: what
    they have in common stands before them. A file holds up to 41 million tokens.
    """

    suffixes = (".spacy",)
    is_folder = False
    is_binary = True

    def write(self, docs: Iterable[tuple[Doc, dict[str, Any]]], target: BinaryIO) -> None:
        """Write documents to an open file."""
        store, losses = DocBin(store_user_data=True), Losses(".spacy", _HOLDS)
        for doc, others in docs:
            store.add(doc)
            losses.of(doc, others)
        target.writelines(store.pieces())
        losses.say()
