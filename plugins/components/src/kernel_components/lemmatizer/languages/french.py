"""The lemmatizer of French: exceptions, then endings, then the table of forms."""

from collections.abc import Callable
from typing import Any, ClassVar

from kernel.language import Language
from kernel.tokens import Token
from kernel_components.lemmatizer.component import Lemmatizer, listed
from kernel_components.lemmatizer.languages.endings import lemmas_by_endings
from kernel_components.lemmatizer.languages.making import lemmatizer_factory

# Parts of speech that the rules are about; words of others are looked up as they are.
_RULED = frozenset(["adj", "adp", "adv", "aux", "cconj", "det", "noun", "pron", "punct", "sconj", "verb"])


@lemmatizer_factory("fr.lemmatizer", mode="rule")
def make_french_lemmatizer(
    nlp: Language,
    name: str,
    model: Any,
    mode: str,
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "FrenchLemmatizer":
    """Build the component for French.

    The settings are those of lemmatizer. The mode rule needs the tables lemma_lookup, lemma_rules, lemma_exc and lemma_index.
    """
    return FrenchLemmatizer(nlp.vocab, model, name, mode=mode, overwrite=overwrite, scorer=scorer)


class FrenchLemmatizer(Lemmatizer):
    """That of French, which looks a word up where no rule knows it."""

    depends_on: ClassVar[dict[str, tuple[str, ...]]] = {**Lemmatizer.depends_on, "rule": ("ORTH", "POS")}
    usual_shapes = frozenset({"rule"})

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """The tables that a mode needs, and those that it uses if they are there."""
        if mode == "rule":
            return ["lemma_lookup", "lemma_rules", "lemma_exc", "lemma_index"], []
        return super().get_lookups_config(mode)

    def rule_lemmatize(self, token: Token) -> list[str]:
        """What is found first: the word among the known ones, its exceptions, what the endings make of it, its entry among the forms."""
        pos = token.pos_.lower()
        if pos in ("", "space"):
            return [token.text.lower()]
        if pos not in _RULED:
            return self.lookup_lemmatize(token)
        word, known = token.text.lower(), self.known_words(pos)
        if word in known:
            return [word]
        return (
            listed(self.entry("lemma_exc", pos, {}).get(word, ()))
            or lemmas_by_endings(word, self.entry("lemma_rules", pos, ()), known)
            or listed(self.lookups["lemma_lookup"].get(word) or word)
        )
