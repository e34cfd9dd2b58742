"""What has to be annotated where patterns ask for it."""

from collections.abc import Iterable

from kernel.errors import DataError
from kernel.vocab import attrs
from kernel_matchers.token_patterns.tokens import Tokens

ANNOTATED = {
    attrs.TAG: "a tagger",
    attrs.POS: "a morphologizer, or a tagger and an attribute_ruler",
    attrs.MORPH: "a morphologizer, or a tagger and an attribute_ruler",
    attrs.LEMMA: "a lemmatizer",
    attrs.DEP: "a parser",
    attrs.HEAD: "a parser",
}
"""Attributes of which documents without any value are an error, and what sets them."""


def check_annotated(asked: Iterable[int], tokens: Tokens, *, remedy: str = "") -> None:
    """`DataError` for the first document that has nothing of something that patterns ask for. remedy: what else may be done."""
    for attr in sorted(ANNOTATED.keys() & set(asked)):
        place = tokens.without(attr)
        if place is not None:
            raise DataError(
                f"patterns ask for {attrs.NAMES[attr]}, and the document has none",
                document=place,
                hint=f"The pipeline needs {ANNOTATED[attr]}, and nlp(text) or nlp.pipe(texts), which run it; nlp.make_doc doesn't.{remedy}",
            )
