"""Indonesian function words: they hold sentences together and say little about what a text is about."""

from __future__ import annotations

from kernel_languages.base.words import words

_PRONOUNS_AND_DETERMINERS = """
    saya aku kamu anda engkau kau dia ia beliau kami kita kalian mereka ini itu tersebut para sang si sebuah seorang suatu
    sesuatu seseorang semua seluruh setiap tiap masing banyak beberapa sedikit lain lainnya sendiri yang apa siapa mana berapa
    begini begitu demikian
"""
_AUXILIARIES = """
    adalah ialah merupakan ada akan telah sudah sedang masih pernah belum bisa dapat boleh harus perlu ingin mau jangan bukan
    tidak tak menjadi
"""
_PREPOSITIONS = """
    di ke dari pada kepada dalam dengan untuk bagi oleh tentang mengenai terhadap antara tanpa hingga sampai sejak selama
    sebelum sesudah setelah seperti sebagai menurut atas bawah karena demi
"""
_CONJUNCTIONS = """
    dan atau tetapi tapi namun sedangkan serta bahwa jika kalau bila apabila ketika saat sementara sambil agar supaya sehingga
    maka meskipun walaupun sebab lalu kemudian daripada
"""
_ADVERBS = """
    juga saja hanya lagi pun sangat sekali lebih paling kurang terlalu agak hampir selalu sering kadang mungkin memang tentu
    kini sekarang nanti tadi kemarin besok di sini sana situ mengapa kenapa bagaimana kapan ya
"""

STOP_WORDS: set[str] = set(
    words(_PRONOUNS_AND_DETERMINERS + _AUXILIARIES + _PREPOSITIONS + _CONJUNCTIONS + _ADVERBS)
)
