"""Edit trees: that they do what they were made for, that equal edits are equal trees, and what is written of them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_components.edit_trees import EditTrees, Match, Replace, apply, edit_tree, name_of, script_of
from kernel_components.edit_trees.tree import LONGEST, common_part

from kernel.errors import DataError

# Few letters: much is in common. All of Unicode, lone surrogates too: nothing usually is.
FEW, ANY = st.text("ab\u00df\U0001d538", max_size=12), st.text(st.characters(), max_size=12)
LONG = st.text("ab", min_size=LONGEST, max_size=3 * LONGEST)


def applied(tree, form):
    return apply(script_of(tree), form)


def naive(tree, form):
    """What a tree makes of a form, by its definition. Of a part that it keeps, something is left of the whole."""
    lemma = naively(tree, form)
    return None if isinstance(tree, Match) and not lemma else lemma


def naively(tree, form):
    if isinstance(tree, Replace):
        return tree.subst if form == tree.orig else None
    end = len(form) - tree.suffix_len
    if tree.prefix_len > end:
        return None
    before, middle, after = form[: tree.prefix_len], form[tree.prefix_len : end], form[end:]
    parts = [
        part if child is None else naively(child, part)
        for child, part in ((tree.prefix, before), (None, middle), (tree.suffix, after))
    ]
    return None if None in parts else "".join(parts)


def longest_common(one, other):
    """The longest common substring by trying all: the first in `one`, where it is first in `other`."""
    found = [
        (-length, start, other.find(one[start : start + length]))
        for length in range(1, len(one) + 1)
        for start in range(len(one) - length + 1)
        if one[start : start + length] in other
    ]
    length, start, place = min(found, default=(0, 0, 0))
    return start, place, -length


@given(st.one_of(st.tuples(FEW, FEW), st.tuples(ANY, ANY), st.tuples(LONG, LONG), st.tuples(LONG, FEW)))
def test_a_tree_makes_its_lemma_of_its_form(pair):
    form, lemma = pair
    tree = edit_tree(form, lemma)
    assert applied(tree, form) == lemma


@given(FEW, FEW, FEW)
def test_on_any_other_form_the_sequence_does_what_the_tree_says(form, lemma, other):
    tree = edit_tree(form, lemma)
    assert applied(tree, other) == naive(tree, other)


@given(FEW, FEW)
def test_the_longest_common_substring(one, other):
    assert common_part(one, other) == longest_common(one, other)


@given(
    st.text("ab", min_size=4), st.text("cd", min_size=4), st.text("xy", max_size=3), st.text("zw", max_size=3)
)
def test_equal_edits_of_other_words_are_equal_trees(one, other, ending, becomes):
    tree = edit_tree(one + ending, one + becomes)
    assert tree == edit_tree(other + ending, other + becomes)
    assert applied(tree, other + ending) == other + becomes
    tree = edit_tree(ending + one, becomes + one)
    assert tree == edit_tree(ending + other, becomes + other)


@given(st.lists(st.tuples(FEW, FEW), max_size=8))
def test_trees_with_equal_names_are_equal(pairs):
    trees = {edit_tree(*pair) for pair in pairs}
    assert len({name_of(script_of(tree)) for tree in trees}) == len(trees)


@pytest.mark.parametrize(
    ("form", "lemma", "name"),
    [
        ("walks", "walk", '* "s">""'),
        ("The", "the", '"T">"t" *'),
        ("same", "same", "*"),
        ("is", "be", '"is">"be"'),
        ("wolves", "wolf", '* "ves">"f"'),
        ("gesungen", "singen", '"ge">"" 1 "u">"i" *'),
        ("caf\u00e9s", "caf\u00e9", '* "s">""'),
        ("\ud800x", "x", '"\\ud800">"" *'),
        ("a", "", '"a">""'),
    ],
)
def test_names(form, lemma, name):
    assert name_of(script_of(edit_tree(form, lemma))) == name


@pytest.mark.parametrize(
    ("form", "made"), [("talked", "talk"), ("xed", "x"), ("ed", None), ("d", None), ("", None)]
)
def test_something_is_always_left(form, made):
    assert applied(edit_tree("walked", "walk"), form) == made


def test_what_is_kept_may_be_nothing():
    assert applied(edit_tree("xs", "xas"), "s") == "as"


def test_long_words_share_a_beginning_or_an_end():
    word = "ab" * 2000
    assert edit_tree(word + "s", word) == edit_tree("walks", "walk")
    assert edit_tree("Un" + word, word) == Match(2, 0, Replace("Un", ""), None)
    odd = "".join(chr(0x4E00 + place) for place in range(20_000))
    assert applied(edit_tree(odd, odd[::-1]), odd) == odd[::-1]


@given(st.lists(st.tuples(st.one_of(FEW, ANY), st.one_of(FEW, ANY)), max_size=8))
@settings(max_examples=50)
def test_trees_come_back_from_bytes(pairs):
    trees = EditTrees(dict.fromkeys(edit_tree(*pair) for pair in pairs))
    again = EditTrees.from_bytes(trees.to_bytes())
    assert again.trees == trees.trees and again.names == trees.names and again.scripts == trees.scripts
    assert again.to_bytes() == trees.to_bytes()


def test_what_is_written_is_the_format_of_the_field():
    trees = EditTrees([edit_tree("gesungen", "singen"), edit_tree("a", "a"), edit_tree("ge", "")])
    none = 4294967295
    assert trees.to_plain() == {
        "trees": [
            {"orig": "ge", "subst": ""},
            {"orig": "u", "subst": "i"},
            {"prefix_len": 2, "suffix_len": 1, "prefix_tree": 0, "suffix_tree": 1},
            {"prefix_len": 4, "suffix_len": 0, "prefix_tree": 2, "suffix_tree": none},
            {"prefix_len": 0, "suffix_len": 0, "prefix_tree": none, "suffix_tree": none},
        ],
        "labels": [3, 4, 0],
    }


def match(before=0, after=0, prefix=4294967295, suffix=4294967295):
    return {"prefix_len": before, "suffix_len": after, "prefix_tree": prefix, "suffix_tree": suffix}


@pytest.mark.parametrize(
    ("trees", "labels", "said"),
    [
        ([], [0], "there is no edit tree 0"),
        ([match()], ["0"], "there is no edit tree '0'"),
        ([match()], [0, 0], "an edit tree is a label twice"),
        ([match(), match()], [0, 1], "an edit tree is a label twice"),
        ([{"orig": 1, "subst": ""}], [0], "edit tree 0 is none"),
        ([match(1)], [0], "edit tree 0 is none"),
        ([match(1, prefix=0)], [0], "edit tree 0 is none"),
        ([{"orig": "ab", "subst": ""}, match(1, prefix=0)], [1], "edit tree 1 is none"),
        ([{}], [0], "edit tree 0 is none"),
        (["x"], [0], "edit tree 0 is none"),
    ],
)
def test_what_is_no_tree_is_told(trees, labels, said):
    with pytest.raises(DataError, match=said):
        EditTrees.from_bytes(json.dumps({"trees": trees, "labels": labels}).encode())


def test_a_file_that_grows_without_end_is_refused():
    nodes = [{"orig": "a", "subst": "b"}]
    size = 1
    for number in range(20):
        nodes.append(match(size, size, number, number))
        size = 2 * size + 1
    with pytest.raises(DataError, match="edit tree 8 is none"):
        EditTrees.from_plain({"trees": nodes, "labels": [20]})


def test_other_files_are_refused():
    for data in (b"{", b"[]", b'{"trees": []}', b"\xff"):
        with pytest.raises(DataError):
            EditTrees.from_bytes(data)
