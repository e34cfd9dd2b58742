"""The special cases of Indonesian: abbreviations that end in a full stop, and words that stay whole."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    A.n. a.n. dkk. dll. dng. dr. drg. Drs. Dra. Dr. d.a. d.l. dsb. dst. e.g. hal. H. Hj. hlm. i.e. Ir. jl. Jl. Jln. jln. K.H.
    Kab. Kec. Kel. Kol. Letjen. Ltd. M.A. M.Si. M.Pd. M.Sc. Mayjen. Prof. Prov. No. no. P.T. PT. R.A. R.M. Rp. S.E. S.H. S.Kom.
    S.Pd. S.Si. S.Sos. S.T. St. Sdr. Sdri. Tbk. tgl. tsb. u.b. u.p. ybs. yth. Yth. vs.
""")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole([*_ABBREVIATIONS])}
