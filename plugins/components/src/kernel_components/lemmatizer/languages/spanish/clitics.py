"""Pronouns that hang on a Spanish verb."""

# Longer ones first: the end of "los" is not "os".
_PRONOUNS = ("las", "les", "los", "nos", "la", "le", "lo", "me", "os", "se", "te")


def split_clitics(word: str) -> tuple[str, list[str]]:
    """The verb of a word, and the pronouns behind it in their order: "darmelo" has "dar", "me" and "lo"."""
    pronouns: list[str] = []
    while found := next((each for each in _PRONOUNS if word.endswith(each)), None):
        word = word.removesuffix(found)
        pronouns.insert(0, found)
    return word, pronouns
