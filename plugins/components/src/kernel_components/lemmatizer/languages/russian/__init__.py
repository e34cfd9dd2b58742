"""The lemmatizers of Russian and Ukrainian, which ask the public package pymorphy3."""
