"""Dutch function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_ARTICLES_AND_DETERMINERS = """
    de het 't een 'n deze dit die dat zulke zo'n elk elke ieder iedere alle al sommige enige enkele veel vele weinig meer meeste
    andere ander zelfde geen welk welke
"""
_PRONOUNS = """
    ik me mij mijn m'n jij je jou jouw u uw hij hem zijn z'n zij ze haar wij we ons onze jullie hen hun men zich zichzelf wie
    wat iemand niemand iets niets alles er elkaar wiens welke degene
"""
_AUXILIARIES = """
    zijn ben bent is was waren geweest wees hebben heb hebt heeft had hadden gehad worden word wordt werd werden geworden zullen
    zal zult zou zouden kunnen kan kunt kon konden moeten moet moest moesten mogen mag mocht mochten willen wil wilt wilde
    wilden laten laat gaan ga gaat ging doen doet deed
"""
_PREPOSITIONS = """
    aan achter af bij binnen boven buiten door in langs met na naar naast om onder op over per rond sinds te tegen ten ter
    tijdens tot tussen uit van vanaf via volgens voor voorbij wegens zonder
"""
_CONJUNCTIONS = """
    en of maar want dus dat omdat doordat als wanneer toen terwijl hoewel indien tenzij zodat zodra voordat nadat zowel noch
"""
_ADVERBS = """
    niet wel ook nog al nooit altijd soms vaak weer hier daar waar toen nu dan hoe waarom zo zeer heel te erg bijna alleen
    slechts echter toch eens even misschien daarom daardoor daarna daarbij hierbij ervan eraan erop ja nee
"""

STOP_WORDS: set[str] = set(
    words(_ARTICLES_AND_DETERMINERS + _PRONOUNS + _AUXILIARIES + _PREPOSITIONS + _CONJUNCTIONS + _ADVERBS)
)
