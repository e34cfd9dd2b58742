"""Portuguese sentences to try a pipeline on."""

sentences = [
    "A padeira do Porto abre às seis da manhã.",
    "Onde encontraste este mapa do Minho?",
    "A câmara aprovou 2,4 milhões de euros para a ponte.",
    "Os comboios para Faro chegarão atrasados hoje.",
    "A Sra. Moreira dirige a fábrica desde 2019.",
]
