"""Gold trees of an Example: as they are learned, and as columns over its predicted tokens."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernel.tokens import Doc
from kernel.tokens.columns import values_of
from kernel.tokens.projective import DELIMITER, lifted
from kernel.training import Example
from kernel.vocab.attrs import intify
from kernel_components.arc_eager import ROOT, SUBTOKEN, Gold, Moves

DEP, HEAD, SENT_START = intify("DEP"), intify("HEAD"), intify("SENT_START")
BACKOFF = "dep"
"""The label of arcs whose own one is too rare to be learned."""
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tree:
    """The trees of a document of N tokens, with the arcs lifted that cross others."""

    heads: Numbers
    """By token, its head's position; its own for a root, -1 where nothing is known."""
    labels: Numbers
    """The place of the label in `names`, -1 for roots and where nothing is known."""
    names: tuple[str, ...]
    starts: NDArray[np.int8]
    """1 starts a sentence, -1 starts none, 0 unknown."""
    n_lifted: int
    """Number of arcs that were lifted."""


def has_gold(example: Example) -> bool:
    """Whether the example has tokens, and the head of any is known."""
    deps = example.reference.columns.get(DEP)
    return bool(len(example.predicted)) and deps is not None and bool(deps.any())


def reference_tree(example: Example) -> Tree:
    """The trees of the reference document, made once."""
    return example.cached("parser.tree", lambda each: tree(each.reference))


def tree(doc: Doc) -> Tree:
    """The trees of a document. Labels of lifted arcs are those of `kernel.tokens.projective`; "root" in any case is ROOT."""
    deps, tokens = values_of(doc, DEP), np.arange(len(doc))
    original = tokens + values_of(doc, HEAD)
    heads = lifted(original)
    known = deps != 0
    numbers, labels = np.unique(deps, return_inverse=True)
    texts = [doc.vocab.strings[number] for number in numbers.tolist()]
    names = [ROOT if text.upper() == ROOT else text for text in texts]
    moved = np.flatnonzero((heads != original) & known)
    index: dict[str, int] = {}
    for token, above in zip(moved.tolist(), labels[original[moved]].tolist(), strict=True):
        name = f"{names[labels[token]]}{DELIMITER}{names[above]}"
        labels[token] = len(names) + index.setdefault(name, len(index))
    labels = np.where(known & (heads != tokens), labels, -1)
    starts = values_of(doc, SENT_START)
    return Tree(np.where(known, heads, -1), labels, (*names, *index), starts, len(moved))


def count_labels(examples: Iterable[Example]) -> tuple[Counter[str], Counter[str], int]:
    """Arcs to the left and to the right in the reference documents by label, and the number of sentences after another one."""
    left: Counter[str] = Counter()
    right: Counter[str] = Counter()
    breaks = 0
    for example in examples:
        found = reference_tree(example)
        there = np.flatnonzero(found.labels >= 0)
        labels, is_left = found.labels[there], found.heads[there] > there
        for counts, chosen in ((left, labels[is_left]), (right, labels[~is_left])):
            for number, count in enumerate(np.bincount(chosen, minlength=len(found.names)).tolist()):
                if count:
                    counts[found.names[number]] += count
        breaks += int((found.starts[1:] == 1).sum())
    return left, right, breaks


def count_own_labels(examples: Iterable[Example]) -> Counter[str]:
    """Tokens by label, as they are annotated: nothing is said of lifted arcs. Labels of roots count as ROOT."""
    counts: Counter[str] = Counter()
    for example in examples:
        found = reference_tree(example)
        numbers = np.bincount(found.labels[found.labels >= 0], minlength=len(found.names))
        for name, count in zip(found.names, numbers.tolist(), strict=True):
            if count:
                counts[own_label(name)] += count
        roots = int((found.heads == np.arange(len(found.heads))).sum())
        if roots:
            counts[ROOT] += roots
    return counts


def own_label(name: str) -> str:
    """A label without what is said of a lifted arc."""
    return name.partition(DELIMITER)[0]


def encode(example: Example, moves: Moves, learn_tokens: bool) -> Gold:
    """The gold trees by predicted token, made once for each set of labels.

    Known are the heads of tokens that fall on one gold token, if its head falls on one token too. learn_tokens: those that
    fall on a part of a gold token have the next part as head, the last one has the gold token's.
    """
    return example.cached((moves.key, learn_tokens), lambda each: _encode(each, moves, learn_tokens))


def _encode(example: Example, moves: Moves, learn_tokens: bool) -> Gold:
    gold = reference_tree(example)
    if example.same_words:
        heads, names, starts = gold.heads, gold.labels, gold.starts.astype(np.int8)
    else:
        heads, names, starts = _aligned(example, gold, learn_tokens)
    left, right = _classes(gold.names, moves)
    tokens = np.arange(len(heads))
    there = np.flatnonzero((names >= 0) & (heads >= 0) & (heads != tokens))
    labels = np.full(len(heads), -1, dtype=np.int64)
    labels[there] = np.where(heads[there] > there, left[names[there]], right[names[there]])
    return Gold(heads.astype(np.int64), labels, starts)


def _classes(names: tuple[str, ...], moves: Moves) -> tuple[Numbers, Numbers]:
    """The label number in `moves` of each name, of arcs to the left and to the right, and of SUBTOKEN behind them all.

    A label that isn't learned becomes what it was before its arc was lifted, or else BACKOFF.
    """
    found = []
    for classes in (moves.left, moves.right):
        numbers = []
        for name in (*names, SUBTOKEN):
            tried = (moves.index.get(each, -1) for each in (name, own_label(name), BACKOFF))
            numbers.append(next((each for each in tried if each >= 0 and classes[each] >= 0), -1))
        found.append(np.array(numbers, dtype=np.int64))
    return found[0], found[1]


def _aligned(example: Example, gold: Tree, learn_tokens: bool) -> tuple[Numbers, Numbers, NDArray[np.int8]]:
    """Heads, places of labels and sentence starts of the predicted tokens."""
    x2y, y2x = example.alignment.x2y, example.alignment.y2x
    n = len(example.predicted)
    heads, labels = np.full((2, n), -1, dtype=np.int64)
    # The token that stands for each gold token, -1 if there is none.
    standing = np.full(len(gold.heads), -1, dtype=np.int64)
    one = np.flatnonzero(y2x.lengths == 1)
    standing[one] = y2x.data[y2x.starts[one]]
    tokens = np.flatnonzero(x2y.lengths == 1)
    its_gold = x2y.data[x2y.starts[tokens]].astype(np.int64)
    parts = tokens[:0]
    if learn_tokens:
        split = _split(x2y.lengths, y2x.lengths, y2x.data)
        standing[split] = y2x.data[y2x.starts[split + 1] - 1]
        is_part = (standing[its_gold] >= 0) & (standing[its_gold] != tokens)
        parts, tokens, its_gold = tokens[is_part], tokens[~is_part], its_gold[~is_part]
    known = gold.heads[its_gold] >= 0
    tokens, its_gold = tokens[known], its_gold[known]
    heads[tokens] = standing[gold.heads[its_gold]]
    labels[tokens] = gold.labels[its_gold]
    heads[parts], labels[parts] = parts + 1, len(gold.names)
    return heads, labels, _aligned_starts(gold.starts, x2y.data, x2y.starts)


def _split(x_lengths: NDArray[np.int32], y_lengths: NDArray[np.int32], data: NDArray[np.int32]) -> Numbers:
    """The gold tokens that fall on several tokens, all of which fall on no other."""
    owner = np.repeat(np.arange(len(y_lengths)), y_lengths)
    shared = np.bincount(owner, weights=x_lengths[data] != 1, minlength=len(y_lengths))
    return np.flatnonzero((y_lengths > 1) & (shared == 0))


def _aligned_starts(starts: NDArray[np.int8], data: NDArray[np.int32], places: Numbers) -> NDArray[np.int8]:
    """The sentence start of each token is that of its first gold token, if that begins in it.

    Nothing is known where a sentence begins within a token.
    """
    n = len(places) - 1
    found = np.zeros(n, dtype=np.int8)
    there = np.flatnonzero(np.diff(places))
    first = data[places[there]]
    begins = np.ones(len(there), dtype=bool)
    begins[1:] = first[1:] != data[places[there[1:]] - 1]
    found[there] = np.where(begins, starts[first], -1)
    owner = np.repeat(np.arange(n), np.diff(places))
    inner = np.ones(len(data), dtype=bool)
    inner[places[there]] = False
    found[owner[inner & (starts[data] == 1)]] = 0
    return found
