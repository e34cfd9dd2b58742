"""The special cases of Finnish: abbreviations that end in a full stop, and words that stay whole."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    aik. alk. alv. ark. as. eaa. eKr. ed. em. eli. ent. esim. esp. etc. ev. fil. hlö. ilt. ind. jKr. jaa. jne. jr. kats. kk. ks.
    kpl. klo. l. lk. lkm. lyh. läh. maist. miel. milj. min. mj. mk. mm. mom. mrd. mlk. ns. n:o nk. nro. nyk. o.s. os. oik. p.
    par. per. pj. pl. po. prof. pnä. puh. pvm. rva. s. seur. siht. sov. srk. synt. s.o. so. t. tark. tel. til. tj. tjsp. tms.
    toim. toht. tri. ts. tv. ulk. um. v. vas. vert. vt. vrk. vs. yht. yl. ylim. ym. yms. yo.
""")
_WHOLE = words("n:o N:o")
# Days of a month are ordinals.
_DAYS = [f"{day}." for day in range(1, 32)]

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole([*_ABBREVIATIONS, *_WHOLE, *_DAYS])}
