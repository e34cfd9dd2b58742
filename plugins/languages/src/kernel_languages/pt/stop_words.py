"""Portuguese function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_ARTICLES_AND_DETERMINERS = """
    o a os as um uma uns umas ao aos à às do da dos das no na nos nas pelo pela pelos pelas num numa dum duma deste desta destes
    destas desse dessa desses dessas daquele daquela neste nesta nestes nestas nesse nessa naquele naquela este esta estes estas
    esse essa esses essas aquele aquela aqueles aquelas meu minha meus minhas teu tua teus tuas seu sua seus suas nosso nossa
    nossos nossas vosso vossa cada todo toda todos todas outro outra outros outras mesmo mesma mesmos mesmas algum alguma alguns
    algumas nenhum nenhuma muito muita muitos muitas pouco pouca poucos poucas tanto tanta tantos tantas vários várias qualquer
    tal tais ambos ambas
"""
_PRONOUNS = """
    eu me mim comigo tu te ti contigo você vocês ele ela eles elas lhe lhes se si consigo nós conosco connosco vós isto isso
    aquilo que quê quem qual quais cujo cuja cujos cujas quanto quanta quantos quantas alguém algo ninguém nada tudo
"""
_AUXILIARIES = """
    ser sou és é somos são era eras éramos eram fui foi fomos foram seja sejam seria seriam será serão sendo sido estar estou
    está estamos estão estava estavam esteve estiveram esteja estejam estando estado ter tenho tem temos têm tinha tinham teve
    tiveram terá terão teria tenha tenham tendo tido haver há havia houve haja pode podem podia poderá poderia deve devem devia
    vai vão ir fazer faz fazem
"""
_PREPOSITIONS = """
    ante após até com contra de desde durante em entre mediante para perante por segundo sem sob sobre trás exceto
"""
_CONJUNCTIONS = """
    e ou nem mas porém contudo todavia entretanto que se porque pois embora como quando enquanto onde logo portanto conforme
    caso
"""
_ADVERBS = """
    não sim também muito mais menos tão já ainda sempre nunca jamais aqui aí ali cá lá agora antes depois então bem mal quase só
    somente apenas além assim talvez bastante inclusive
"""

STOP_WORDS: set[str] = set(
    words(_ARTICLES_AND_DETERMINERS + _PRONOUNS + _AUXILIARIES + _PREPOSITIONS + _CONJUNCTIONS + _ADVERBS)
)
