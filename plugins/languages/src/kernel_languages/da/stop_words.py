"""Danish function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_ARTICLES_AND_DETERMINERS = """
    en et den det de denne dette disse sådan sådant sådanne hver hvert al alt alle nogen noget nogle ingen intet begge mange
    meget få flere flest anden andet andre samme egen eget egne hvilken hvilket hvilke
"""
_PRONOUNS = """
    jeg mig min mit mine du dig din dit dine han ham hans hun hende hendes den dens det dets vi os vor vort vore vores i jer
    jeres de dem deres man en sig sin sit sine hvem hvis hvad som der selv hinanden
"""
_AUXILIARIES = """
    er var være været bliver blev blive blevet har havde have haft skal skulle kan kunne må måtte vil ville bør burde får fik få
    gør gjorde gøre
"""
_PREPOSITIONS = """
    i på af for fra til med mod om under over efter før hos gennem mellem uden ved ad inden blandt omkring langs bag foran
    ifølge trods siden
"""
_CONJUNCTIONS = """
    og eller men så for at om når da mens indtil fordi derfor skønt selvom både hverken samt end som hvis
"""
_ADVERBS = """
    ikke ej nu da her der hen hvor hvornår hvordan hvorfor også kun blot allerede endnu altid aldrig ofte igen meget mere mest
    ganske vel jo nok op ned ud ind frem bort ja nej
"""

STOP_WORDS: set[str] = set(
    words(_ARTICLES_AND_DETERMINERS + _PRONOUNS + _AUXILIARIES + _PREPOSITIONS + _CONJUNCTIONS + _ADVERBS)
)
