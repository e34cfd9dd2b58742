"""Danish sentences to try a pipeline on."""

sentences = [
    "Bageren på Nørregade åbner klokken seks.",
    "Hvornår går det næste tog til Aarhus?",
    "Kommunen købte grunden for 2,4 millioner kroner.",
    "Hun læser en bog om øerne i Kattegat.",
    "Fru Sørensen har ledet fabrikken siden 2019.",
]
