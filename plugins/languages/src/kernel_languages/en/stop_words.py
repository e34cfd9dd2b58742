"""English function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_ARTICLES_AND_DETERMINERS = """
    a an the this that these those each every either neither some any no all both half such what which whatever whichever
    another other others same own many much more most few fewer fewest less least several enough
"""
_PRONOUNS = """
    i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers herself
    it its itself they them their theirs themselves one oneself who whom whose whoever whomever
    someone somebody something anyone anybody anything everyone everybody everything nobody nothing none
"""
_AUXILIARIES = """
    be am is are was were been being have has had having do does did doing done can could will would shall should may might
    must ought ca wo sha dare cannot
"""
_CLITICS = """
    n't not 'm 're 've 'd 'll 's n’t ’m ’re ’ve ’d ’ll ’s nt
"""
_PREPOSITIONS = """
    about above across after against along among amongst around as at before behind below beneath beside besides between
    beyond by despite down during except for from in inside into like near of off on onto out outside over past per since
    through throughout till to toward towards under underneath until up upon via with within without amid
"""
_CONJUNCTIONS = """
    and or but nor so yet if unless because although though while whereas whether than once lest whenever wherever
"""
_ADVERBS = """
    again almost already also always anyway away else even ever everywhere far further furthermore hence here however indeed
    instead just later maybe meanwhile merely moreover mostly namely never nevertheless next nonetheless not nowhere now
    often only otherwise perhaps quite rather really seldom sometimes somehow somewhat somewhere soon still then there
    therefore thereby thus together too very well when whence where why how whereby wherein hereby therein thereafter
    thereupon hereafter
"""
_WEAK_VERBS = """
    become becomes became get gets got getting give gives go goes keep let make makes made put say says said see seem seems
    seemed seeming show take takes took use used using
"""

STOP_WORDS: set[str] = set(
    words(
        _ARTICLES_AND_DETERMINERS
        + _PRONOUNS
        + _AUXILIARIES
        + _CLITICS
        + _PREPOSITIONS
        + _CONJUNCTIONS
        + _ADVERBS
        + _WEAK_VERBS
    )
)
