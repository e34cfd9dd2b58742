"""The special cases of Ukrainian: abbreviations that end in a full stop."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    акад. англ. бер. вер. вид. вул. гл. год. грец. грн. груд. д-р. див. дол. доц. жовт. кв. квіт. коп. лат. лип. лют. м. млн.
    млрд. н.е. напр. нім. о. обл. оз. п. пл. пор. пп. пров. просп. проф. р-н. р. ред. рис. рос. рр. с. св. сек. смт. ст. стор.
    січ. т.д. т.зв. т.п. т.ін. та.ін. табл. тел. тис. трав. фр. хв. черв. ім. ін.
""")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole(_ABBREVIATIONS)}
