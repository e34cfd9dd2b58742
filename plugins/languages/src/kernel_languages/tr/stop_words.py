"""Turkish function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_PRONOUNS_AND_DETERMINERS = """
    ben beni bana bende benden benim sen seni sana senden senin o onu ona onda ondan onun biz bizi bize bizden bizim siz sizi
    size sizden sizin onlar onları onlara onlardan onların bu bunu buna bunda bundan bunun bunlar bunları bunların şu şunu şuna
    şunda şundan şunlar kendi kendini kendine kendisi kim kime kimi kimden kimse ne neyi neye neden hangi her herkes hepsi hep
    bütün tüm bazı bazıları birkaç biri birisi birçok çoğu başka diğer diğerleri aynı böyle şöyle öyle bir hiç hiçbir şey
"""
_VERBS = """
    idi ise imiş olan olarak olsa olur oldu olduğu olduğunu olması olmak olmadı değil var vardı yok yoktu etmek eden etti ediyor
    edilen eder yapmak yapan yaptı gibi
"""
_POSTPOSITIONS = """
    için ile kadar gibi göre karşı doğru önce sonra beri dolayı rağmen üzere dair ait içinde üzerinde altında arasında
    tarafından
"""
_CONJUNCTIONS = """
    ve veya ya da de ki ama fakat ancak lakin yalnız çünkü zira eğer hem hatta halbuki oysa yani madem nitekim ister
"""
_ADVERBS = """
    mi mı mu mü çok daha en az pek artık hâlâ henüz şimdi bugün yine gene zaten belki bile sadece ayrıca nasıl niçin niye nerede
    nereye nereden evet hayır
"""

STOP_WORDS: set[str] = set(
    words(_PRONOUNS_AND_DETERMINERS + _VERBS + _POSTPOSITIONS + _CONJUNCTIONS + _ADVERBS)
)
