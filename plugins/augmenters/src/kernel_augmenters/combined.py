"""Lower case, other punctuation and whitespace, each by a chance of its own."""

from collections.abc import Iterator
from typing import Annotated, Any

from kernel.config.ranges import Fraction, NonEmpty, NonNegativeFloat
from kernel.errors import ConfigError
from kernel.training import Example
from kernel_augmenters.lower_case import lowered
from kernel_augmenters.making import Augmenter, example_of, happens
from kernel_augmenters.orth_variants import OrthVariants, check, with_variants
from kernel_augmenters.whitespace import VARIANTS, with_whitespace


def create_combined_augmenter(
    lower_level: Fraction,
    orth_level: Fraction,
    orth_variants: OrthVariants | None,
    whitespace_level: Fraction,
    whitespace_per_token: NonNegativeFloat,
    whitespace_variants: Annotated[list[str], NonEmpty] | None,
) -> Augmenter:
    """Give some examples in lower case, with punctuation written in another way, or with more whitespace; some get several of these.

    lower_level, orth_level, whitespace_level: the share of examples that each of it happens to. orth_variants: as of
    kernel.orth_variants.v1. whitespace_per_token: tokens of whitespace for each token. whitespace_variants: the whitespace to draw
    from; null for blanks, tabs and line ends.
    """
    check(orth_variants or {})
    variants = list(VARIANTS) if whitespace_variants is None else whitespace_variants
    wrong = [each for each in variants if not each or not each.isspace()]
    if wrong:
        raise ConfigError(f"whitespace_variants: {wrong[0]!r} is no whitespace")

    def augment(nlp: Any, example: Example) -> Iterator[Example]:
        reference = example.reference
        if happens(orth_level) and orth_variants:
            reference = with_variants(reference, orth_variants)
        if happens(lower_level):
            reference = lowered(reference)
        if happens(whitespace_level):
            reference = with_whitespace(reference, whitespace_per_token, variants)
        yield example_of(nlp, example, reference)

    return augment
