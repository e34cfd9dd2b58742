"""Romanian sentences to try a pipeline on."""

sentences = [
    "Brutarul din colț deschide la ora șase.",
    "Când pleacă următorul tren spre Cluj?",
    "Primăria a cumpărat terenul cu 2,4 milioane de lei.",
    "Ea citește o carte despre insule.",
    "Doamna Ionescu conduce fabrica din 2019.",
]
