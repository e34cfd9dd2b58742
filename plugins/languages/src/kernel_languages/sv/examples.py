"""Swedish sentences to try a pipeline on."""

sentences = [
    "Bagaren på Storgatan öppnar klockan sex.",
    "När går nästa tåg till Göteborg?",
    "Kommunen köpte marken för 2,4 miljoner kronor.",
    "Hon läser en bok om öar i Östersjön.",
    "Fru Lindqvist har lett fabriken sedan 2019.",
]
