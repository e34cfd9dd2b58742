"""The special cases of Dutch: abbreviations that end in a full stop, and words that stay whole."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    B.V. Dhr. Dr. Drs. Ir. Jr. Mevr. Mr. Mw. N.V. Prof. Sr. St. a.s. a.u.b. afb. afd. apr. art. aug. bijv. blz. bv. ca. circa.
    d.w.z. dec. dhr. dr. drs. e.a. e.d. enz. etc. evt. excl. feb. hfst. i.p.v. i.v.m. incl. ing. ir. jan. jl. jr. jul. jun.
    m.a.w. m.b.t. m.i. m.m. m.n. max. mevr. min. mld. mln. mr. mrt. mw. n.Chr. n.a.v. nov. nr. nrs. o.a. o.l.v. o.m. okt. p.
    pag. prof. red. resp. s.v.p. sep. sept. sr. t.a.v. t.o.v. t/m tel. v.Chr. vgl. vs. z.g. zgn. zog.
""")
# Clitics that begin with an apostrophe.
_WHOLE = words(
    "'s 't 'n 'k 'm 'r ’s ’t ’n ’k ’m ’r z'n z’n m'n m’n zo'n zo’n d'r d’r foto's foto’s auto's auto’s"
)

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole([*_ABBREVIATIONS, *_WHOLE])}
