"""Indonesian sentences to try a pipeline on."""

sentences = [
    "Tukang roti itu buka pukul enam pagi.",
    "Kapan kereta berikutnya ke Bandung berangkat?",
    "Pemerintah kota membeli tanah seharga 2,4 juta rupiah.",
    "Dia membaca buku tentang pulau-pulau di timur.",
    "Ibu Sari memimpin pabrik itu sejak 2019.",
]
