"""English sentences to try a pipeline on."""

sentences = [
    "Ann Baker has sold her bakery in Leeds for £2 million.",
    "The ferry from Dover to Calais is late again, isn't it?",
    "Researchers in Osaka measured 37.5 degrees on Friday.",
    "Who wrote the letters that were found in the attic?",
    "Mr. Okafor will join the board of Northern Rail in May 2025.",
    "Please send the blue tent, two lamps and a map to our camp.",
    "Twelve of the twenty players came from Brazil.",
    "I'd rather walk than wait for the bus.",
]
