"""Finnish function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_DETERMINERS_AND_PRONOUNS = """
    minä minun minua minut minulla minulle sinä sinun sinua sinut hän hänen häntä hänet me meidän meitä te teidän teitä he
    heidän heitä se sen sitä siitä siinä siihen sillä sille ne niiden niitä niissä niin tämä tämän tätä tässä tästä nämä näiden
    näitä tuo tuon tuota nuo joka jonka jota jossa josta johon jotka joiden joita mikä minkä mitä missä mistä mihin kuka kenen
    ketä kumpi itse toinen joku jokin jotain jotkut jokainen kaikki kaikkien kaikkia moni monta monet muu muut muita sama samaa
    eräs oma omaa
"""
_AUXILIARIES = """
    on oli ole olla ollut ovat olivat olisi olen olet olemme olette en et ei emme ette eivät älä voi voivat voisi voida täytyy
    pitää pitäisi saa saavat
"""
_POSTPOSITIONS = """
    kanssa alla päällä edessä takana välissä luona ennen jälkeen aikana kautta mukaan ilman vastaan varten takia vuoksi
    ympärillä yli ali läpi kohti
"""
_CONJUNCTIONS = """
    ja sekä tai vai mutta vaan sillä että jotta kun koska jos vaikka kuin kunnes eli eikä joko
"""
_ADVERBS = """
    nyt silloin sitten täällä siellä tänne sinne tässä vielä jo aina usein joskus ei koskaan myös vain hyvin niin näin enää ehkä
    kyllä miksi miten milloin missä
"""

STOP_WORDS: set[str] = set(
    words(_DETERMINERS_AND_PRONOUNS + _AUXILIARIES + _POSTPOSITIONS + _CONJUNCTIONS + _ADVERBS)
)
