"""EntityLinker: the context of each entity of a document as a vector."""

from collections.abc import Sequence
from typing import Any

from thinc.api import Model

from kernel.config.ranges import PositiveInt
from kernel.tokens import Doc
from kernel.tokens.sentences import sentences_around
from kernel_architectures.entity_linker.model import entity_linker


def build_entity_linker(tok2vec: Model[list[Doc], Any], nO: PositiveInt | None = None) -> Model[Any, Any]:
    """Encode contexts: mean of the token vectors of `tok2vec`, a residual Maxout layer of two pieces, and a linear layer.

    Takes documents, and gives a row for each of their entities: its context is the sentence that it lies in, with as many sentences
    on either side as the attribute `n_sents` of the model says. Or takes a tuple of documents and a Ragged with contexts, int (C, 2),
    first token and token after the last, and gives a row for each. Refs: tok2vec, output_layer.

    nO: the width of the vectors of entities. The component sets it.
    """
    return entity_linker("entity_linker", tok2vec, nO, _sentences)


def _sentences(model: Model[Any, Any], docs: Sequence[Doc]) -> list[list[tuple[int, int]]]:
    n_sents = model.attrs["n_sents"]
    ranges = [[(start, end) for start, end, _ in doc.entity_ranges()] for doc in docs]
    return [
        sentences_around(doc.sentence_borders(), own, n_sents) if own else []
        for doc, own in zip(docs, ranges, strict=True)
    ]
