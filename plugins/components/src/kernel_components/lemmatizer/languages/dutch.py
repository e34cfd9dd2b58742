"""The lemmatizer of Dutch: exceptions, then the table of forms, then endings."""

from collections.abc import Callable
from typing import Any, ClassVar

from kernel.language import Language
from kernel.tokens import Token
from kernel_components.lemmatizer.component import Lemmatizer, listed
from kernel_components.lemmatizer.languages.making import lemmatizer_factory

# Parts of speech whose words change.
_RULED = frozenset(["adj", "adp", "adv", "aux", "det", "noun", "num", "pron", "verb"])


@lemmatizer_factory("nl.lemmatizer", mode="rule")
def make_dutch_lemmatizer(
    nlp: Language,
    name: str,
    model: Any,
    mode: str,
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "DutchLemmatizer":
    """Build the component for Dutch.

    The settings are those of lemmatizer. The mode rule needs the tables lemma_lookup, lemma_rules, lemma_exc and lemma_index.
    """
    return DutchLemmatizer(nlp.vocab, model, name, mode=mode, overwrite=overwrite, scorer=scorer)


class DutchLemmatizer(Lemmatizer):
    """That of Dutch, in lower case throughout."""

    depends_on: ClassVar[dict[str, tuple[str, ...]]] = {**Lemmatizer.depends_on, "rule": ("ORTH", "POS")}
    usual_shapes = frozenset({"rule"})

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """The tables that a mode needs, and those that it uses if they are there."""
        if mode == "rule":
            return ["lemma_lookup", "lemma_rules", "lemma_exc", "lemma_index"], []
        return super().get_lookups_config(mode)

    def lookup_lemmatize(self, token: Token) -> list[str]:
        """What the table lemma_lookup says of the form in lower case; that form, if it says nothing."""
        word = token.text.lower()
        return listed(self.lookups.get_table("lemma_lookup", {}).get(word) or word)

    def rule_lemmatize(self, token: Token) -> list[str]:
        """What is found first: the word among the known ones, its exceptions, its entry among the forms, what the endings make of it."""
        word, pos = token.text.lower(), token.pos_.lower()
        if pos not in _RULED:
            return [word]
        known, exceptions = self.known_words(pos), self.entry("lemma_exc", pos, {})
        if word in known:
            return [word]
        if word in exceptions:
            return listed(exceptions[word])
        entry = self.lookups["lemma_lookup"].get(word)
        if entry in known:
            return listed(entry)
        made = [
            word.removesuffix(old) + new
            for old, new in self.entry("lemma_rules", pos, ())
            if word.endswith(old) and word.removesuffix(old) + new
        ]
        likely = [lemma for lemma in made if lemma in known] or [
            lemma for lemma in made if lemma in exceptions
        ]
        return list(dict.fromkeys(likely)) or listed(entry or ()) or list(dict.fromkeys(made)) or [word]
