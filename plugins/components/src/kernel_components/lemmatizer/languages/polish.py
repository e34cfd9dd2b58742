"""The lemmatizer of Polish: a table of forms for each part of speech, without the prefixes of negation and of the superlative."""

from collections.abc import Callable
from typing import Any

from kernel.language import Language
from kernel.tokens import Token
from kernel_components.lemmatizer.component import Lemmatizer, listed
from kernel_components.lemmatizer.languages.making import lemmatizer_factory

_CLASSES = ["adj", "adp", "adv", "aux", "noun", "num", "part", "pron", "verb"]
# Part of speech -> the prefixes that are taken off, the first one first.
_PREFIXES = {"adj": ("nie", "naj"), "verb": ("nie",)}


@lemmatizer_factory("pl.lemmatizer", mode="pos_lookup")
def make_polish_lemmatizer(
    nlp: Language,
    name: str,
    model: Any,
    mode: str,
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "PolishLemmatizer":
    """Build the component for Polish.

    The settings are those of lemmatizer. The mode pos_lookup needs the tables lemma_lookup_adj, _adp, _adv, _aux, _noun, _num, _part, _pron and _verb.
    """
    return PolishLemmatizer(nlp.vocab, model, name, mode=mode, overwrite=overwrite, scorer=scorer)


class PolishLemmatizer(Lemmatizer):
    """That of Polish."""

    usual_shapes = frozenset({"pos_lookup"})

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """The tables that a mode needs, and those that it uses if they are there."""
        if mode == "pos_lookup":
            return [f"lemma_lookup_{each}" for each in _CLASSES], []
        return super().get_lookups_config(mode)

    def pos_lookup_lemmatize(self, token: Token) -> list[str]:
        """What the table of the token's part of speech says of the form in lower case, without prefixes first; else the form.

        A proper noun is looked up as it is, in the table of nouns; a noun in lower case before as it is.
        """
        form, pos = token.text, token.pos_.lower()
        word = form if pos == "propn" else form.lower()
        table = "lemma_lookup_noun" if pos == "propn" else f"lemma_lookup_{pos}"
        found = self.entry(table, _bare(word, pos)) or self.entry(table, word)
        if found is None and pos == "noun":
            found = self.entry(table, form)
        return listed(found or form.lower())


def _bare(word: str, pos: str) -> str:
    for prefix in _PREFIXES.get(pos, ()):
        word = word.removeprefix(prefix)
    return word
