"""merge_entities: each entity becomes one token."""

from collections.abc import Callable

from kernel.language import Language
from kernel.tokens import Doc


@Language.factory(
    "merge_entities", requires=["doc.ents", "token.ent_iob", "token.ent_type"], retokenizes=True
)
def make_merge_entities(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """Makes one token of each entity. The component is `merge_entities`, which has no settings."""
    return merge_entities


def merge_entities(doc: Doc) -> Doc:
    """Make one token of each entity, annotated as its root, and return the document."""
    with doc.retokenize() as retokenizer:
        for entity in doc.ents:
            retokenizer.merge(entity)
    return doc
