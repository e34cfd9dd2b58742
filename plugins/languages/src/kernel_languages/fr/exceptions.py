"""The special cases of French: abbreviations that end in a full stop, and words that stay whole."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    Dr. J.-C. M. MM. Me. Mlle. Mme. Pr. Prof. St. Ste. ap. apr. art. av. av.J.-C. avr. bd. c.-à-d. cf. chap. déc. env. etc. ex.
    fig. févr. hab. i.e. janv. juill. max. min. n.b. no. nov. n°. oct. p. p.ex. pp. s.v.p. sept. tél. vol. vs. éd.
""")
# Words with an apostrophe or a hyphen that stay whole.
_WHOLE = words("""
    aujourd'hui aujourd’hui prud'homme prud’homme prud'hommes prud’hommes entr'acte entr’acte grand'mère grand’mère rendez-vous
    est-ce là-bas c'est-à-dire c’est-à-dire vis-à-vis peut-être
""")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole([*_ABBREVIATIONS, *_WHOLE])}
