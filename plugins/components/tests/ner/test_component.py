"""The entity recogniser: labels, earlier annotation, gold, learning, saving."""

import tracemalloc
from importlib import import_module

import numpy as np
import pytest
from kernel_components.biluo import costs, decode
from kernel_components.ner.columns import constraints
from kernel_components.ner.component import EntityRecognizer
from kernel_components.ner.gold import encode
from kernel_components.transitions import gradient
from thinc.api import Model

import kernel
from kernel.errors import DataError, KernelError, UsageError
from kernel.numeric.ops import set_ops
from kernel.tokens import Doc, Span
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")

DATA = [
    ("I saw Ada Lovelace in London today", "O O B-PER I-PER O B-LOC O"),
    ("London is large", "B-LOC O O"),
    ("Grace Brewster Murray Hopper likes New York City", "B-PER I-PER I-PER I-PER O B-LOC I-LOC I-LOC"),
    ("nothing to see here", "O O O O"),
    ("today Ada met Grace", "O B-PER O B-PER"),
]
CNN = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 16,
    "depth": 1,
    "embed_size": 100,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
}
MODEL = {
    "@architectures": "kernel.TransitionBasedParser.v2",
    "tok2vec": CNN,
    "state_type": "ner",
    "extra_state_tokens": False,
    "hidden_width": 16,
    "maxout_pieces": 2,
    "use_upper": True,
}


def make_examples(nlp, data=DATA):
    examples = []
    for text, tags in data:
        words = text.split(" ")
        reference = Doc(nlp.vocab, words=words, ents=tags.split() if tags else None)
        examples.append(Example(Doc(nlp.vocab, words=words), reference))
    return examples


def make_ner(data=DATA, *, initialize=True, labels=None, model=MODEL, **settings):
    nlp = kernel.blank("xx")
    ner = nlp.add_pipe("ner", config={"model": model, **settings})
    examples = make_examples(nlp, data)
    if initialize:
        np.random.seed(0)
        ner.initialize(lambda: examples, nlp=nlp, labels=labels)
    return nlp, ner, examples


def train(nlp, examples, steps=60):
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.01
    losses = {}
    for _ in range(steps):
        losses = nlp.update(examples, sgd=optimizer, losses={})
    return losses


@pytest.fixture(scope="module")
def trained():
    nlp, ner, examples = make_ner()
    train(nlp, examples)
    return nlp, ner


def found(doc):
    return [(span.start, span.end, span.label_) for span in doc.ents]


def words_of(nlp, text):
    return Doc(nlp.vocab, words=text.split(" "))


@pytest.mark.parametrize(
    "changes",
    [{}, {"extra_state_tokens": True}, {"use_upper": False}, {"maxout_pieces": 1}, {"maxout_pieces": 3}],
)
def test_it_learns_what_it_is_shown(changes):
    nlp, ner, examples = make_ner(model={**MODEL, **changes})
    losses = train(nlp, examples, steps=100)
    assert losses["ner"] < 0.1
    for example in examples:
        doc = ner(words_of(nlp, example.reference.text.strip()))
        assert found(doc) == found(example.reference)
        assert doc.has_annotation("ENT_IOB", require_complete=True)


def test_scores(trained):
    nlp, ner = trained
    examples = make_examples(nlp)
    for example in examples:
        ner(example.predicted)
    scores = ner.score(examples)
    assert scores["ents_f"] == scores["ents_per_type"]["PER"]["f"] == 1.0


def test_documents_of_a_batch_do_not_see_each_other(trained):
    nlp, ner = trained
    texts = [text for text, _ in DATA] + ["Ada", "Ada Lovelace"]
    alone = [found(ner(words_of(nlp, text))) for text in texts]
    together = list(ner.pipe([words_of(nlp, text) for text in texts], batch_size=4))
    assert [found(doc) for doc in together] == alone


def test_a_document_without_words(trained):
    nlp, ner = trained
    empty = Doc(nlp.vocab, words=[])
    assert not ner(empty).ents
    docs = [Doc(nlp.vocab, words=[]), words_of(nlp, DATA[1][0]), Doc(nlp.vocab, words=[])]
    assert [len(doc.ents) for doc in ner.pipe(docs)] == [0, 1, 0]


def test_a_new_model_finds_nothing():
    nlp, ner, _ = make_ner()
    assert not ner(words_of(nlp, DATA[0][0])).ents


def test_earlier_entities_stay(trained):
    nlp, ner = trained
    before = len(ner.moves)
    doc = words_of(nlp, DATA[0][0])
    doc.set_ents([Span(doc, 2, 3, label="PET"), Span(doc, 0, 2, label="PER")], default="missing")
    other = words_of(nlp, DATA[0][0])
    list(ner.pipe([doc, other]))
    assert found(doc)[:2] == [(0, 2, "PER"), (2, 3, "PET")]
    assert (5, 6, "LOC") in found(doc)
    assert found(other) == [(2, 4, "PER"), (5, 6, "LOC")]
    assert len(ner.moves) == before


def test_blocked_tokens_are_in_no_entity(trained):
    nlp, ner = trained
    doc = words_of(nlp, DATA[0][0])
    doc.set_ents([], blocked=[doc[5:6]], default="missing")
    assert found(ner(doc)) == [(2, 4, "PER")]


def test_running_twice_changes_nothing(trained):
    nlp, ner = trained
    doc = ner(words_of(nlp, DATA[2][0]))
    first = found(doc)
    assert first == found(ner(doc)) == [(0, 4, "PER"), (5, 8, "LOC")]


def test_entities_do_not_cross_sentence_starts(trained):
    nlp, ner = trained
    words = DATA[2][0].split(" ")
    starts = [True, False, True, *[False] * 5]
    doc = ner(Doc(nlp.vocab, words=words, sent_starts=starts))
    assert not any(start < 2 < end for start, end, _ in found(doc))


def test_entities_do_not_start_with_whitespace(trained):
    nlp, ner = trained
    doc = ner(Doc(nlp.vocab, words=["\n", "London", " ", "\n"]))
    assert all(not doc[start].is_space for start, _, _ in found(doc))


def test_labels_come_from_the_reference_documents():
    _, ner, _ = make_ner()
    assert ner.labels == ("LOC", "PER")
    assert ner.label_data == {
        "1": {"PER": 8, "LOC": 5},
        "2": {"PER": 8, "LOC": 5},
        "3": {"PER": 8, "LOC": 5},
        "4": {"PER": 8, "LOC": 5, "": 1},
        "5": {"": 1},
    }
    assert ner.moves.names == [
        "B-PER",
        "B-LOC",
        "I-PER",
        "I-LOC",
        "L-PER",
        "L-LOC",
        "U-PER",
        "U-LOC",
        "U-",
        "O",
    ]
    assert ner.model.get_dim("nO") == 10


@pytest.mark.parametrize("as_list", [True, False])
def test_labels_can_be_given(as_list):
    _, first, _ = make_ner()
    labels = ["LOC", "PER"] if as_list else first.label_data
    _, ner, _ = make_ner([DATA[3]], labels=labels)
    assert ner.labels == first.labels
    assert as_list or ner.moves.names == first.moves.names


def test_incomplete_labels_are_named():
    with pytest.raises(DataError, match="'PER' has no I, L, U"):
        make_ner(labels={"1": {"PER": 3}, "5": {"": 1}})


def test_a_label_added_before_initialize_is_kept():
    nlp, ner, examples = make_ner(initialize=False)
    assert ner.add_label("ORG") == 1
    assert ner.add_label("ORG") == 0
    ner.initialize(lambda: examples, nlp=nlp)
    assert ner.labels == ("LOC", "ORG", "PER")
    assert ner.model.get_dim("nO") == len(ner.moves) == 14


def test_a_label_added_later_is_not_used_before_gold_data_are():
    nlp, ner, examples = make_ner()
    train(nlp, examples)
    assert ner.add_label("ORG") == 1
    assert ner.moves.names[-4:] == ["B-ORG", "I-ORG", "L-ORG", "U-ORG"]
    for example in examples:
        assert found(ner(words_of(nlp, example.reference.text.strip()))) == found(example.reference)
    more = make_examples(nlp, [*DATA, ("she works at Acme", "O O O B-ORG")])
    train(nlp, more, steps=100)
    assert found(ner(words_of(nlp, "she works at Acme"))) == [(3, 4, "ORG")]


def test_labels_that_update_meets_are_added():
    nlp, ner, _ = make_ner()
    train(nlp, make_examples(nlp, [*DATA, ("she works at Acme", "O O O B-ORG")]), steps=100)
    assert "ORG" in ner.labels
    assert found(ner(words_of(nlp, "she works at Acme"))) == [(3, 4, "ORG")]


def test_a_wrong_label_is_refused():
    _, ner, _ = make_ner()
    with pytest.raises(UsageError, match="string"):
        ner.add_label(3)
    with pytest.raises(KernelError):
        ner.add_label("")


def test_documents_without_annotation_teach_nothing():
    nlp, ner, examples = make_ner()
    unknown = make_examples(nlp, [(DATA[0][0], None)])
    assert ner.update(unknown)["ner"] == 0
    assert ner.update([*examples, *unknown])["ner"] == pytest.approx(ner.update(examples)["ner"])


def test_tokens_without_annotation_teach_nothing():
    nlp, ner, _ = make_ner()
    words = DATA[0][0].split(" ")
    partly = Doc(nlp.vocab, words=words, ents=["", "", "B-PER", "I-PER", "", "", ""])
    train(nlp, [Example(Doc(nlp.vocab, words=words), partly)])
    doc = ner(Doc(nlp.vocab, words=words))
    assert (2, 4, "PER") in found(doc)


def test_other_tokens_in_the_prediction():
    nlp, ner, _ = make_ner()
    reference = Doc(nlp.vocab, words=["Grace", "Hopper", "met", "me"], ents=["B-PER", "I-PER", "O", "O"])
    predicted = Doc(nlp.vocab, words=["Gra", "ce", "Hopper", "met", "me"], spaces=[False, *[True] * 4])
    example = Example(predicted, reference)
    gold = encode(example, ner.moves, None)
    assert gold.action.tolist() == [1, 2, 3, 5, 5]
    assert nlp.update([example], losses={})["ner"] > 0


@pytest.mark.parametrize("annotated", [True, False])
def test_a_model_learns_what_is_no_entity(annotated):
    nlp, ner, examples = make_ner(incorrect_spans_key="wrong")
    train(nlp, examples)
    text = DATA[1][0]
    assert found(ner(words_of(nlp, text))) == [(0, 1, "LOC")]
    reference = Doc(nlp.vocab, words=text.split(), ents=["", "O", "O"] if annotated else None)
    reference.spans["wrong"] = [Span(reference, 0, 1, label="LOC")]
    train(nlp, [Example(words_of(nlp, text), reference)], steps=20)
    assert (0, 1, "LOC") not in found(ner(words_of(nlp, text)))


def test_a_span_can_not_be_right_and_wrong():
    nlp, ner, _ = make_ner(incorrect_spans_key="wrong")
    reference = Doc(nlp.vocab, words=["London", "is"], ents=["B-LOC", "O"])
    reference.spans["wrong"] = [Span(reference, 0, 1, label="LOC")]
    with pytest.raises(DataError, match="spans\\['wrong'\\] as not being LOC"):
        ner.update([Example(words_of(nlp, "London is"), reference)])


def test_negative_tags_are_refused():
    nlp, ner, _ = make_ner()
    reference = Doc(nlp.vocab, words=["London", "is"], ents=["B-!LOC", "O"])
    with pytest.raises(DataError, match="incorrect_spans_key"):
        ner.update([Example(words_of(nlp, "London is"), reference)])


def test_a_batch_with_nothing_to_learn_does_not_hold_up_a_shared_source():
    nlp = kernel.blank("xx")
    nlp.add_pipe("tok2vec", config={"model": CNN})
    listener = {"@architectures": "kernel.Tok2VecListener.v1", "width": 16}
    nlp.add_pipe("ner", config={"model": {**MODEL, "tok2vec": listener}})
    examples = make_examples(nlp)
    nlp.initialize(lambda: examples)
    train(nlp, examples, steps=100)
    unknown = make_examples(nlp, [(DATA[0][0], None)])
    assert nlp.update(unknown, losses={})["ner"] == 0
    nlp.update([*unknown, *examples])
    doc = words_of(nlp, DATA[0][0])
    for _, component in nlp.pipeline:
        doc = component(doc)
    assert found(doc) == [(2, 4, "PER"), (5, 6, "LOC")]


@pytest.mark.parametrize("as_files", [True, False])
@pytest.mark.parametrize("into_initialized", [True, False])
def test_a_saved_component_predicts_the_same(trained, tmp_path, as_files, into_initialized):
    nlp, ner = trained
    ner.add_label("LATER")
    _, other, _ = make_ner([DATA[1]], initialize=into_initialized)
    if as_files:
        ner.to_disk(tmp_path / "ner")
        other.from_disk(tmp_path / "ner")
        assert sorted(path.name for path in (tmp_path / "ner").iterdir()) == ["cfg", "model", "moves"]
    else:
        other.from_bytes(ner.to_bytes())
    assert other.to_bytes() == ner.to_bytes()
    assert other.moves.names == ner.moves.names
    for text, _ in DATA:
        assert found(other(words_of(nlp, text))) == found(ner(words_of(nlp, text)))


def test_the_same_seed_gives_the_same_bytes():
    results = []
    for _ in range(2):
        nlp, ner, examples = make_ner()
        np.random.seed(1)
        optimizer = nlp.create_optimizer()
        for _ in range(3):
            nlp.update(examples, drop=0.3, sgd=optimizer)
        results.append(ner.to_bytes())
    assert results[0] == results[1]


def test_a_wrong_number_of_outputs_is_explained():
    with pytest.raises(UsageError, match="Leave nO out"):
        make_ner(model={**MODEL, "nO": 50})


def vectors_of(width, rng):
    """Fixed token vectors in double precision."""

    def forward(model, docs, is_train):
        return [table[: len(doc)] for doc, table in zip(docs, tables, strict=False)], lambda d: []

    tables = rng.normal(size=(10, 20, width))
    return Model("fixed", forward, dims={"nO": width})


@pytest.mark.parametrize("extra", [True, False])
def test_the_gradient_is_that_of_the_likelihood_along_the_path(extra):
    rng = np.random.default_rng(5)
    nlp = kernel.blank("xx")
    build = kernel.registry.architectures.get("kernel.TransitionBasedParser.v2")
    model = set_ops(build(vectors_of(6, rng), "ner", extra, 4, 2, True))
    ner = EntityRecognizer(nlp.vocab, model, "ner")
    examples = make_examples(nlp)
    ner.initialize(lambda: examples)
    for node in model.walk():
        for name in node.param_names:
            node.set_param(name, rng.normal(size=node.get_param(name).shape))
    docs = [example.predicted for example in examples]

    limits, _ = constraints(docs, ner._label_numbers())
    path = decode(model.predict(docs), limits, ner.moves)
    assert (path.start >= 0).sum() > 3
    parts = [encode(example, ner.moves, None) for example in examples]
    tokens = path.states()
    table = costs(path, limits, type(parts[0]).join(parts), ner.moves, tokens)
    ids = path.slots(6 if extra else 3, tokens)
    wanted = table <= np.minimum(table.min(axis=1, keepdims=True), 1)

    def objective():
        p = np.exp(model.predict(docs).score(ids))
        return -np.log((p * wanted).sum(axis=1) / p.sum(axis=1)).sum()

    losses = ner.update(examples, losses={})
    d_scores, loss = gradient(model.predict(docs).score(ids), table)
    assert losses["ner"] == pytest.approx(loss) == pytest.approx((d_scores**2).sum())
    step = 1e-5
    for node in model.walk():
        for name in node.param_names:
            value, gradient_ = node.get_param(name), node.get_grad(name)
            for at in {tuple(int(rng.integers(size)) for size in value.shape) for _ in range(10)}:
                old = value[at]
                value[at] = old + step
                above = objective()
                value[at] = old - step
                below = objective()
                value[at] = old
                slope = (above - below) / (2 * step)
                assert gradient_[at] == pytest.approx(slope, abs=1e-7, rel=1e-7), (node.name, name)


def test_many_labels_take_no_table_of_labels_by_actions():
    names = [f"L{number}" for number in range(20_000)]
    nlp, ner, examples = make_ner(labels=["PER", "LOC", *names])
    optimizer = nlp.resume_training()
    tracemalloc.start()
    nlp.update(examples, sgd=optimizer)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The square of 80,000 actions is 12 GB.
    assert peak < 300e6
    assert np.isfinite(
        ner.model.predict([examples[0].predicted]).score(np.zeros((1, 3), dtype=np.int32))
    ).all()


def test_blocks_of_states_learn_what_all_of_them_learn_together(monkeypatch):
    def learnt():
        nlp, ner, examples = make_ner()
        losses = train(nlp, examples, steps=5)
        return losses, [list(map(str, doc.ents)) for doc in nlp.pipe(text for text, _ in DATA)], ner.model

    loss, entities, model = learnt()
    monkeypatch.setattr(import_module("kernel_components.biluo.decode"), "LARGEST_TABLE", 40)
    loss_of_blocks, entities_of_blocks, model_of_blocks = learnt()
    assert loss_of_blocks == pytest.approx(loss, rel=1e-4)
    assert entities_of_blocks == entities
    for one, two in zip(model.walk(), model_of_blocks.walk(), strict=True):
        for name in one.param_names:
            np.testing.assert_allclose(two.get_param(name), one.get_param(name), rtol=1e-3, atol=1e-4)


def test_data_without_entities_are_an_error_unless_labels_are_known():
    data = [("some words", None)]
    with pytest.raises(DataError, match="none of the examples has entities"):
        make_ner(data)
    assert "PER" in make_ner(data, labels=["PER"])[1].labels
    nlp, component, examples = make_ner(data, initialize=False)
    component.add_label("PER")
    component.initialize(lambda: examples, nlp=nlp)
    assert "PER" in component.labels
    # Without any examples it can get its labels later.
    make_ner(data, initialize=False)[0].initialize()


def test_that_there_are_no_entities_is_annotation():
    assert make_ner([("some words", "O O")])[1].labels == ()
