"""The special cases of Romanian: abbreviations that end in a full stop, and words that stay whole."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    a.c. a.k.a. alin. art. bd. bl. ca. cap. cca. cf. co. conf. cpt. d-l d-na d-le d-nei dl. dna. dr. dvs. ed. e.n. et. etc. ex.
    fig. gen. gh. gr. hect. i.e. ing. int. î.Hr. d.Hr. jr. jud. lit. lt. max. mil. min. mld. mrd. nr. op. p. pag. pct. pg. pl.
    prof. rev. resp. s.a. s.n. sec. sf. sr. st. str. ș.a. ș.a.m.d. șos. tel. ș.cl. u.m. univ. vol. vs. S.A. S.R.L. Sf. Dl. Dna.
    Prof. Dr.
""")
_WHOLE = words("într-un într-o dintr-un dintr-o printr-un printr-o")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole([*_ABBREVIATIONS, *_WHOLE])}
