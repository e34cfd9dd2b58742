"""Tags of OpenCorpora, which pymorphy3 writes, as parts of speech and features of Universal Dependencies.

The marks are those of https://opencorpora.org/dict.php?act=gram.
"""

from collections.abc import Iterable

_POS = {
    "ADJF": "ADJ", "ADJS": "ADJ", "ADVB": "ADV", "Apro": "DET", "COMP": "ADJ", "CONJ": "CCONJ", "GRND": "VERB", "INFN": "VERB",
    "INTJ": "INTJ", "NOUN": "NOUN", "NPRO": "PRON", "NUMB": "NUM", "NUMR": "NUM", "PNCT": "PUNCT", "PRCL": "PART",
    "PREP": "ADP", "PRTF": "VERB", "PRTS": "VERB", "VERB": "VERB",
}  # fmt: skip
_FEATURES = {
    "Aspect": {"impf": "Imp", "perf": "Perf"},
    "Case": {
        "ablt": "Ins", "accs": "Acc", "datv": "Dat", "gen1": "Gen", "gen2": "Gen", "gent": "Gen", "loc2": "Loc", "loct": "Loc",
        "nomn": "Nom", "voct": "Voc",
    },
    "Gender": {"femn": "Fem", "masc": "Masc", "neut": "Neut"},
    "Mood": {"impr": "Imp", "indc": "Ind"},
    "Number": {"plur": "Plur", "sing": "Sing"},
    "Person": {"1per": "1", "2per": "2", "3per": "3", "excl": "2", "incl": "1"},
    "Tense": {"futr": "Fut", "past": "Past", "pres": "Pres"},
    "VerbForm": {"GRND": "Conv", "INFN": "Inf", "PRTF": "Part", "PRTS": "Part", "VERB": "Fin"},
    "Voice": {"actv": "Act", "pssv": "Pass"},
}  # fmt: skip
# Names of people, places and firms are proper nouns, adjectives among them too.
_NAMES = frozenset(("Name", "Patr", "Surn", "Geox", "Orgn"))


def universal(marks: Iterable[str]) -> tuple[str, dict[str, str]]:
    """The coarse part of speech, X if there is none, and the features. marks: those of one tag, such as NOUN, inan, sing."""
    marks, pos, features = list(marks), "X", {}
    for mark in marks:
        pos = _POS.get(mark, pos)
        for name, values in _FEATURES.items():
            if mark in values:
                features[name] = values[mark]
    if "Pltm" in marks:
        features["Number"] = "Ptan"
    if "Auxt" in marks:
        pos = "AUX"
    return "PROPN" if _NAMES.intersection(marks) else pos, features
