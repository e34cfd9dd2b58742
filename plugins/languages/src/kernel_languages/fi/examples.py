"""Finnish sentences to try a pipeline on."""

sentences = [
    "Leipuri avaa ovensa aamukuudelta.",
    "Milloin lähtee seuraava juna Tampereelle?",
    "Kunta osti tontin 2,4 miljoonalla eurolla.",
    "Hän lukee kirjaa Itämeren saarista.",
    "Rouva Virtanen on johtanut tehdasta vuodesta 2019.",
]
