"""The special cases of German: abbreviations that end in a full stop, and words that stay whole."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    Abb. Abs. Apr. Art. Aufl. Aug. Bd. Bde. Bsp. Dez. Di. Dipl. Do. Dr. Feb. Fr. Frl. Hr. Hrsg. Ing. Jan. Jh. Jhd. Jul. Jun.
    Kap. Mi. Mio. Mo. Mrd. Mär. Nov. Nr. Nrn. Okt. Prof. S. Sa. Sep. Sept. So. St. Str. Tab. Tel. Tsd. a.D. allg. bes. betr.
    bspw. bzw. ca. d.h. dt. e.V. e.g. ehem. einschl. engl. entspr. erg. etc. evtl. exkl. frz. geb. gem. gest. ggf. i.d.R. i.e.
    inkl. insb. jap. lat. lt. max. min. mind. n.Chr. o.g. o.ä. od. röm. s.o. s.u. sog. u. u.a. u.v.m. u.ä. usf. usw. v.Chr. v.a.
    verh. vgl. vs. z.B. z.T. z.Zt. zz. zzgl. österr.
""")
# Days of a month are ordinals: am 3. Mai. Colloquial words have lost a sound.
_WHOLE = [*(f"{day}." for day in range(1, 32)), *words("'s ’s 'n ’n 'ne ’ne 'nen ’nen ins' ab'")]

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole([*_ABBREVIATIONS, *_WHOLE])}
