"""Documents are shared out by label, and the same way again."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.cli.splitting import labels_of, parse_shares, stratified
from kernel.errors import UsageError
from kernel.tokens import Doc, Span
from kernel.vocab import Vocab


def test_shares():
    assert parse_shares("80,10,10") == {"train": 0.8, "dev": 0.1, "test": 0.1}
    assert parse_shares("3,1") == {"train": 0.75, "dev": 0.25}


@pytest.mark.parametrize("text", ["80", "a,b", "1,2,3,4", "80,-10", "80,0", "", "80,nan", "1,inf"])
def test_other_texts_are_refused(text):
    with pytest.raises(UsageError, match="expected two or three numbers above 0"):
        parse_shares(text)


def test_what_a_document_is_an_example_of():
    doc = Doc(Vocab(), words=["a", "b"])
    doc.cats = {"GOOD": 1.0, "BAD": 0.0}
    doc.ents = [Span(doc, 0, 1, label="ORG")]
    doc.spans["sc"] = [Span(doc, 0, 2, label="LONG")]
    assert labels_of(doc) == {("cats", "GOOD"), ("ents", "ORG"), ("spans sc", "LONG")}


def test_every_part_has_its_share_of_rare_and_frequent_labels():
    labels = [{"often"}] * 800 + [{"rare"}] * 20 + [{"often", "rarer"}] * 10 + [set()] * 170
    parts = stratified(labels, [0.8, 0.1, 0.1], seed=0)
    counts = {label: Counter() for label in ("often", "rare", "rarer", "none")}
    for own, part in zip(labels, parts, strict=True):
        for label in own or {"none"}:
            counts[label][part] += 1
    assert [counts["rarer"][part] for part in range(3)] == [8, 1, 1]
    assert [counts["rare"][part] for part in range(3)] == [16, 2, 2]
    assert [counts["often"][part] for part in range(3)] == [648, 81, 81]
    assert [Counter(parts)[part] for part in range(3)] == [800, 100, 100]


@given(st.lists(st.sets(st.sampled_from("abcde")), max_size=60), st.integers(0, 9))
def test_every_document_has_one_part_and_the_seed_decides(labels, seed):
    parts = stratified(labels, [0.5, 0.3, 0.2], seed)
    assert len(parts) == len(labels) and set(parts) <= {0, 1, 2}
    assert parts == stratified(labels, [0.5, 0.3, 0.2], seed)


def test_work_grows_with_the_documents_however_many_labels_they_have(grows_linearly):
    def ask(n):
        labels = [{f"label {i}", f"label {i + 1}"} for i in range(n)]
        return lambda: stratified(labels, [0.8, 0.2], 0)

    grows_linearly(ask)


def test_another_seed_gives_other_parts():
    labels = [{"a"}] * 100
    assert stratified(labels, [0.5, 0.5], 0) != stratified(labels, [0.5, 0.5], 1)
