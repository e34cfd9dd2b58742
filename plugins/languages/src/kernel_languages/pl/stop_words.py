"""Polish function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_DETERMINERS = """
    ten ta to ci te tego tej tych temu tym tymi tę tą tamten tamta tamto tamci tamte taki taka takie takich jaki jaka jakie
    jakich który która które których któremu którym którą któryś każdy każda każde każdego wszystek wszystkie wszyscy wszystko
    wszystkich wszystkim żaden żadna żadne inny inna inne innych mój moja moje mojego twój twoja twoje swój swoja swoje swojego
    swojej swoich nasz nasza nasze wasz wasza wasze sam sama samo sami same pewien pewna pewne kilka kilku wiele wielu parę obie
    oba obaj
"""
_PRONOUNS = """
    ja mnie mi mną ty ciebie cię ci tobie tobą on ona ono jego go jemu mu jej ją nią nim niego niej my nas nam nami wy was wam
    wami oni one ich im nimi nich się siebie sobie sobą kto kogo komu kim ktoś co czego czemu czym coś nikt nic ktokolwiek
    cokolwiek
"""
_AUXILIARIES = """
    być jestem jesteś jest jesteśmy jesteście są był była było byli były będę będziesz będzie będziemy będą bądź by byłby byłaby
    byłoby zostać został została zostało zostały zostali ma mają miał miała miało mieć może mogą mógł mogła można trzeba należy
    powinien powinna niech
"""
_PREPOSITIONS = """
    a bez beze dla do ku mimo na nad nade o obok od ode około po pod pode podczas poza przed przede przez przeze przy spod
    sprzed u w we według wobec wokół wśród z za ze znad między
"""
_CONJUNCTIONS = """
    i oraz lub albo bądź ani ale lecz jednak zaś natomiast więc zatem że żeby aby by bo ponieważ gdyż jeśli jeżeli gdy gdyby
    kiedy choć chociaż jak jako niż czy dlatego
"""
_PARTICLES_AND_ADVERBS = """
    nie tak tylko też także już jeszcze bardzo bardziej najbardziej mniej więcej tu tutaj tam gdzie skąd dokąd teraz wtedy
    zawsze nigdy często czasem znów znowu dość prawie nawet właśnie może chyba oto jakby dlaczego czemu ile tyle
"""

STOP_WORDS: set[str] = set(
    words(_DETERMINERS + _PRONOUNS + _AUXILIARIES + _PREPOSITIONS + _CONJUNCTIONS + _PARTICLES_AND_ADVERBS)
)
