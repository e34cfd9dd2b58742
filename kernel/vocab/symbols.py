"""The built-in symbols: strings whose number is small and fixed, instead of their hash.

The numbers are the field's, so that stored ids mean the same strings here.
"""

from __future__ import annotations

from kernel.vocab.attrs import IDS

_POS = "ADJ ADP ADV AUX CONJ CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X EOL SPACE"
_ENTITIES = (
    "PERSON NORP FACILITY ORG GPE LOC PRODUCT EVENT WORK_OF_ART LANGUAGE LAW DATE TIME PERCENT MONEY "
    "QUANTITY ORDINAL CARDINAL"
)
_DEPENDENCIES = (
    "acomp advcl advmod agent amod appos attr aux auxpass cc ccomp complm conj cop csubj csubjpass dep det "
    "dobj expl hmod hyph infmod intj iobj mark meta neg nmod nn npadvmod nsubj nsubjpass num number oprd "
    "obj obl parataxis partmod pcomp pobj poss possessive preconj prep prt punct quantmod relcl rcmod root "
    "xcomp acl"
)


def _numbered(names: str, first: int) -> dict[str, int]:
    return {name: number for number, name in enumerate(names.split(), first)}


SYMBOLS: dict[str, int] = {
    "": 0,
    **IDS,
    "IS_OOV_DEPRECATED": 13,
    "CLUSTER": 72,
    "PROB": 82,
    **_numbered(_POS, 84),
    **{f"DEPRECATED{number:03}": 103 + number for number in range(1, 277)},
    **_numbered(_ENTITIES, 380),
    **_numbered(_DEPENDENCIES, 398),
    "_": 456,
}
NAMES: dict[int, str] = {number: name for name, number in SYMBOLS.items()}
HIGHEST_SYMBOL = max(NAMES)

POS_TAGS: frozenset[str] = frozenset(_POS.split())
"""Coarse part-of-speech tags that a token can carry."""
