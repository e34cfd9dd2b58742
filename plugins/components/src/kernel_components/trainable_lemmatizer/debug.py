"""What `kernel debug data` says of lemmas and their edit trees."""

from collections.abc import Iterator, Mapping, Sequence

from kernel.component import Finding
from kernel.training import Example
from kernel.vocab.attrs import intify

LEMMA = intify("LEMMA")


def findings(
    train: Sequence[Example], counts: Mapping[str, int], others: Mapping[str, int], min_tree_freq: int
) -> Iterator[Finding]:
    """counts, others: edit tree -> number of tokens that have it, of the examples to train on and to evaluate on."""
    if not counts:
        yield Finding("fail", "no token to train on has a lemma")
        return
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    learnt = {tree: count for tree, count in ranked if count >= min_tree_freq}
    share = _share(sum(counts.values()) - sum(learnt.values()), sum(counts.values()))
    number, one = len(counts), len(learnt) == 1
    text = (
        f"{number:,} edit tree{'s' * (number != 1)}; {len(learnt):,} of them {'occurs' if one else 'occur'} {min_tree_freq} "
        f"time{'s' * (min_tree_freq != 1)} or more (min_tree_freq) and {'is' if one else 'are'} learnt"
    )
    yield Finding("info", text, tuple(f"{tree} ({count:,})" for tree, count in learnt.items()))
    if not learnt:
        yield Finding("fail", "no edit tree is frequent enough to be learnt: lower min_tree_freq")
        return
    if len(learnt) == 1:
        yield Finding("warn", "there is only one edit tree, so there is nothing to learn")
    if len(learnt) < len(counts):
        yield Finding("info", f"{share} of the lemmas to train on have a rarer one, and are not learnt from")
    unseen = {tree: count for tree, count in others.items() if tree not in learnt}
    if unseen:
        share = _share(sum(unseen.values()), sum(others.values()))
        text = (
            f"{share} of the lemmas to evaluate on need an edit tree that is not learnt; they can't be right"
        )
        items = tuple(
            f"{tree} ({unseen[tree]:,})" for tree in sorted(unseen, key=lambda one: (-unseen[one], one))
        )
        yield Finding("info", text, items)
    yield from _annotated(train)


def _annotated(train: Sequence[Example]) -> Iterator[Finding]:
    columns = [example.reference.columns.get(LEMMA) for example in train if len(example.reference)]
    without = sum(column is None or not column.any() for column in columns)
    partly = sum(column is not None and column.any() and not column.all() for column in columns)
    if without:
        yield Finding("warn", f"{without:,} of {len(columns):,} documents to train on have no lemmas")
    if partly:
        yield Finding(
            "info",
            f"{partly:,} {'document' if partly == 1 else 'documents'} to train on {'has' if partly == 1 else 'have'} lemmas for some of their tokens only",
        )


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({part / whole:.1%})"
