"""Spanish sentences to try a pipeline on."""

sentences = [
    "La panadera de Sevilla abre a las seis de la mañana.",
    "¿Dónde encontraste el mapa de Asturias?",
    "El ayuntamiento aprobó 2,4 millones de euros para el puente.",
    "Los trenes hacia Valencia llegarán tarde esta noche.",
    "La Sra. Molina dirige la fábrica desde 2019.",
]
