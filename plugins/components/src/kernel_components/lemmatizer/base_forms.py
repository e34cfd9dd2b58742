"""Which English words are their own lemma, by their part of speech and features."""

from collections.abc import Mapping

# Part of speech (None: any), and features with their values (None: the word must not have it).
_ENGLISH: tuple[tuple[str | None, dict[str, str | None]], ...] = (
    ("NOUN", {"Number": "Sing"}),
    ("VERB", {"VerbForm": "Fin", "Tense": "Pres", "Number": None}),
    (None, {"VerbForm": "Inf"}),
    (None, {"VerbForm": "None"}),
    (None, {"Degree": "Pos"}),
)


def is_english_base_form(pos: str, features: Mapping[str, str]) -> bool:
    """Whether a word needs no rule: singular nouns, infinitives, the present without -s, positive adjectives and adverbs.

    pos: coarse part of speech. features: universal features, such as {"Number": "Sing"}.
    """
    return any(
        wanted in (None, pos) and all(features.get(name) == value for name, value in values.items())
        for wanted, values in _ENGLISH
    )
