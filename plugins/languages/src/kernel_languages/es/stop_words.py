"""Spanish function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_ARTICLES_AND_DETERMINERS = """
    el la los las lo un una unos unas al del este esta estos estas ese esa esos esas aquel aquella aquellos aquellas mi mis tu
    tus su sus nuestro nuestra nuestros nuestras vuestro vuestra vuestros vuestras cada todo toda todos todas otro otra otros
    otras mismo misma mismos mismas algún alguna algunos algunas ningún ninguna ningunos ningunas varios varias mucho mucha
    muchos muchas poco poca pocos pocas tanto tanta tantos tantas demasiado cierto cierta ciertos ciertas ambos ambas cualquier
    tal tales
"""
_PRONOUNS = """
    yo me mí conmigo tú te ti contigo él ella ello se sí consigo le les lo nosotros nosotras nos vosotros vosotras os ellos
    ellas usted ustedes esto eso aquello éste ésta éstos éstas ése ésa ésos ésas aquél aquélla que qué quien quién quienes
    quiénes cual cuál cuales cuáles cuyo cuya cuyos cuyas cuanto cuánto cuantos cuántos alguien algo nadie nada alguno ninguno
    uno mío mía míos mías tuyo tuya tuyos tuyas suyo suya suyos suyas
"""
_AUXILIARIES = """
    ser soy eres es somos sois son era eras éramos eran fui fue fuimos fueron sea sean sería serían será serán siendo sido estar
    estoy estás está estamos están estaba estaban estuvo estuvieron esté estén estado haber he has ha hemos han había habían
    hubo habrá habrán habría haya hayan hay tener tengo tiene tienen tenía tenían tuvo poder puede pueden podía podrá podría
    deber debe deben debía hacer hace hacen hizo va van ir
"""
_PREPOSITIONS = """
    a ante bajo con contra de desde durante en entre hacia hasta mediante para por según sin sobre tras excepto salvo
"""
_CONJUNCTIONS = """
    y e o u ni pero sino mas que si porque pues aunque como cuando mientras donde conque así
"""
_ADVERBS = """
    no sí también tampoco muy más menos tan ya aún todavía siempre nunca jamás aquí ahí allí acá allá ahora antes después luego
    entonces bien mal casi sólo solo solamente además dónde cómo cuándo cuánto quizá quizás bastante apenas incluso
"""

STOP_WORDS: set[str] = set(
    words(_ARTICLES_AND_DETERMINERS + _PRONOUNS + _AUXILIARIES + _PREPOSITIONS + _CONJUNCTIONS + _ADVERBS)
)
