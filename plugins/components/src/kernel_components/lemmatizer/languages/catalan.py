"""The lemmatizer of Catalan: exceptions, then endings, then the table of forms."""

from collections.abc import Callable
from typing import Any

from kernel.language import Language
from kernel_components.lemmatizer.languages.french import FrenchLemmatizer
from kernel_components.lemmatizer.languages.making import lemmatizer_factory


@lemmatizer_factory("ca.lemmatizer", mode="rule")
def make_catalan_lemmatizer(
    nlp: Language,
    name: str,
    model: Any,
    mode: str,
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "CatalanLemmatizer":
    """Build the component for Catalan.

    The settings are those of lemmatizer. The mode rule needs the tables lemma_lookup, lemma_rules, lemma_exc and lemma_index.
    """
    return CatalanLemmatizer(nlp.vocab, model, name, mode=mode, overwrite=overwrite, scorer=scorer)


class CatalanLemmatizer(FrenchLemmatizer):
    """That of Catalan, which goes the way of that of French."""
