"""Span categorisers: labels, learning, what is set, saving."""

import numpy as np
import pytest
from thinc.api import Ragged

import kernel
from kernel.errors import DataError, UsageError
from kernel.language import Language
from kernel.numeric.ops import KernelOps
from kernel.testing.gradients import check_gradients, randomise
from kernel.tokens import Doc, DocBin, Span
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")

TOK2VEC = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 16,
    "depth": 1,
    "embed_size": 50,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
}
LISTENER = {"@architectures": "kernel.Tok2VecListener.v1", "width": 16}
TEXTS = [
    ("Anna Karenina went to New York City", [(0, 2, "PER"), (4, 6, "LOC"), (4, 7, "CITY"), (4, 7, "LOC")]),
    ("Levin went to Moscow", [(0, 1, "PER"), (3, 4, "CITY"), (3, 4, "LOC")]),
    ("nothing is in here", []),
    ("Anna met Levin in New York", [(0, 1, "PER"), (2, 3, "PER"), (4, 6, "LOC")]),
]


def model(factory="spancat", tok2vec=TOK2VEC):
    scorer = {"@layers": "kernel.LinearLogistic.v1" if factory == "spancat" else "Softmax.v2"}
    reducer = {"@layers": "kernel.mean_max_reducer.v1", "hidden_size": 12}
    return {
        "@architectures": "kernel.SpanCategorizer.v1",
        "tok2vec": tok2vec,
        "reducer": reducer,
        "scorer": scorer,
    }


def make_examples(nlp, texts=TEXTS, key="sc"):
    examples = []
    for text, spans in texts:
        doc = nlp.make_doc(text)
        doc.spans[key] = [Span(doc, *span) for span in spans]
        examples.append(Example(nlp.make_doc(text), doc))
    return examples


def make(factory="spancat", *, before=(), initialize=True, tok2vec=TOK2VEC, **settings):
    nlp = kernel.blank("xx")
    for name, config in before:
        nlp.add_pipe(name, config=config)
    spancat = nlp.add_pipe(factory, config={"model": model(factory, tok2vec), **settings})
    examples = make_examples(nlp, key=spancat.key)
    if initialize:
        nlp.initialize(lambda: examples)
    return nlp, spancat, examples


def train(nlp, examples, steps=60, **settings):
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.02
    losses = {}
    for _ in range(steps):
        losses = nlp.update(examples, sgd=optimizer, losses={}, **settings)
    return losses


def found(doc, key="sc"):
    return {(span.start, span.end, span.label_) for span in doc.spans[key]}


def given_scores(spancat, doc, scores, other=0.1):
    """What is set for a document, where only some spans have other scores."""
    spans = spancat.suggest([doc])
    table = np.full((len(spans.dataXd), len(spancat.output_names)), other, dtype="float32")
    places = [tuple(place) for place in spans.dataXd.tolist()]
    for (start, end, label), value in scores.items():
        table[places.index((start, end)), list(spancat.output_names).index(label)] = value
    spancat.set_annotations([doc], (spans, table))
    return [(span.start, span.end, span.label_) for span in doc.spans["sc"]]


@pytest.mark.parametrize("factory", ["spancat", "spancat_singlelabel"])
@pytest.mark.parametrize("listens", [False, True])
def test_learns_overlapping_spans(factory, listens):
    before = [("tok2vec", {"model": TOK2VEC})] if listens else []
    nlp, spancat, examples = make(factory, before=before, tok2vec=LISTENER if listens else TOK2VEC)
    assert spancat.labels == ("PER", "LOC", "CITY")
    train(nlp, examples)
    doc = nlp(TEXTS[3][0])
    assert found(doc) == set(TEXTS[3][1])
    scores = doc.spans["sc"].attrs["scores"]
    assert len(scores) == len(doc.spans["sc"]) and (scores > 0.5).all()
    got = nlp.evaluate(examples)
    expected = 1.0 if factory == "spancat" else 16 / 18
    assert got["spans_sc_p"] == 1.0 and got["spans_sc_f"] == pytest.approx(expected)
    assert set(got["spans_sc_per_type"]) == {"PER", "LOC", "CITY"}


def test_the_group_is_replaced_and_others_stay():
    nlp, _, examples = make()
    doc = nlp.make_doc(TEXTS[0][0])
    doc.spans["sc"], doc.spans["other"] = [doc[0:1]], [doc[0:2]]
    train(nlp, examples)
    doc = nlp(doc)
    assert found(doc) == set(TEXTS[0][1]) and len(doc.spans["other"]) == 1


def test_another_group():
    nlp, spancat, examples = make(spans_key="mine")
    train(nlp, examples)
    assert spancat.key == "mine" and found(nlp(TEXTS[1][0]), "mine") == set(TEXTS[1][1])
    assert nlp.evaluate(examples)["spans_mine_f"] == 1.0
    assert nlp.score_weights == {"spans_mine_f": 1.0, "spans_mine_p": 0.0, "spans_mine_r": 0.0}
    assert nlp.score_sources["spans_mine_f"] == "spancat"


def test_threshold_and_max_positive():
    scores = {(0, 1, "PER"): 0.5, (0, 1, "LOC"): 0.8, (0, 1, "CITY"): 0.7, (1, 3, "PER"): 0.49}
    nlp, spancat, _ = make()
    doc = nlp.make_doc("one two three")
    assert given_scores(spancat, doc, scores) == [(0, 1, "PER"), (0, 1, "LOC"), (0, 1, "CITY")]
    assert doc.spans["sc"].attrs["scores"].tolist() == pytest.approx([0.5, 0.8, 0.7])
    nlp, spancat, _ = make(max_positive=2, threshold=0.4)
    assert given_scores(spancat, doc, scores) == [(0, 1, "LOC"), (0, 1, "CITY"), (1, 3, "PER")]


def test_one_label_at_most():
    scores = {
        (0, 1, "PER"): 0.6,
        (0, 2, "LOC"): 0.7,
        (3, 4, "PER"): 0.9,
        (2, 5, "LOC"): 0.8,
        (1, 2, ""): 0.95,
    }
    scores |= {(1, 2, "PER"): 0.9, (5, 6, "CITY"): 0.51}
    nlp, spancat, _ = make("spancat_singlelabel")
    doc = nlp.make_doc("a b c d e f")
    for place in [tuple(place) for place in spancat.suggest([doc]).dataXd.tolist()]:
        scores.setdefault((*place, ""), 0.5)
    everything = [(0, 1, "PER"), (3, 4, "PER"), (5, 6, "CITY"), (0, 2, "LOC"), (2, 5, "LOC")]
    assert given_scores(spancat, doc, scores) == everything
    nlp, spancat, _ = make("spancat_singlelabel", allow_overlap=False)
    assert given_scores(spancat, doc, scores) == [(3, 4, "PER"), (0, 2, "LOC"), (5, 6, "CITY")]


def test_threshold_and_overlap_count_for_every_kind_of_model():
    nlp, spancat, _ = make("spancat_singlelabel")
    doc = nlp.make_doc("a b c")
    scores = {(*place, ""): 0.9 for place in map(tuple, spancat.suggest([doc]).dataXd.tolist())}
    scores |= {(0, 1, "PER"): 0.91, (1, 2, "LOC"): 0.95}
    assert given_scores(spancat, doc, scores) == [(0, 1, "PER"), (1, 2, "LOC")]
    spancat.cfg["threshold"] = 0.93
    assert given_scores(spancat, doc, scores) == [(1, 2, "LOC")]
    nlp, spancat, _ = make()
    spancat.cfg["allow_overlap"] = False
    scores = {(0, 1, "PER"): 0.7, (0, 1, "LOC"): 0.8, (0, 2, "PER"): 0.75, (2, 3, "CITY"): 0.6}
    assert given_scores(spancat, doc, scores) == [(0, 1, "LOC"), (2, 3, "CITY")]


def test_overlap_is_within_a_document():
    nlp, spancat, _ = make("spancat_singlelabel", allow_overlap=False)
    docs = [nlp.make_doc("a b"), nlp.make_doc("c"), nlp.make_doc(""), nlp.make_doc("d")]
    spans = spancat.suggest(docs)
    table = np.zeros((len(spans.dataXd), 4), dtype="float32")
    table[:, 0] = [0.2, 0.3, 0.4, 0.8, 0.9]
    spancat.set_annotations(docs, (spans, table))
    assert [[(span.start, span.end) for span in doc.spans["sc"]] for doc in docs] == [
        [(0, 2)],
        [(0, 1)],
        [],
        [(0, 1)],
    ]
    assert docs[3].spans["sc"].attrs["scores"].tolist() == pytest.approx([0.9])


@pytest.mark.parametrize("factory", ["spancat", "spancat_singlelabel"])
def test_the_gradient_is_the_difference_from_the_gold(factory):
    weight = {} if factory == "spancat" else {"negative_weight": 0.25}
    _, spancat, examples = make(factory, **weight)
    spans, scores = spancat.predict([example.predicted for example in examples])
    loss, gradient = spancat.get_loss(examples, (spans, scores))
    row = 0
    for example, count in zip(examples, spans.lengths.tolist(), strict=True):
        gold = found(example.reference)
        for start, end in spans.dataXd[row : row + count].tolist():
            target = np.zeros(len(spancat.output_names))
            target[: len(spancat.labels)] = [(start, end, label) in gold for label in spancat.labels]
            factor = 1.0
            if factory == "spancat_singlelabel" and not target.any():
                target[-1], factor = 1.0, 0.25
            assert np.allclose(gradient[row], (scores[row] - target) * factor, atol=1e-6)
            row += 1
    assert loss == pytest.approx(float((gradient**2).sum()), rel=1e-5)


def test_gold_of_other_words_is_aligned():
    nlp, spancat, _ = make()
    reference = Doc(nlp.vocab, words=["New", "York", "-", "Berlin"], spaces=[True, False, False, False])
    reference.spans["sc"] = [reference[0:2], reference[3:4], reference[0:4]]
    for span in (spans := list(reference.spans["sc"])):
        span.label_ = "LOC"
    reference.spans["sc"] = spans
    predicted = Doc(nlp.vocab, words=["New", "York-Berlin"])
    example = Example(predicted, reference)
    (gold,) = spancat.gold([example])
    assert gold.spans.tolist() == [[0, 2]]


def test_gold_that_changes_in_place_is_noticed():
    _, spancat, examples = make()
    assert len(spancat.gold(examples)[0].labels) == 4
    group = examples[0].reference.spans["sc"]
    del group[0]
    assert len(spancat.gold(examples)[0].labels) == 3


def test_a_document_without_the_group_has_no_spans():
    nlp, spancat, _ = make()
    example = Example(nlp.make_doc("Anna"), nlp.make_doc("Anna"))
    _, gradient = spancat.get_loss([example], spancat.predict([example.predicted]))
    assert (gradient > 0).all()
    assert spancat.score([example])["spans_sc_f"] is None


def test_labels_may_be_given():
    _, spancat, examples = make(initialize=False)
    spancat.initialize(lambda: examples, labels=["LOC", "PER", "NEW"])
    with pytest.warns(UserWarning, match="the data have spans 'CITY'"):
        spancat.gold(examples)
    assert spancat.label_data == ["LOC", "PER", "NEW"]
    with pytest.raises(UsageError, match="can't add the label 'X': the model already has 3 outputs"):
        spancat.add_label("X")


def test_a_label_that_is_unknown_is_told():
    nlp, _, _ = make()
    (unknown,) = make_examples(nlp, [("Kitty skates", [(0, 1, "SKATER")])])
    with pytest.raises(DataError, match="the gold span 'SKATER' is not among the 3 labels"):
        nlp.update([unknown], sgd=False)


def test_data_without_spans_are_told():
    nlp, _, _ = make(initialize=False)
    examples = make_examples(nlp, [("nothing", [])])
    with pytest.raises(DataError, match="none of the examples has spans in the group 'sc'"):
        nlp.initialize(lambda: examples)


def test_gold_spans_that_are_not_suggested_are_told(caplog):
    caplog.set_level("INFO", "kernel")
    make(suggester={"@misc": "kernel.ngram_suggester.v1", "sizes": [1]})
    assert "component 'spancat': 5 of 10 gold spans in the group 'sc' are not suggested" in caplog.text
    assert "such as 'Anna Karenina', 'New York', 'New York City'" in caplog.text
    caplog.clear()
    make(suggester={"@misc": "kernel.ngram_suggester.v1", "sizes": [1, 2, 3]})
    # A component has to find them first.
    make(suggester={"@misc": "kernel.preset_spans_suggester.v1", "spans_key": "found"})
    assert "not suggested" not in caplog.text


def test_gradients_of_the_whole_model():
    _, spancat, examples = make()
    randomise(spancat.model)
    docs = [example.predicted for example in examples]
    spans = spancat.suggest(docs)

    def forward(model, X, is_train):
        scores, backprop = model((X, spans), is_train)
        return [scores], lambda gradients: backprop(gradients[0])

    check_gradients(spancat.model, docs, forward=forward)


def test_a_suggester_of_ones_own():
    @kernel.registry.misc("test.every_second_word.v1")
    def make_suggester():
        def suggest(docs, *, ops=None):
            ops = ops or KernelOps()
            places = [(start, start + 1) for doc in docs for start in range(0, len(doc), 2)]
            lengths = [len(range(0, len(doc), 2)) for doc in docs]
            data = ops.asarray(np.array(places, dtype="int32").reshape(-1, 2))
            return Ragged(data, ops.asarray(lengths, dtype="int32"))

        return suggest

    nlp, spancat, examples = make(suggester={"@misc": "test.every_second_word.v1"})
    train(nlp, examples)
    assert found(nlp(TEXTS[3][0])) == {(0, 1, "PER"), (2, 3, "PER")}
    doc = nlp.make_doc("a b c")
    spancat.set_candidates([doc])
    assert [(span.start, span.end) for span in doc.spans["candidates"]] == [(0, 1), (2, 3)]


@pytest.mark.parametrize(
    ("places", "lengths", "error", "said"),
    [
        ([[0, 1]], [1], UsageError, "gave a Ragged of 1 sequences for 2 documents"),
        ([[0, 1]], [1, 1], UsageError, r"an array of the shape \(1, 2\) for 2 spans"),
        ([[0, 1.5]], [1, 0], UsageError, "numbers of the type float64"),
        ([[0, 4]], [1, 0], DataError, "no span from token 0 to before token 4 in a document of 3"),
        ([[1, 1]], [1, 0], DataError, "no span from token 1 to before token 1"),
    ],
)
def test_a_suggester_that_errs_is_told(places, lengths, error, said):
    nlp, spancat, _ = make()
    spans = Ragged(np.array(places), np.array(lengths, dtype="int32"))
    spancat.suggester = lambda docs, *, ops=None: spans
    with pytest.raises(error, match=said):
        spancat.predict([nlp.make_doc("a b c"), nlp.make_doc("d")])


def test_spans_of_a_component_before_it():
    """They are suggested in training too, if the component annotates there."""

    @Language.component("test_capitals", assigns=["doc.spans"])
    def capitals(doc):
        doc.spans["capitals"] = [doc[token.i : token.i + 1] for token in doc if token.text[0].isupper()]
        return doc

    nlp, _, examples = make(
        before=[("test_capitals", {})],
        suggester={"@misc": "kernel.preset_spans_suggester.v1", "spans_key": "capitals"},
    )
    with pytest.raises(DataError, match="there is no group of spans 'capitals'"):
        nlp.update(examples, sgd=False)
    train(nlp, examples, annotates=["test_capitals"])
    assert found(nlp(TEXTS[3][0])) == {(0, 1, "PER"), (2, 3, "PER")}
    # Nothing is suggested, and nothing is learnt.
    (small,) = make_examples(nlp, [("nothing here", [])])
    assert nlp.update([small], sgd=False, annotates=["test_capitals"])["spancat"] == 0.0


def test_what_a_suggester_requires_the_component_requires():
    _, spancat, _ = make(suggester={"@misc": "kernel.subtree_suggester.v1"})
    assert spancat.requires == ("token.dep", "token.head")


def test_a_batch_without_suggestions_leaves_the_shared_source_in_order():
    nlp, _, examples = make(
        before=[("tok2vec", {"model": TOK2VEC})],
        tok2vec=LISTENER,
        suggester={"@misc": "kernel.ngram_suggester.v1", "sizes": [3]},
    )
    short = make_examples(nlp, [("two words", [])])
    assert nlp.update(short, sgd=False)["spancat"] == 0.0
    assert nlp.update(examples, sgd=False)["spancat"] > 0.0
    assert found(nlp("two words")) == set()


def test_it_survives_disk_and_processes(tmp_path):
    nlp, _, examples = make("spancat_singlelabel", spans_key="mine", allow_overlap=False)
    train(nlp, examples)
    nlp.to_disk(tmp_path / "model")
    loaded = kernel.load(tmp_path / "model")
    texts = [text for text, _ in TEXTS]
    expected = [found(doc, "mine") for doc in nlp.pipe(texts)]
    assert [found(doc, "mine") for doc in loaded.pipe(texts, n_process=2, batch_size=2)] == expected
    assert loaded.get_pipe("spancat_singlelabel").cfg == nlp.get_pipe("spancat_singlelabel").cfg
    assert all(not doc.spans["mine"].has_overlap for doc in loaded.pipe(texts))
    stored = DocBin(docs=list(loaded.pipe(texts))).to_bytes()
    (doc, *_) = DocBin().from_bytes(stored).get_docs(loaded.vocab)
    assert found(doc, "mine") == expected[0] and len(doc.spans["mine"].attrs["scores"]) == len(expected[0])


def test_blocks_of_spans_change_nothing(monkeypatch):
    from kernel_architectures.spans import span_categorizer

    nlp, _, examples = make()
    train(nlp, examples, steps=5)
    doc = nlp.make_doc(" ".join(text for text, _ in TEXTS))
    spancat = nlp.get_pipe("spancat")
    _, whole = spancat.predict([doc])
    monkeypatch.setattr(span_categorizer, "BLOCK", 7)
    assert np.allclose(spancat.predict([doc])[1], whole, atol=1e-5)
