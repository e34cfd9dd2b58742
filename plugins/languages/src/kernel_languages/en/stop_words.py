"""English function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_ARTICLES_AND_DETERMINERS = """
    a an the this that these those each every either neither some any no all both such what which whatever
    another other others same own many much more most few less least several enough various whole
"""
_PRONOUNS = """
    i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers herself
    it its itself they them their themselves one who whom whose whoever
    someone something anyone anything everyone everything nobody nothing none noone
"""
_AUXILIARIES = """
    be am is are was were been being have has had do does did doing done can could will would should may might
    must ca cannot
"""
_CLITICS = """
    n't n’t n‘t not re
    'm 're 've 'd 'll 's
    ’m ’re ’ve ’d ’ll ’s
    ‘m ‘re ‘ve ‘d ‘ll ‘s
"""
_PREPOSITIONS = """
    about above across after against along among amongst around as at before behind below beside besides between
    beyond by down due during except for from in into of off on onto out over per regarding since
    through throughout thru to toward towards under until up upon via with within without
"""
_CONJUNCTIONS = """
    and or but nor so yet if unless because although though while whereas whether than once whenever wherever
"""
_ADVERBS = """
    afterwards again almost alone already also always anyhow anyway anywhere beforehand else elsewhere even ever everywhere
    formerly further hence here however indeed just latterly meanwhile moreover mostly namely never nevertheless next
    nowhere now often only otherwise perhaps quite rather really sometime sometimes somehow somewhere still then thence
    together too very well when whence where whither why how thus therefore
    hereafter hereby herein hereupon thereafter thereby therein thereupon whereafter whereby wherein whereupon there
"""
_WEAK_VERBS = """
    become becomes became becoming call get give go keep make made move name please put say see seem seems seemed seeming
    show take used using
"""
_NUMBERS = """
    two three four five six eight nine ten eleven twelve fifteen twenty forty fifty sixty hundred first third
"""
# Where something is, or what share of something is meant.
_PARTS_AND_PLACES = """
    amount back bottom empty former front full last latter part serious side top
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
        + _NUMBERS
        + _PARTS_AND_PLACES
    )
)
