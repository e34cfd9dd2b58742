"""Polish sentences to try a pipeline on."""

sentences = [
    "Piekarka z Torunia otwiera o szóstej rano.",
    "Gdzie znalazłeś tę mapę Mazur?",
    "Rada miasta przyznała 2,4 miliona złotych na most.",
    "Pociągi do Gdyni dziś się spóźnią.",
    "Pani dr Zając kieruje fabryką od 2019 r.",
]
