"""Edit trees in gold lemmas."""

from collections import Counter
from collections.abc import Iterable, Mapping, MutableMapping

import numpy as np
from numpy.typing import NDArray

from kernel.training import Example
from kernel.vocab.attrs import intify
from kernel_components.edit_trees import Tree, edit_tree, name_of, script_of
from kernel_components.losses import MISSING

LEMMA = intify("LEMMA")
# Different pairs of form and lemma that are held at once: one tree is made for each, however many tokens have it.
MOST = 1 << 18


def count_trees(examples: Iterable[Example]) -> Counter[Tree]:
    """Edit trees of the forms and lemmas in reference documents, and the number of tokens that have each."""
    trees: Counter[Tree] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for example in examples:
        doc = example.reference
        column = doc.columns.get(LEMMA)
        if column is None:
            continue
        numbers = column.tolist()
        texts = {number: doc.vocab.strings[number] for number in set(numbers)}
        pairs.update(zip(doc.words(), map(texts.__getitem__, numbers), strict=True))
        if len(pairs) > MOST:
            _take(pairs, trees)
    _take(pairs, trees)
    return trees


def _take(pairs: Counter[tuple[str, str]], trees: Counter[Tree]) -> None:
    for (form, lemma), count in pairs.items():
        if lemma:
            trees[edit_tree(form, lemma)] += count
    pairs.clear()


def name_of_pair(form: str, lemma: str) -> str:
    """The label that makes a lemma of a form."""
    return name_of(script_of(edit_tree(form, lemma)))


def encode(
    example: Example, classes: Mapping[str, int], known: MutableMapping[tuple[str, int | None], int]
) -> NDArray[np.int32]:
    """The gold classes of the predicted tokens as `losses` writes them, int32 (tokens,).

    MISSING where there is no lemma, or only a tree that is no label: it was too rare, and no label that there is would be right.
    classes: label -> its number. known: the class of a form and the number of a lemma, where they were met before; it grows.
    """
    strings = example.reference.vocab.strings
    pairs = list(zip(example.predicted.words(), example.get_aligned("LEMMA"), strict=True))
    found = list(map(known.get, pairs))
    if None in found:
        for form, lemma in {pair for pair, number in zip(pairs, found, strict=True) if number is None}:
            label = name_of_pair(form, strings[lemma]) if lemma else ""
            known[form, lemma] = classes.get(label, MISSING)
        found = list(map(known.__getitem__, pairs))
    return np.array(found, dtype=np.int32)
