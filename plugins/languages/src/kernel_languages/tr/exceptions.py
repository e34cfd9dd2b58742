"""The special cases of Turkish: abbreviations that end in a full stop, and words that stay whole."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    A.Ş. Alb. Apt. Ar. Av. Bkz. Bl. Bnb. Bul. Böl. Bşk. Cad. Cilt. Cm. Dr. Doç. Dz. Fak. Gen. Hz. Kd. Kur. Ltd. Mah. Müd. Müh.
    M.Ö. M.S. No. Onb. Opr. Ord. Ort. Org. Prof. Sf. Sn. Sok. St. Şb. Şrk. Şti. T.C. Tel. Tğm. Tls. Tuğg. Tüg. Uzm. Üçvş. Ütğm.
    Vb. Vs. Yrd. Yzb. bkz. cilt. çev. dk. haz. ör. s. sf. sn. vb. vd. vs. yy. yay. age. agm.
""")
_WHOLE = words("A.B.D. K.K.T.C.")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole([*_ABBREVIATIONS, *_WHOLE])}
