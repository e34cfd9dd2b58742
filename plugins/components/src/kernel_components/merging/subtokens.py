"""merge_subtokens: tokens that the parser says are parts of one become one."""

from collections.abc import Callable
from functools import partial

import numpy as np

from kernel.language import Language
from kernel.tokens import Doc
from kernel.tokens.columns import values_of
from kernel.vocab.attrs import intify

DEP = intify("DEP")


@Language.factory(
    "merge_subtokens", requires=["token.dep"], retokenizes=True, default_config={"label": "subtok"}
)
def make_merge_subtokens(nlp: Language, name: str, label: str) -> Callable[[Doc], Doc]:
    """Makes one token of those that the parser says are parts of one. The component is `merge_subtokens`.

    label: the label of an arc from a part to the part after it.
    """
    return partial(merge_subtokens, label=label)


def merge_subtokens(doc: Doc, label: str = "subtok") -> Doc:
    """Make one token of each run of tokens with an arc `label` and the token after them, and return the document."""
    is_part = np.zeros(len(doc) + 2, dtype=np.int8)
    is_part[1:-1] = values_of(doc, DEP) == doc.vocab.strings.add(label)
    steps = np.diff(is_part)
    starts, ends = np.flatnonzero(steps > 0).tolist(), np.flatnonzero(steps < 0).tolist()
    with doc.retokenize() as retokenizer:
        for start, end in zip(starts, ends, strict=True):
            retokenizer.merge(doc[start : min(end + 1, len(doc))])
    return doc
