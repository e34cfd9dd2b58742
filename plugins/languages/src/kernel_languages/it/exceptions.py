"""The special cases of Italian: abbreviations that end in a full stop, and words that stay whole."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    Avv. Dott. Dott.ssa Dr. Ing. On. Prof. Prof.ssa S. S.p.A. S.r.l. SS. Sig. Sig.ra Sigg. a.C. ago. apr. arch. art. artt. avv.
    c.d. ca. cap. cfr. co. col. d.C. dic. dott. dott.ssa dr. ecc. es. etc. feb. fig. gen. geom. giu. ing. lug. mag. mons. n.
    nov. nr. num. on. ott. p. p.es. pag. pagg. pp. prof. prof.ssa rag. s.r.l. sen. set. sett. sig. sig.ra sigg. tel. ten. vol.
    vs.
""")
# Words that have lost a syllable, or whose apostrophe ends them.
_WHOLE = words("po' po’ mo' mo’ fa' fa’ va' va’ sta' sta’ di' di’ to' to’ 'sta ’sta 'sto ’sto e' e’ c'e c’e")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole([*_ABBREVIATIONS, *_WHOLE])}
