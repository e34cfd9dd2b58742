"""The special cases of Danish: abbreviations that end in a full stop, and words that stay whole."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    adj. adr. adv. afd. afs. alm. ang. anm. ant. apr. art. aug. bd. bem. bl.a. bygn. ca. dec. d.v.s. dvs. d.d. d.s. d.å. dir.
    distr. div. dr. e.Kr. e.l. e.lign. eks. ekskl. el. eng. etc. evt. f. f.eks. f.Kr. f.t. fa. feb. ff. fhv. fmd. foregå. forh.
    form. fr. frk. gl. gr. hf. hhv. hr. i.e. ib. iflg. incl. ing. inkl. int. jan. jf. jfr. jr. jul. jun. kbh. kl. kap. kr. lb.
    lic. m.a.o. m.fl. m.m. m.v. m.h.p. m.h.t. maks. mag. med. medd. mht. mia. mio. modt. mv. n.b. nederl. nov. nr. nuv. o.a.
    o.l. obj. obs. okt. omkr. op. opg. osv. oz. p.a. p.b. p.g.a. p.t. pag. pct. pga. pkt. prof. red. ref. resp. s. s.d. s.u.
    sek. sen. sept. skt. sml. sp. spm. st. stk. str. suppl. t.d. t.h. t.o.m. t.v. tab. tdr. tf. tidl. tilh. tlf. tr. u. u.a.
    uafh. ubf. ugtl. ult. undt. v. vb. vedr. vejl. vh. vol. vs. årg. årh.
""")
_WHOLE = words("jan.")
# Days of a month are ordinals.
_DAYS = [f"{day}." for day in range(1, 32)]

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole([*_ABBREVIATIONS, *_WHOLE, *_DAYS])}
