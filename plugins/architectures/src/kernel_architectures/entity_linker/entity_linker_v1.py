"""The first version of EntityLinker: each document is one context."""

from collections.abc import Sequence
from typing import Any

from thinc.api import Model

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel_architectures.entity_linker.model import entity_linker


def build_entity_linker_v1(tok2vec: Model[list[Doc], Any], nO: PositiveInt | None = None) -> Model[Any, Any]:
    """The layers of kernel.EntityLinker.v2; but of documents alone it takes each for one context, and gives a row for each.

    With documents and contexts it does the same. nO: see kernel.EntityLinker.v2.
    """
    return entity_linker("entity_linker_v1", tok2vec, nO, _whole)


def _whole(model: Model[Any, Any], docs: Sequence[Doc]) -> list[list[tuple[int, int]]]:
    return [[(0, len(doc))] for doc in docs]
