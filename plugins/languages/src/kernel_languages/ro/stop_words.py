"""Romanian function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_ARTICLES_AND_DETERMINERS = """
    un o unui unei unor niște al a ai ale acest acesta această aceasta acești aceștia aceste acestea acel acela acea aceea acei
    aceia acele acelea fiecare orice oricare tot toată toți toate alt altă alți alte același aceeași mult multă mulți multe
    puțin puțină câțiva câteva ce care cât câtă
"""
_PRONOUNS = """
    eu mă mie îmi mi mine meu mea mei mele tu te ție îți tine tău ta tăi tale el ea îl o lui ei său sa săi sale noi ne nouă
    nostru noastră noștri noastre voi vă vouă vostru voastră ele îi le lor se își sine cine cui nimeni nimic cineva ceva unii
    unele
"""
_AUXILIARIES = """
    sunt ești este e suntem sunteți era eram erau fi fost fie fiind am ai are avem aveți au avea avut aș ar voi va vom vor poate
    pot putea trebuie
"""
_PREPOSITIONS = """
    de la în din pe cu pentru prin despre între spre sub peste fără până după înainte lângă contra printre dinspre conform
"""
_CONJUNCTIONS = """
    și sau ori dar iar însă ci că să dacă deși fiindcă deoarece căci încât nici decât ca când unde
"""
_ADVERBS = """
    nu da mai foarte tot doar numai deja încă acum atunci aici acolo apoi astfel așa cum mereu niciodată iarăși chiar prea cam
    deci oare
"""

STOP_WORDS: set[str] = set(
    words(_ARTICLES_AND_DETERMINERS + _PRONOUNS + _AUXILIARIES + _PREPOSITIONS + _CONJUNCTIONS + _ADVERBS)
)
