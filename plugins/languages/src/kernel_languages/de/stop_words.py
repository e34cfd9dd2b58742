"""German function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_ARTICLES_AND_DETERMINERS = """
    der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner keines dieser diese dieses diesen
    diesem jener jene jenes jenen jenem jeder jede jedes jeden jedem mancher manche manches manchen manchem solcher solche
    solches solchen solchem welcher welche welches welchen welchem alle aller alles allen allem beide beiden einige einigen
    einiger einiges mehrere mehreren viele vielen vieler viel wenig wenige wenigen andere anderen anderer anderes anderem
    derselbe dieselbe dasselbe denselben derselben
"""
_PRONOUNS = """
    ich mich mir mein meine meinen meinem meiner meines du dich dir dein deine deinen deinem deiner deines er ihn ihm sein seine
    seinen seinem seiner seines sie ihr ihre ihren ihrem ihrer ihres es wir uns unser unsere unseren unserem unserer unseres
    euch euer eure euren eurem eurer ihnen sich man wer wen wem wessen was jemand niemand etwas nichts selbst selber einander
    dessen deren denen
"""
_AUXILIARIES = """
    sein bin bist ist sind seid war warst waren wart wäre wären gewesen sei seien haben habe hast hat habt hatte hatten hätte
    hätten gehabt werden werde wirst wird werdet wurde wurden würde würden geworden worden können kann konnte konnten könnte
    könnten müssen muss musste mussten müsste sollen soll sollte sollten wollen will wollte wollten dürfen darf durfte dürfte
    mögen mag mochte möchte möchten lassen lässt
"""
_PREPOSITIONS = """
    ab an am ans auf aufs aus außer bei beim bis durch für gegen hinter in im ins mit nach neben ohne seit über um unter vom von
    vor während wegen zu zum zur zwischen trotz statt
"""
_CONJUNCTIONS = """
    und oder aber denn sondern dass daß weil wenn als ob obwohl damit bevor nachdem indem sobald solange sowie sowohl weder noch
    entweder falls je desto wie
"""
_ADVERBS = """
    nicht nur auch schon noch sehr so hier da dort dann nun jetzt immer nie wieder mehr weniger ganz gar eben doch ja nein wo
    woher wohin wann warum wieso dabei dadurch dafür dagegen daher dahin damals danach daneben daran darauf daraus darin darüber
    darum davon davor dazu deshalb deswegen jedoch also allerdings etwa vielleicht zwar bereits einmal fast hin her zusammen
    sonst
"""

STOP_WORDS: set[str] = set(
    words(_ARTICLES_AND_DETERMINERS + _PRONOUNS + _AUXILIARIES + _PREPOSITIONS + _CONJUNCTIONS + _ADVERBS)
)
