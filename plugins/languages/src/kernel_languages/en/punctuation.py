"""English affixes: the neutral ones, possessive 's, and the clitics after words that are no special case."""

from __future__ import annotations

from kernel_languages.base import punctuation as base
from kernel_languages.base.chars import LETTER

APOSTROPHE = "['’]"
_HOUR = r"(?:(?<=^[0-9])|(?<=^[0-9]{2})|(?<=[:.\-][0-9]{2})|(?<=-[0-9]))"

PREFIXES = base.PREFIXES
SUFFIXES = base.SUFFIXES + (
    rf"{APOSTROPHE}[sS]",
    rf"(?<={LETTER}){APOSTROPHE}(?:ll|re|ve|LL|RE|VE|[dDmM])",
    # The hour's half: 10am, 7:30p.m., 8-10pm.
    rf"{_HOUR}(?:[ap]m|[AP]M|[ap]\.m\.?|[AP]\.M\.?)",
)
INFIXES = base.INFIXES + (
    # 9am-5pm
    r"(?<=[0-9])(?=[apAP][mM]-[0-9])",
    r"(?<=[0-9][apAP][mM])-(?=[0-9])",
)
