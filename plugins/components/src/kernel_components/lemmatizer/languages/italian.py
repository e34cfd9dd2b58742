"""The lemmatizer of Italian: a table of forms for each part of speech, then those of all others."""

from collections.abc import Callable
from typing import Any

from kernel.language import Language
from kernel.tokens import Token
from kernel_components.lemmatizer.component import Lemmatizer, listed
from kernel_components.lemmatizer.languages.making import lemmatizer_factory

# Parts of speech with a table of their own, and whose table others use.
_CLASSES = ["adj", "adp", "adv", "aux", "det", "noun", "num", "other", "pron", "verb"]
_BORROWED = {"part": "pron", "propn": "noun"}
# Words of these are in no other table.
_CLOSED = frozenset(["adj", "adp", "det", "noun", "pron"])
# Part of speech -> articles and pronouns, which are taken for each other in the tables.
_SMALL = {
    "det": {
        **dict.fromkeys(("gli", "i", "l'", "la", "le", "lo"), "il"),
        **dict.fromkeys(("un", "un'", "una"), "uno"),
    },
    "pron": {
        **dict.fromkeys(("gli", "l'", "la", "le", "li"), "lo"),
        **dict.fromkeys(("un", "un'", "una"), "uno"),
    },
}
# Short forms that tables of adjectives and pronouns have for lemmas.
_SHORT = {"alcun": "alcuno", "qualcun": "qualcuno"}


@lemmatizer_factory("it.lemmatizer", mode="pos_lookup")
def make_italian_lemmatizer(
    nlp: Language,
    name: str,
    model: Any,
    mode: str,
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
) -> "ItalianLemmatizer":
    """Build the component for Italian.

    The settings are those of lemmatizer. The mode pos_lookup needs the tables lemma_lookup and lemma_lookup_adj, _adp, _adv, _aux, _det, _noun, _num, _other, _pron and _verb.
    """
    return ItalianLemmatizer(nlp.vocab, model, name, mode=mode, overwrite=overwrite, scorer=scorer)


class ItalianLemmatizer(Lemmatizer):
    """That of Italian, which looks a word up in several tables."""

    usual_shapes = frozenset({"pos_lookup"})

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """The tables that a mode needs, and those that it uses if they are there."""
        if mode == "pos_lookup":
            return ["lemma_lookup", *(f"lemma_lookup_{each}" for each in _CLASSES)], []
        return super().get_lookups_config(mode)

    def pos_lookup_lemmatize(self, token: Token) -> list[str]:
        """What the table of the token's part of speech says of the form in lower case; of some, also the tables other and lemma_lookup.

        Articles and pronouns are known without a table. A proper noun is looked up as it is. What no table has is its own lemma, in lower case.
        """
        form, pos = token.text, token.pos_.lower()
        word = form if pos == "propn" else form.lower()
        if word in _SMALL.get(pos, ()):
            return [_SMALL[pos][word]]
        table = f"lemma_lookup_{_BORROWED.get(pos, pos)}"
        places = [table] if pos in _CLOSED else [table, "lemma_lookup_other", "lemma_lookup"]
        found = next((each for each in (self.entry(place, word) for place in places) if each), None)
        if found is None and pos == "noun":
            found = self.entry(table, form)
        lemmas = listed(found or form.lower())
        return [_SHORT.get(lemma, lemma) for lemma in lemmas] if pos in ("adj", "pron") else lemmas
