"""Codes of languages: other ways to write the ones that languages are registered under."""

from __future__ import annotations

from collections.abc import Container
from functools import cache

# Three letters (ISO 639-2 and -3, both forms where there are two), or retired codes, and the code that the field uses.
_OTHERS = """
afr:af amh:am ara:ar aze:az bel:be bul:bg ben:bn bod:bo tib:bo bos:bs cat:ca ces:cs cze:cs dan:da deu:de ger:de dsb:dsb
ell:el gre:el eng:en spa:es est:et eus:eu baq:eu fas:fa per:fa fin:fi fao:fo fra:fr fre:fr gle:ga grc:grc guj:gu heb:he
hin:hi hrv:hr scr:hr hsb:hsb hat:ht hun:hu hye:hy arm:hy ind:id isl:is ice:is ita:it jpn:ja kan:kn kor:ko kir:ky lat:la
ltz:lb lug:lg lij:lij lit:lt lav:lv mkd:mk mac:mk mal:ml mar:mr msa:ms may:ms nob:nb nor:nb no:nb nep:ne nld:nl dut:nl
nno:nn pol:pl por:pt ron:ro rum:ro mo:ro rus:ru san:sa sin:si slk:sk slo:sk slv:sl sqi:sq alb:sq srp:sr scc:sr sh:sr
swe:sv tam:ta tel:te tha:th tir:ti tgl:tl fil:tl tsn:tn tur:tr tat:tt ukr:uk urd:ur vie:vi mul:xx yor:yo zho:zh chi:zh
cmn:zh iw:he in:id ji:yi jw:jv
"""


@cache
def _others() -> dict[str, str]:
    return dict(pair.split(":") for pair in _OTHERS.split())


def language_code(lang: str, registered: Container[str] = ()) -> str:
    """The code that a language is registered under: "en" for "eng", "en-GB", "EN_us".

    registered: codes that stay as they are, whatever they look like. What isn't known stays, too.
    """
    first = lang.replace("_", "-").partition("-")[0].lower()
    if lang in registered or len(first) not in (2, 3):
        return lang
    return _others().get(first, first if len(first) == 2 else lang)
