"""The special cases of Catalan: abbreviations that end in a full stop, and words that stay whole."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    Av. Avda. C. Cia. Ctra. Dr. Dra. Pl. Prof. S.A. S.L. Sr. Sra. Srs. Srta. St. Sta. a.C. abr. ag. aprox. art. cap. cf. d.C.
    des. etc. ex. febr. fig. gen. jul. màx. mín. nov. núm. oct. p. p.ex. pp. pàg. pàgs. set. tel. vol. vs.
""")
# Clitics that begin with an apostrophe.
_WHOLE = words("'m ’m 't ’t 's ’s 'ls ’ls 'ns ’ns 'l ’l 'n ’n")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole([*_ABBREVIATIONS, *_WHOLE])}
