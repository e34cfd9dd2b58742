"""Italian sentences to try a pipeline on."""

sentences = [
    "La fornaia di Torino apre alle sei del mattino.",
    "Dove hai trovato questa mappa dell'Umbria?",
    "Il consiglio comunale ha approvato 2,4 milioni di euro per il ponte.",
    "I treni per Bari arriveranno in ritardo stasera.",
    "La dott.ssa Ferri dirige lo stabilimento dal 2019.",
]
