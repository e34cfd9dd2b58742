"""Norwegian sentences to try a pipeline on."""

sentences = [
    "Bakeren i Storgata åpner klokka seks.",
    "Når går neste tog til Bergen?",
    "Kommunen kjøpte tomta for 2,4 millioner kroner.",
    "Hun leser ei bok om øyene i nord.",
    "Fru Hansen har ledet fabrikken siden 2019.",
]
