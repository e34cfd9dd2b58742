"""The special cases of Russian: abbreviations that end in a full stop."""

from __future__ import annotations

from kernel.tokenizer import Special
from kernel_languages.base.exceptions import EXCEPTIONS as NEUTRAL
from kernel_languages.base.whole import whole
from kernel_languages.base.words import words

_ABBREVIATIONS = words("""
    Св. авг. акад. англ. апр. в. вв. г-жа. г-н. г. гг. гл. греч. д-р. дек. долл. доц. др. и.о. и.т.д. и.т.п. изд. им. кв. кит.
    коп. лат. мин. млн. млрд. н. н.э. напр. нем. ноя. нояб. о. обл. оз. окт. п. пер. пл. пп. пр-т. пр. просп. проф. р-н. р. ред.
    рис. руб. рус. с. с/х. св. сек. сен. сент. см. ср. ст. стр. т.д. т.е. т.к. т.н. т.о. т.п. табл. тел. тыс. ул. фев. февр. фр.
    ч. э. янв. яп.
""")

EXCEPTIONS: dict[str, list[Special]] = {**NEUTRAL, **whole(_ABBREVIATIONS)}
