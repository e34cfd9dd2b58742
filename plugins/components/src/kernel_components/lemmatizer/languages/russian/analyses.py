"""Which of the possible readings of a word fit its annotations."""

from collections.abc import Iterable, Mapping
from typing import Any

from kernel_components.lemmatizer.languages.russian.tags import universal

# Parts of speech whose words change, and the features that are compared.
_NOMINAL = ("Case", "Number", "Gender")
COMPARED: dict[str, tuple[str, ...]] = {
    "ADJ": _NOMINAL,
    "DET": _NOMINAL,
    "NOUN": _NOMINAL,
    "NUM": ("Case", "Gender"),
    "PRON": ("Case", "Number", "Gender", "Person"),
    "PROPN": _NOMINAL,
    "VERB": ("Aspect", "Gender", "Mood", "Number", "Tense", "VerbForm", "Voice"),
}
# Part of speech of the token -> those of the dictionary that it may have there.
_AS: dict[str, tuple[str, ...]] = {
    "NOUN": ("NOUN", "PROPN"),
    "PROPN": ("NOUN", "PROPN"),
    "DET": ("DET", "PRON"),
}


def fitting(analyses: Iterable[Any], pos: str, features: Mapping[str, str]) -> list[str]:
    """The lemmas of the readings that are in the dictionary and agree, the likeliest first, each once; perhaps none.

    analyses: of pymorphy3. pos: one of COMPARED. features: universal ones; without any, the part of speech decides alone.
    """
    lemmas = []
    for analysis in analyses:
        its_pos, its_features = universal(str(analysis.tag).replace(" ", ",").split(","))
        if not analysis.is_known or its_pos not in _AS.get(pos, (pos,)):
            continue
        both = [name for name in COMPARED[pos] if name in features and name in its_features]
        if all(features[name].lower() == its_features[name].lower() for name in both):
            lemmas.append(analysis.normal_form)
    return list(dict.fromkeys(lemmas))
