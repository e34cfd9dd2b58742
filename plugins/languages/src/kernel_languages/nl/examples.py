"""Dutch sentences to try a pipeline on."""

sentences = [
    "De bakker uit Gent opent om zes uur 's ochtends.",
    "Waar hebt u deze kaart van Zeeland gevonden?",
    "De gemeenteraad keurde 2,4 miljoen euro voor de brug goed.",
    "De treinen naar Breda komen vandaag te laat.",
    "Mevr. De Wit leidt de fabriek sinds 2019.",
]
