"""Lemmas by rules: endings are replaced, and what comes out is looked up in the words that are known."""

from collections.abc import Collection, Iterable, Sequence

Rules = Iterable[Sequence[str]]


def lemmas_by_rules(
    form: str, rules: Rules, exceptions: Sequence[str] = (), known: Collection[str] = ()
) -> list[str]:
    """The possible lemmas of a form, the best first; one or more.

    rules: pairs of an ending and what it becomes; all that fit are applied to the form in lower case. exceptions: lemmas that the
    form is known to have. known: the words that lemmas can be. The order: exceptions, the last one first; what is known, that
    of the last rule first; what has other characters than letters. Without any of these, whatever the rules make; without
    that, the form as it is.
    """
    lower = form.lower()
    made = [lower.removesuffix(old) + new for old, new in rules if lower.endswith(old)]
    made = [lemma for lemma in made if lemma]
    likely = [lemma for lemma in reversed(made) if lemma in known]
    odd = [lemma for lemma in made if lemma not in known and not lemma.isalpha()]
    found = list(dict.fromkeys([*likely, *odd]))
    irregular = [lemma for lemma in dict.fromkeys(exceptions) if lemma not in found]
    return [*reversed(irregular), *found] or made or [form]
