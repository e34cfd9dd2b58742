"""French function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_ARTICLES_AND_DETERMINERS = """
    un une des le la les l' l’ du de d' d’ au aux ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur
    leurs quel quelle quels quelles chaque quelque quelques plusieurs tout toute tous toutes certain certaine certains certaines
    aucun aucune nul nulle tel telle tels telles même mêmes autre autres divers diverses différents différentes
"""
_PRONOUNS = """
    je j' j’ me m' m’ moi tu te t' t’ toi il elle on se s' s’ soi lui nous vous ils elles eux en y moi-même toi-même lui-même
    elle-même soi-même nous-mêmes vous-mêmes vous-même eux-mêmes elles-mêmes ceci cela ça c' c’ celui celle ceux celles celui-ci
    celle-ci ceux-ci celles-ci celui-là celle-là ceux-là celles-là qui que qu' qu’ quoi dont où lequel laquelle lesquels
    lesquelles duquel desquels desquelles auquel auxquels auxquelles quiconque personne rien chacun chacune quelqu'un quelqu’un
    mien mienne miens miennes tien tienne tiens tiennes sien sienne siens siennes nôtre nôtres vôtre vôtres
"""
_AUXILIARIES = """
    être suis es est sommes êtes sont étais était étions étiez étaient serai sera seront serait seraient sois soit soient étant
    été fus fut furent avoir ai as a avons avez ont avais avait avions aviez avaient aurai aura auront aurait auraient aie ait
    aient ayant eu eut eurent fait font faire peut peuvent pouvait pouvaient doit doivent devait va vont
"""
_PREPOSITIONS = """
    à après avant avec chez contre dans depuis derrière dès devant durant en entre envers hormis hors jusque jusqu' jusqu’
    malgré outre par parmi pendant pour près sans sauf selon sous suivant sur via vers voici voilà lors
"""
_CONJUNCTIONS = """
    et ou mais donc or ni car si comme quand lorsque lorsqu' lorsqu’ puisque puisqu' puisqu’ quoique quoiqu' quoiqu’ afin parce
    tandis cependant pourtant toutefois néanmoins
"""
_ADVERBS = """
    ne n' n’ pas plus point jamais non oui si très trop peu moins assez aussi autant tant tellement encore déjà toujours souvent
    alors ainsi puis ensuite enfin là ici ailleurs combien comment pourquoi bien mal mieux seulement surtout presque environ
    dedans dehors dessous dessus plutôt cependant
"""

STOP_WORDS: set[str] = set(
    words(_ARTICLES_AND_DETERMINERS + _PRONOUNS + _AUXILIARIES + _PREPOSITIONS + _CONJUNCTIONS + _ADVERBS)
)
