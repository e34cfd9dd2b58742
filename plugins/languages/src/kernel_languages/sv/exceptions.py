"""The special cases of Swedish: abbreviations that end in a full stop, and words that stay whole."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    ang. anm. art. avd. bl.a. ca. cirka. civ.ing. d.v.s. dvs. dr. doc. e.d. e.Kr. e.m. ekon. em. enl. etc. ev. ex. exkl. f.
    f.d. f.Kr. f.m. f.n. f.ö. fil. fm. forts. fr. fr.o.m. fv. föreg. förf. hr. inkl. jfr. jur. kap. kl. m.a.o. m.fl.
    m.m. m.v.h. max. milj. min. mkr. n.b. nr. o.d. o.dyl. o.s.v. obs. osv. p.g.a. p.m. pol. prof. red. ref. resp.
    s.a.s. s.k. sek. sid. st. s:t sta. t.ex. t.h. t.o.m. t.v. tel. tex. tfn. tr. u.a. u.p.a. uppl. vard. vs. vol. årg. äv.
    övers.
""")
_WHOLE = words("S:t S:ta n:a kl. d:r")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole([*_ABBREVIATIONS, *_WHOLE])}
