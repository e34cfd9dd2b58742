"""Catalan function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_ARTICLES_AND_DETERMINERS = """
    el la els les l' l’ lo un una uns unes al als del dels pel pels en na aquest aquesta aquests aquestes aqueix aqueixa aquell
    aquella aquells aquelles meu meva meus meves teu teva teus teves seu seva seus seves nostre nostra nostres vostre vostra
    vostres llur llurs cada tot tota tots totes altre altra altres mateix mateixa mateixos mateixes algun alguna alguns algunes
    cap diversos diverses molt molta molts moltes poc poca pocs poques tant tanta tants tantes bastant massa qualsevol tal tals
    ambdós
"""
_PRONOUNS = """
    jo em m' m’ 'm ’m me mi tu et t' t’ 't ’t te ell ella es s' s’ 's ’s se si li lo nosaltres ens 'ns ’ns vosaltres us vos ells
    elles els 'ls ’ls hi ho en n' n’ 'n ’n això allò què que qui qual quals quin quina quins quines quant quanta quants quantes
    algú quelcom res ningú tothom vostè vostès
"""
_AUXILIARIES = """
    ser ésser sóc soc ets és som sou són era eres érem eren fou foren sigui siguin seria serien serà seran sent sigut estat
    estar estic està estem estan estava estaven haver he has ha hem heu han havia havien hagi hagin hauria haurà tenir tinc té
    tenen tenia tenien poder pot poden podia deure deu deuen fer fa fan va vam vau van anar
"""
_PREPOSITIONS = """
    a amb cap contra de d' d’ des durant en entre excepte fins malgrat mitjançant per segons sense sobre sota vers via
"""
_CONJUNCTIONS = """
    i o ni però sinó doncs que si perquè ja com quan mentre on encara tanmateix
"""
_ADVERBS = """
    no sí també tampoc molt més menys tan ja encara sempre mai aquí allà allí ara abans després llavors aleshores bé mal quasi
    gairebé només sols així potser bastant com quan on
"""

STOP_WORDS: set[str] = set(
    words(_ARTICLES_AND_DETERMINERS + _PRONOUNS + _AUXILIARIES + _PREPOSITIONS + _CONJUNCTIONS + _ADVERBS)
)
