"""The lemmatizer of Catalan: exceptions, then endings, then the table of forms."""

from collections.abc import Callable
from typing import Any, ClassVar

from kernel.language import Language
from kernel.tokens import Token
from kernel_components.lemmatizer.component import Lemmatizer, listed
from kernel_components.lemmatizer.languages.endings import lemmas_by_endings
from kernel_components.lemmatizer.languages.making import lemmatizer_factory

# Parts of speech that the rules are about; words of others are looked up as they are.
_RULED = frozenset(["adj", "adp", "adv", "aux", "cconj", "det", "noun", "pron", "punct", "sconj", "verb"])


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


class CatalanLemmatizer(Lemmatizer):
    """That of Catalan, which looks a word up where no rule knows it."""

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
