"""The writer of pages: `kernel apply MODEL IN OUT.html`, or `--format html`."""

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from kernel.errors import LossWarning
from kernel.tokens import Doc
from kernel.tokens.annotated import annotated
from kernel_render.documents import draw_document
from kernel_render.files import PageFile

FORMAT = "a page"
_DRAWN = frozenset({"entities", "ids of entities", "spans", "categories", "dependencies"})
# Drawn with the words of a tree, where there is one.
_IN_TREES = frozenset({"parts of speech", "sentences"})
# Every arc is drawn, those of punctuation too.
_OPTIONS = {"collapse_punct": False}


class HtmlWriter:
    """One page of HTML with all documents, each with everything that can be drawn of it."""

    suffixes = PageFile.suffixes
    is_folder = False

    def write(self, docs: Iterable[tuple[Doc, dict[str, Any]]], target: BinaryIO) -> None:
        """Write documents to an open file, each at once."""
        lost: Counter[str] = Counter()
        holders: Counter[str] = Counter()
        number = 0

        def counted() -> Iterator[tuple[Doc, dict[str, Any]]]:
            nonlocal number
            for doc, others in docs:
                number += 1
                found = undrawn(doc, others)
                lost.update(found)
                holders.update(found.keys())
                yield doc, others

        PageFile(lambda doc: [draw_document(doc, options=_OPTIONS)]).write(counted(), target)
        if lost:
            sums = {kind: (many, holders[kind]) for kind, many in lost.items()}
            warnings.warn(LossWarning(FORMAT, sums, number), stacklevel=2)


def undrawn(doc: Doc, others: dict[str, Any]) -> dict[str, int]:
    """How many annotations of each kind no picture shows."""
    found = annotated(doc)
    drawn = _DRAWN | (_IN_TREES if "dependencies" in found else frozenset())
    lost = {kind: many for kind, many in found.items() if kind not in drawn}
    lost["user data"] = lost.get("user data", 0) - ("title" in doc.user_data)
    lost["other keys of records"] = len(others)
    return {kind: many for kind, many in lost.items() if many > 0}


def html() -> HtmlWriter:
    """Write a page of HTML to look at: entities, spans, categories and trees of each document."""
    return HtmlWriter()
