"""Between documents and the columns of the parser: what limits it, and what it found."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel.tokens.batch import batch_column, batch_has, set_batch_heads
from kernel.tokens.projective import LabelParts, deprojectivized
from kernel.vocab.attrs import intify
from kernel_components.arc_eager import Constraints, Parse

IS_SPACE, SENT_START = intify("IS_SPACE"), intify("SENT_START")


def constraints(docs: Sequence[Doc]) -> Constraints:
    """What limits the parser in these documents: the sentence starts that they have already."""
    starts = batch_column(docs, SENT_START).astype(np.int8) if batch_has(docs, SENT_START) else None
    return Constraints([len(doc) for doc in docs], starts)


def write_parse(
    docs: Sequence[Doc], parse: Parse, parts: LabelParts, numbers: NDArray[np.uint64], root: int
) -> None:
    """Set the heads, labels and sentence starts of the documents; lifted arcs are taken back.

    parts: what the parser's labels say. numbers: of `parts.names` in the StringStore. root: the number of the label of roots.
    """
    is_space = partial(batch_column, docs, IS_SPACE)
    heads, labels = deprojectivized(parse.heads, parse.labels, parts, is_space)
    relative = (heads - np.arange(len(heads))).astype(np.int32)
    deps = numbers[labels] if len(numbers) else np.zeros(len(labels), dtype=np.uint64)
    deps[(relative == 0) | (labels < 0)] = root
    set_batch_heads(docs, relative, deps)
