"""Gold trees: lifted, aligned with the tokens of the prediction, and as numbers of labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_components.arc_eager import Moves
from kernel_components.parser.gold import count_labels, count_own_labels, encode, has_gold, reference_tree

from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab

VOCAB = Vocab()


def example(words, heads, deps, predicted=None, spaces=None):
    reference = Doc(VOCAB, words, heads=heads, deps=deps)
    own = predicted or words
    return Example(Doc(VOCAB, own, spaces=spaces or [True] * len(own)), reference)


CROSSING = example(list("abcde"), [1, 3, 3, 3, 1], ["b", "a", "c", "root", "d"])


def test_arcs_that_cross_are_lifted_and_marked():
    found = reference_tree(CROSSING)
    names = [found.names[number] if number >= 0 else None for number in found.labels]
    assert found.heads.tolist() == [1, 3, 3, 3, 3] and names == ["b", "a", "c", None, "d||a"]
    assert found.n_lifted == 1 and found.starts.tolist() == [1, -1, -1, -1, -1]


def test_labels_are_counted_by_direction():
    left, right, breaks = count_labels([CROSSING, example(["x", "y"], [0, 1], ["root", "Root"])])
    assert left == {"b": 1, "a": 1, "c": 1} and right == {"d||a": 1} and breaks == 1
    assert count_own_labels([CROSSING]) == {"a": 1, "b": 1, "c": 1, "d": 1, "ROOT": 1}


def numbers(moves, *names):
    return [moves.index[name] if name else -1 for name in names]


def test_labels_that_are_not_learned_become_others():
    moves = Moves.from_counts({"a": 3, "b": 2, "dep": 0}, {"d": 2, "dep": 0})
    gold = encode(CROSSING, moves, False)
    assert gold.heads.tolist() == [1, 3, 3, 3, 3]
    # The label of the lifted arc is too rare: what it was before is learned. "c" is rare whatever one does.
    assert gold.labels.tolist() == numbers(moves, "b", "a", "dep", None, "d")
    # "d" is only known to the left.
    moves = Moves.from_counts({"a": 3, "b": 2, "d": 1, "dep": 0}, {"dep": 0})
    assert encode(CROSSING, moves, False).labels.tolist() == numbers(moves, "b", "a", "dep", None, "dep")
    moves.add("d||a")
    assert encode(CROSSING, moves, False).labels.tolist()[-1] == moves.index["d||a"]


def test_gold_is_made_once_for_a_set_of_labels():
    moves = Moves.from_counts({"a": 1}, {"d": 1})
    assert encode(CROSSING, moves, False) is encode(CROSSING, moves, False)
    assert encode(CROSSING, moves, True) is not encode(CROSSING, moves, False)


def test_heads_that_are_not_known():
    each = example(list("abc"), [1, None, 1], ["x", "", "z"])
    gold = encode(each, Moves.from_counts({"x": 1}, {"z": 1}), False)
    assert gold.heads.tolist() == [1, -1, 1] and gold.labels.tolist() == [0, -1, 1]
    assert has_gold(each)
    assert not has_gold(example(list("ab"), None, None)) and not has_gold(example([], [], []))


MOVES = Moves.from_counts({"det": 1, "nsubj": 1, "subtok": 0}, {"obj": 1, "punct": 1})
WORDS, HEADS, DEPS = (
    ["the", "dogs", "eat", "meat", "."],
    [1, 2, 2, 2, 2],
    ["det", "nsubj", "root", "obj", "punct"],
)


def test_tokens_that_are_parts_of_a_gold_token():
    split = example(
        WORDS, HEADS, DEPS, ["the", "do", "gs", "eat", "meat", "."], [True, False, True, True, False, True]
    )
    gold = encode(split, MOVES, False)
    # Both parts have the head of the whole; what hangs on the whole has no known head.
    assert gold.heads.tolist() == [-1, 3, 3, 3, 3, 3]
    assert gold.starts.tolist() == [1, -1, -1, -1, -1, -1]
    learned = encode(split, MOVES, True)
    assert learned.heads.tolist() == [2, 2, 3, 3, 3, 3]
    assert [MOVES.labels[number] if number >= 0 else None for number in learned.labels] == [
        "det", "subtok", "nsubj", None, "obj", "punct",
    ]  # fmt: skip


def test_tokens_of_several_gold_tokens():
    joined = example(WORDS, HEADS, DEPS, ["the", "dogs", "eat", "meat."])
    for learn_tokens in (False, True):
        gold = encode(joined, MOVES, learn_tokens)
        assert gold.heads.tolist() == [1, 2, 2, -1] and gold.labels[3] == -1


def test_a_part_of_one_token_and_another():
    # "dogs" falls on two tokens, the second of which has a piece of the next word.
    mixed = example(WORDS, HEADS, DEPS, ["the", "dog", "seat", "meat", "."])
    assert encode(mixed, MOVES, True).heads.tolist() == encode(mixed, MOVES, False).heads.tolist()


def test_sentences_that_begin_within_a_token():
    reference = example(["a", "b", "c", "d"], [0, 1, 1, 3], ["root"] * 4).reference
    assert [token.is_sent_start for token in reference] == [True, True, False, True]
    within = Example(Doc(VOCAB, ["ab", "c", "d"]), reference)
    assert encode(within, MOVES, False).starts.tolist() == [0, -1, 1]
    parts = Example(Doc(VOCAB, ["a", "b", "c", "d"]), reference)
    assert encode(parts, MOVES, False).starts.tolist() == [1, 1, -1, 1]


@given(st.data())
def test_it_is_the_parse_that_examples_align(data):
    n = data.draw(st.integers(1, 8))
    heads = [data.draw(st.integers(0, index)) for index in range(n)]
    deps = data.draw(st.lists(st.sampled_from(["", "x", "y"]), min_size=n, max_size=n))
    words = [data.draw(st.sampled_from(["ab", "c", "def"])) for _ in range(n)]
    text, own = "".join(words), []
    while text:
        size = data.draw(st.integers(1, 4))
        own.append(text[:size])
        text = text[size:]
    reference = Doc(VOCAB, words, heads=heads, deps=deps, spaces=[False] * n)
    for predicted in (own, words):
        each = Example(Doc(VOCAB, predicted, spaces=[False] * len(predicted)), reference)
        if not has_gold(each):
            continue
        moves = Moves.from_counts(*[{name: 1 for name in reference_tree(each).names if name}] * 2)
        gold = encode(each, moves, False)
        wanted, labels = each.get_aligned_parse()
        assert gold.heads.tolist() == [-1 if head is None else head for head in wanted]
        for token, (head, label) in enumerate(zip(wanted, labels, strict=True)):
            known = head is not None and head != token
            # A root has no label, though there may be one for it.
            assert gold.labels[token] == (moves.index[label] if known else -1)
        assert (np.abs(gold.starts) <= 1).all()


@pytest.mark.parametrize("words", [["a"], ["a", "b"]])
def test_the_label_of_roots_is_the_same_in_any_case(words):
    each = example(words, [0] * len(words), ["rOOt"] + ["x"] * (len(words) - 1))
    assert count_own_labels([each])["ROOT"] == 1
