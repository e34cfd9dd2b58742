"""The special cases of Polish: abbreviations that end in a full stop."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    S.A. abp. al. art. bp. br. cd. cdn. czw. dr. gen. godz. gr. hab. im. inż. itd. itp. jw. kpt. ks. m.in. m.st. mgr. min. mld.
    mln. n.e. ndz. np. nr. ok. os. p.n.e. pkt. pl. pn. por. poz. prof. pt. płk. r. red. rozdz. rys. s. sek. sob. sp. str. t.
    tab. tel. tj. tom. tys. tzn. tzw. ub. ul. ust. w. wg. wt. ww. wyd. z.o.o. zob. zł. śr. św.
""")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole(_ABBREVIATIONS)}
