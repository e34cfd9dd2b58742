"""German sentences to try a pipeline on."""

sentences = [
    "Die Bäckerin aus Leipzig öffnet um sechs Uhr morgens.",
    "Wo haben Sie diese Karte von Tirol gefunden?",
    "Der Stadtrat hat 2,4 Millionen Euro für die Brücke bewilligt.",
    "Die Züge nach Bremen kommen heute z. B. wegen Schnee zu spät.",
    "Frau Dr. Brandt leitet das Werk seit 2019.",
]
