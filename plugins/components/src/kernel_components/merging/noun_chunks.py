"""merge_noun_chunks: each base noun phrase becomes one token."""

from collections.abc import Callable

from kernel.language import Language
from kernel.tokens import Doc
from kernel.vocab.attrs import intify

DEP = intify("DEP")


@Language.factory("merge_noun_chunks", requires=["token.dep", "token.tag", "token.pos"], retokenizes=True)
def make_merge_noun_chunks(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """Makes one token of each base noun phrase. The component is `merge_noun_chunks`, which has no settings."""
    return merge_noun_chunks


def merge_noun_chunks(doc: Doc) -> Doc:
    """Make one token of each noun chunk, annotated as its root, and return the document.

    A document without a parse or without tokens stays as it is. `Unsupported` if the language has no rule for noun chunks.
    """
    if not len(doc) or not doc.has_annotation(DEP):
        return doc
    with doc.retokenize() as retokenizer:
        for chunk in doc.noun_chunks:
            retokenizer.merge(chunk)
    return doc
