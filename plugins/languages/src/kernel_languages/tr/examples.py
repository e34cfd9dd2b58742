"""Turkish sentences to try a pipeline on."""

sentences = [
    "Fırıncı dükkânı sabah altıda açar.",
    "Ankara'ya bir sonraki tren ne zaman kalkıyor?",
    "Belediye arsayı 2,4 milyon liraya aldı.",
    "Adalar üzerine bir kitap okuyor.",
    "Ayşe Hanım fabrikayı 2019'dan beri yönetiyor.",
]
