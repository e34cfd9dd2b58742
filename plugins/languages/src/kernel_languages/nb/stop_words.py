"""Norwegian function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_ARTICLES_AND_DETERMINERS = """
    en ei et den det de denne dette disse slik slikt slike hver hvert all alt alle noen noe ingen intet begge mange mye få flere
    flest annen annet andre samme egen eget egne hvilken hvilket hvilke
"""
_PRONOUNS = """
    jeg meg min mitt mine mi du deg din ditt dine han ham hans hun henne hennes den dens det dets vi oss vår vårt våre dere
    deres de dem man en seg sin sitt sine hvem hvis hva som selv hverandre
"""
_AUXILIARIES = """
    er var være vært blir ble bli blitt har hadde ha hatt skal skulle kan kunne må måtte vil ville bør burde får fikk få gjør
    gjorde gjøre
"""
_PREPOSITIONS = """
    i på av for fra til med mot om under over etter før hos gjennom mellom uten ved ut innen blant rundt langs bak foran ifølge
    tross siden
"""
_CONJUNCTIONS = """
    og eller men så for at om når da mens inntil fordi derfor skjønt selv både verken samt enn som hvis
"""
_ADVERBS = """
    ikke ei nå da her der hit dit hvor når hvordan hvorfor også bare kun allerede ennå alltid aldri ofte igjen mye mer mest
    ganske vel jo nok opp ned inn fram bort ja nei
"""

STOP_WORDS: set[str] = set(
    words(_ARTICLES_AND_DETERMINERS + _PRONOUNS + _AUXILIARIES + _PREPOSITIONS + _CONJUNCTIONS + _ADVERBS)
)
