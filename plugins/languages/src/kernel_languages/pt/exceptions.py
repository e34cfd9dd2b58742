"""The special cases of Portuguese: abbreviations that end in a full stop."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    Arq. Av. Cap. Cel. Cia. D. Dr. Dra. Drs. E.U.A. EUA. Eng. Exma. Exmo. Gen. Jr. Ltda. Prof. Profa. Pça. R. Rod. S.A. Sr. Sra.
    Sras. Srs. Srta. Sta. Sto. Ten. V.Exa. a.C. a.m. abr. ago. aprox. art. cap. cf. d.C. etc. ex. fev. fig. jan. jul. jun. mai.
    máx. mín. n. nov. núm. op.cit. out. p.ex. p.m. pág. págs. set. séc. tel. vol. vs.
""")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole(_ABBREVIATIONS)}
