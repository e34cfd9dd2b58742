"""The span finder: gold edges, loss, spans from edges, settings, a training that finds the spans."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_components.span_finder.gold import encode
from kernel_components.span_finder.pairs import pair

from kernel.errors import ConfigError, DataError
from kernel.language import Language
from kernel.testing import sample_examples
from kernel.tokens import Doc, Example, Span
from kernel.vocab import Vocab

pytestmark = pytest.mark.needs("kernel-nlp-architectures")
WIDTH = 16
MODEL = {
    "tok2vec": {
        "@architectures": "kernel.HashEmbedCNN.v2",
        "width": WIDTH,
        "depth": 1,
        "embed_size": 100,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
        "pretrained_vectors": None,
    }
}


def finder(**settings):
    nlp = Language()
    return nlp, nlp.add_pipe("span_finder", config={"model": MODEL, **settings})


def example(words, other_words, spans, spaces=None, other_spaces=None):
    vocab = Vocab()
    gold = Doc(vocab, words=words, spaces=spaces)
    gold.spans["sc"] = [Span(gold, start, end) for start, end in spans]
    return Example(Doc(vocab, words=other_words, spaces=other_spaces), gold)


def brute_force(begins, ends, lengths, shortest, longest):
    found, start = [], 0
    for length in lengths:
        for first in range(start, start + length):
            for last in range(first, start + length):
                size = last - first + 1
                if begins[first] and ends[last] and shortest <= size and (longest is None or size <= longest):
                    found.append((first, last + 1))
        start += length
    return found


@given(
    st.lists(st.integers(0, 6), max_size=5),
    st.integers(1, 3),
    st.one_of(st.none(), st.integers(1, 5)),
    st.data(),
)
def test_pairs_are_those_of_two_loops(lengths, shortest, longest, data):
    flags = st.lists(st.booleans(), min_size=sum(lengths), max_size=sum(lengths))
    begins, ends = (np.array(data.draw(flags), dtype=bool) for _ in range(2))
    found = pair(begins, ends, lengths, shortest, longest)
    expected = brute_force(begins, ends, lengths, shortest, longest)
    assert list(zip(found.starts.tolist(), found.ends.tolist(), strict=True)) == expected


def test_far_too_many_spans_are_refused():
    everywhere = np.ones(5000, dtype=bool)
    with pytest.raises(DataError, match=r"12,502,500 spans were found in 5,000 tokens"):
        pair(everywhere, everywhere, [5000], 1, None)


def test_gold_edges_of_equal_tokens():
    words = ["New", "York", "is", "big", "."]
    gold = encode(example(words, words, [(0, 2), (0, 1), (3, 4)]), "sc")
    assert gold.tolist() == [[1, 1], [0, 1], [0, 0], [1, 1], [0, 0]]
    assert encode(example(words, words, []), "other").tolist() == [[0, 0]] * 5


def test_edges_inside_of_tokens_are_unknown():
    made = example(
        ["New York", "is", "big", "city", "."],
        ["New", "York", "isbig", "city."],
        [(0, 1), (2, 4), (1, 2)],
        [True, False, True, False, False],
        [True, True, True, False],
    )
    assert encode(made, "sc").tolist() == [[1, 0], [0, 1], [-1, -1], [0, -1]]


def test_other_texts_and_empty_spans():
    with pytest.raises(DataError, match="text of the gold document is not that of the predicted one"):
        encode(example(["a"], ["b"], []), "sc")
    assert encode(example(["a", "b"], ["a", "b"], [(1, 1)]), "sc").tolist() == [[0, 0], [0, 0]]
    assert encode(example([], [], []), "sc").shape == (0, 2)


def test_loss_and_gradient_leave_out_what_is_unknown():
    _, component = finder()
    made = example(["ab", "c"], ["abc"], [(0, 1)], [False, False], [False])
    scores = np.array([[0.25, 0.5]], dtype="float32")
    loss, gradient = component.get_loss([made], scores)
    assert gradient.tolist() == [[-0.75, 0.0]] and loss == 0.75**2


def test_gold_that_changes_in_place_is_noticed():
    _, component = finder()
    made = example(["a", "b"], ["a", "b"], [(0, 1)])
    assert component.gold([made]).tolist() == [[1, 1], [0, 0]]
    made.reference.spans["sc"].append(Span(made.reference, 1, 2))
    assert component.gold([made]).tolist() == [[1, 1], [1, 1]]


def test_all_spans_from_a_likely_beginning_to_a_likely_end_are_set():
    nlp, component = finder(max_length=3, threshold=0.5, spans_key="found")
    docs = [Doc(nlp.vocab, words=["a", "b", "c", "d"]), Doc(nlp.vocab), Doc(nlp.vocab, words=["e"])]
    docs[1].spans["found"] = []
    scores = np.array([[0.5, 0.1], [0.9, 0.6], [0.2, 0.4], [0.4, 0.5], [0.9, 0.9]], dtype="float32")
    component.set_annotations(docs, scores)
    found = [[(span.start, span.end, span.label_) for span in doc.spans["found"]] for doc in docs]
    assert found == [[(0, 2, ""), (1, 2, ""), (1, 4, "")], [], [(0, 1, "")]]


def test_scores_have_the_name_of_the_group():
    nlp, _ = finder(spans_key="mine")
    assert nlp.score_weights == {"spans_mine_f": 1.0, "spans_mine_p": 0.0, "spans_mine_r": 0.0}
    assert nlp.score_sources["spans_mine_f"] == "span_finder"


def with_spans(examples):
    for each in examples:
        each.reference.spans["sc"] = [
            Span(each.reference, token.i, token.i + 1)
            for token in each.reference
            if token.pos_ in ("NOUN", "PROPN")
        ]
    return examples


def test_it_finds_what_it_has_learnt():
    nlp, _ = finder(max_length=1)
    nlp.initialize(lambda: with_spans(sample_examples(nlp)))
    examples, optimizer = with_spans(sample_examples(nlp)), nlp.create_optimizer()
    optimizer.learn_rate = 0.02
    for _ in range(60):
        nlp.update(examples, sgd=optimizer)
    scores = nlp.evaluate(with_spans(sample_examples(nlp)))
    assert scores["spans_sc_f"] > 0.9 and "spans_sc_per_type" not in scores


@pytest.mark.parametrize("settings", [{"max_length": 0}, {"min_length": 0}, {"threshold": 2}])
def test_senseless_settings_are_refused(settings):
    with pytest.raises(ConfigError, match=next(iter(settings))):
        finder(**settings)


def test_no_length_is_between_these():
    with pytest.raises(Exception, match="min_length, 3, is more than max_length, 2"):
        finder(min_length=3, max_length=2)


def findings(component, train, dev):
    return [(each.level, each.message, each.items) for each in component.debug(train, dev)]


def test_debug_data_says_what_is_not_learnt_or_not_found():
    _, component = finder(max_length=2)
    good = example(["a", "b", "c"], ["a", "b", "c"], [(0, 1), (0, 3)])
    inside = example(["ab", "c"], ["abc"], [(0, 1)], [False, False], [False])
    assert findings(component, [good, inside], [good]) == [
        ("info", "3 spans in the group 'sc' of 2 documents, of 1 to 3 tokens", ()),
        (
            "warn",
            "1 of these are not found because of their length: only spans of 1 to 2 tokens are (min_length, max_length)",
            (),
        ),
        ("warn", "1 beginnings and ends of spans lie inside of tokens, and are not learnt", ()),
    ]
    none = example(["a"], ["a"], [])
    none.reference.spans["other"] = []
    assert findings(component, [none], []) == [
        ("fail", "no document to train on has spans in the group 'sc'", ("there is the group 'other'",))
    ]
    assert findings(component, [good], [none])[-1] == (
        "warn",
        "no document to evaluate on has spans in the group 'sc'",
        (),
    )
