"""The special cases of Norwegian: abbreviations that end in a full stop, and words that stay whole."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    adj. adm. adr. adv. alm. ang. anm. ans. apr. art. aug. avd. bd. bl.a. ca. cand. co. d.d. d.e. d.s. d.v.s. dept. des. dir.
    div. dr. ds. dvs. e.Kr. e.l. eg. ekskl. eks. el. etc. etg. ev. evt. f. f.eks. f.Kr. f.o.m. feb. ff. fhv. fork. fr. frk. fv.
    fvt. gl. grl. hhv. hr. i.e. iflg. ill. ing. inkl. istf. jan. jf. jr. jul. jun. juris. kap. kfr. kgl. kl. kr. m.a.o. m.fl.
    m.m. m.v. mag. maks. md. med. mfl. mill. min. moh. mnd. mrd. mva. nat. nov. nr. nto. o.a. o.l. obs. off. ofl. okt. omtr. op.
    osv. ovf. p.g.a. p.r. p.t. pga. pkt. prof. pr. ref. resp. s.d. s.k. s.u. sek. sep. sept. sml. sms. spm. sr. st. stk. str.
    t.d. t.h. t.o.m. t.v. tidl. tlf. trykt. tsk. u.a. ubøy. utg. v. vedk. vedr. vha. vit. vn. vol. vs. årg. årh.
""")
# Days of a month are ordinals.
_DAYS = [f"{day}." for day in range(1, 32)]

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole([*_ABBREVIATIONS, *_DAYS])}
