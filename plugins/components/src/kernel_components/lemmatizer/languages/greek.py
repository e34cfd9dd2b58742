"""The lemmatizer of Greek: exceptions, then endings."""

from collections.abc import Callable
from typing import Any, ClassVar

from kernel.language import Language
from kernel.tokens import Token
from kernel_components.lemmatizer.component import Lemmatizer, listed
from kernel_components.lemmatizer.languages.endings import lemmas_by_endings
from kernel_components.lemmatizer.languages.making import lemmatizer_factory


@lemmatizer_factory("el.lemmatizer", mode="rule")
def make_greek_lemmatizer(
    nlp: Language,
    name: str,
    model: Any,
    mode: str,
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "GreekLemmatizer":
    """Build the component for Greek.

    The settings are those of lemmatizer. The mode rule needs the tables lemma_rules, lemma_exc and lemma_index.
    """
    return GreekLemmatizer(nlp.vocab, model, name, mode=mode, overwrite=overwrite, scorer=scorer)


class GreekLemmatizer(Lemmatizer):
    """That of Greek, in lower case throughout."""

    depends_on: ClassVar[dict[str, tuple[str, ...]]] = {**Lemmatizer.depends_on, "rule": ("ORTH", "POS")}
    usual_shapes = frozenset({"rule"})

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """The tables that a mode needs, and those that it uses if they are there."""
        if mode == "rule":
            return ["lemma_rules", "lemma_exc", "lemma_index"], []
        return super().get_lookups_config(mode)

    def rule_lemmatize(self, token: Token) -> list[str]:
        """What is found first: the word among the known ones, its exceptions, what the endings make of it, the word."""
        word, pos = token.text.lower(), token.pos_.lower()
        known = self.known_words(pos)
        if word in known:
            return [word]
        return (
            listed(self.entry("lemma_exc", pos, {}).get(word, ()))
            or lemmas_by_endings(word, self.entry("lemma_rules", pos, ()), known)
            or [word]
        )
