"""The component."""

from collections.abc import Callable
from typing import Any, ClassVar

from kernel.language import Language
from kernel.tokens import Token
from kernel_components.lemmatizer.component import Lemmatizer
from kernel_components.lemmatizer.languages.making import lemmatizer_factory
from kernel_components.lemmatizer.languages.spanish.lemmas import Lemmas

# What has one form, but for the capital of a sentence's first word.
_FIXED = frozenset(["ADP", "CCONJ", "INTJ", "PART", "PUNCT", "SCONJ", "SYM", "X"])


@lemmatizer_factory("es.lemmatizer", mode="rule")
def make_spanish_lemmatizer(
    nlp: Language,
    name: str,
    model: Any,
    mode: str,
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "SpanishLemmatizer":
    """Build the component for Spanish.

    The settings are those of lemmatizer. The mode rule needs the tables lemma_rules, lemma_rules_groups, lemma_index and lemma_exc.
    """
    return SpanishLemmatizer(nlp.vocab, model, name, mode=mode, overwrite=overwrite, scorer=scorer)


class SpanishLemmatizer(Lemmatizer):
    """That of Spanish. A verb's lemma has those of the pronouns that hang on it behind it: dámelo, dar yo él."""

    depends_on: ClassVar[dict[str, tuple[str, ...]]] = {
        **Lemmatizer.depends_on,
        "rule": ("ORTH", "POS", "MORPH", "SENT_START"),
    }
    usual_shapes = frozenset({"rule"})

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """The tables that a mode needs, and those that it uses if they are there."""
        if mode == "rule":
            return ["lemma_rules", "lemma_rules_groups", "lemma_index", "lemma_exc"], []
        return super().get_lookups_config(mode)

    def rule_lemmatize(self, token: Token) -> list[str]:
        """What exceptions and rules of the token's part of speech and features make of the form, see `lemmas.Lemmas`.

        A proper noun is its own lemma. So is what has one form, in lower case where it begins a sentence.
        """
        form, pos = token.text, token.pos_
        if pos == "PROPN" or (pos in _FIXED and not token.is_sent_start):
            return [form]
        if pos in _FIXED or pos in ("", "SPACE"):
            return [form.lower()]
        values = token.morph.to_dict().items()
        features = frozenset(f"{name}={value}" for name, several in values for value in several.split(","))
        return Lemmas(self.entry, self.known_words).of(form.lower(), pos.lower(), features)
