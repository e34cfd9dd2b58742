"""Lemmas by endings, for languages whose words are looked up before and after."""

from collections.abc import Collection, Iterable, Sequence


def lemmas_by_endings(word: str, rules: Iterable[Sequence[str]], known: Collection[str]) -> list[str]:
    """The lemmas that the rules make of a word, those that are known before, and instead of, all others; perhaps none.

    word: in lower case. rules: pairs of an ending and what it becomes. known: words that lemmas can be; what has other characters
    than letters counts as known.
    """
    made = [word.removesuffix(old) + new for old, new in rules if word.endswith(old)]
    made = [lemma for lemma in dict.fromkeys(made) if lemma]
    return [lemma for lemma in made if lemma in known or not lemma.isalpha()] or made
