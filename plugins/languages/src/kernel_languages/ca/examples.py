"""Catalan sentences to try a pipeline on."""

sentences = [
    "La fornera de Girona obre a les sis del matí.",
    "On has trobat aquest mapa de l'Empordà?",
    "L'ajuntament ha aprovat 2,4 milions d'euros per al pont.",
    "Els trens cap a Reus arribaran tard aquesta nit.",
    "La Sra. Puig dirigeix la fàbrica des del 2019.",
]
