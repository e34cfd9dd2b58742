"""French sentences to try a pipeline on."""

sentences = [
    "La boulangère de Lyon ouvre à six heures du matin.",
    "Où avez-vous trouvé cette carte de Bretagne ?",
    "Le conseil municipal a voté 2,4 millions d'euros pour le pont.",
    "Aujourd'hui, les trains vers Nantes n'arriveront pas à l'heure.",
    "Mme Leroy dirige l'usine depuis 2019.",
]
