"""Italian function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_ARTICLES_AND_DETERMINERS = """
    il lo la l' l’ i gli le un uno una un' un’ del dello della dell' dell’ dei degli delle al allo alla all' all’ ai agli alle
    dal dallo dalla dall' dall’ dai dagli dalle nel nello nella nell' nell’ nei negli nelle sul sullo sulla sull' sull’ sui
    sugli sulle col coi questo questa questi queste quest' quest’ quello quella quelli quelle quel quei quegli quell' quell’ mio
    mia miei mie tuo tua tuoi tue suo sua suoi sue nostro nostra nostri nostre vostro vostra vostri vostre loro ogni qualche
    alcuno alcuna alcuni alcune nessun nessuno nessuna tutto tutta tutti tutte altro altra altri altre stesso stessa stessi
    stesse molto molta molti molte poco poca pochi poche tanto tanta tanti tante tale tali
"""
_PRONOUNS = """
    io me mi m' m’ tu te ti t' t’ lui lei egli ella esso essa se sé si s' s’ noi ce ci c' c’ voi ve vi v' v’ essi esse li ne che
    chi cui cosa cos' cos’ quale quali quanto quanta quanti quante ciò qualcuno qualcosa niente nulla ognuno chiunque
"""
_AUXILIARIES = """
    essere sono sei è siamo siete ero eri era eravamo erano fui fu furono sarà saranno sarebbe sarebbero sia siano fosse fossero
    stato stata stati state essendo avere ho hai ha abbiamo avete hanno avevo aveva avevano ebbe avrà avranno avrebbe avrebbero
    abbia abbiano avuto avendo può possono poteva potrebbe deve devono doveva dovrebbe fa fanno fare vuole va vanno
"""
_PREPOSITIONS = """
    di d' d’ a ad da in con su per tra fra verso dopo prima durante contro senza sotto sopra dentro fuori presso secondo oltre
"""
_CONJUNCTIONS = """
    e ed o od oppure ma però anche né se perché poiché mentre quando come dove sebbene affinché cioè quindi dunque
"""
_ADVERBS = """
    non sì no più meno molto poco troppo così già ancora sempre mai ora adesso allora poi qui qua lì là bene male solo soltanto
    quasi forse invece infatti inoltre ecco assai appena
"""

STOP_WORDS: set[str] = set(
    words(_ARTICLES_AND_DETERMINERS + _PRONOUNS + _AUXILIARIES + _PREPOSITIONS + _CONJUNCTIONS + _ADVERBS)
)
