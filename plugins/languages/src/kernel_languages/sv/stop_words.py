"""Swedish function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_ARTICLES_AND_DETERMINERS = """
    en ett den det de denna detta dessa sådan sådant sådana varje var all allt alla någon något några ingen inget inga båda
    många mycket få fler flera flest annan annat andra samma egen eget egna vilken vilket vilka
"""
_PRONOUNS = """
    jag mig min mitt mina du dig din ditt dina han honom hans hon henne hennes den dess vi oss vår vårt våra ni er ert era de
    dem deras man en ens sig sin sitt sina vem vems vad som själv själva varandra
"""
_AUXILIARIES = """
    är var vara varit blir blev bli blivit har hade ha haft ska skall skulle kan kunde kunna kunnat måste vill ville vilja får
    fick få fått bör borde må lär gör gjorde göra
"""
_PREPOSITIONS = """
    i på av för från till med mot om under över efter före hos genom mellan utan vid åt ur inom utom bland kring längs bakom
    framför bredvid enligt trots sedan
"""
_CONJUNCTIONS = """
    och eller men utan så för att om när då medan innan eftersom därför fast fastän såväl både varken samt än som
"""
_ADVERBS = """
    inte icke ej nu då här där hit dit var när hur varför också även bara endast redan ännu alltid aldrig ofta ibland igen
    mycket mer mest ganska väl ju nog upp ner ut in fram bort ja nej
"""

STOP_WORDS: set[str] = set(
    words(_ARTICLES_AND_DETERMINERS + _PRONOUNS + _AUXILIARIES + _PREPOSITIONS + _CONJUNCTIONS + _ADVERBS)
)
