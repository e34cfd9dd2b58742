"""The special cases of Spanish: abbreviations that end in a full stop."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    Arq. Av. Avda. C. Cap. Cnel. Ctra. Cía. D. Dn. Dr. Dra. Dres. Dña. EE. EE.UU. Gral. Ing. Jr. Lic. Ltda. Mons. Pbro. Pl.
    Prof. Pza. S.A. S.L. Sr. Sra. Sras. Sres. Srta. Sta. Sto. Tte. UU. Ud. Uds. Vd. Vds. a.C. a.m. abr. ago. aprox. art. cap.
    cf. d.C. dic. ej. ene. etc. feb. fig. jul. jun. máx. mín. nov. núm. oct. p.ej. p.m. pág. págs. sept. tel. vol. vs.
""")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole(_ABBREVIATIONS)}
