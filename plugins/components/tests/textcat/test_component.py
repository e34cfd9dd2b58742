"""Text classifiers: labels, checks of the gold, learning, saving."""

import numpy as np
import pytest
from kernel_components.textcat.gold import check

import kernel
from kernel.errors import DataError, KernelError, UsageError
from kernel.tokens import Doc
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")

EXCLUSIVE = [
    ("what a lovely day", {"good": 1.0, "bad": 0.0}),
    ("I love this", {"good": 1, "bad": 0}),
    ("that was awful", {"good": 0.0, "bad": 1.0}),
    ("I hate it", {"bad": 1.0}),
    ("terrible", {"bad": True, "good": False}),
]
INDEPENDENT = [
    ("sweet and sour", {"sweet": 1.0, "sour": 1.0}),
    ("only sweet", {"sweet": 1.0, "sour": 0.0}),
    ("only sour here", {"sour": 1.0, "sweet": 0.0}),
    ("nothing at all", {"sweet": 0.0, "sour": 0.0}),
    ("sweet", {"sweet": 1.0}),
]
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


def bow(exclusive, **settings):
    block = {"@architectures": "kernel.TextCatBOW.v3", "exclusive_classes": exclusive, "ngram_size": 1}
    return {**block, "no_output_layer": False, "length": 512, **settings}


def ensemble(exclusive):
    return {"@architectures": "kernel.TextCatEnsemble.v2", "tok2vec": TOK2VEC, "linear_model": bow(exclusive)}


def cnn(exclusive):
    return {"@architectures": "kernel.TextCatCNN.v2", "tok2vec": TOK2VEC, "exclusive_classes": exclusive}


def reduce(exclusive):
    flags = {f"use_reduce_{name}": True for name in ("first", "last", "max", "mean")}
    block = {"@architectures": "kernel.TextCatReduce.v1", "tok2vec": TOK2VEC, "exclusive_classes": exclusive}
    return {**block, **flags}


ARCHITECTURES = [bow, ensemble, cnn, reduce]


def make_examples(nlp, data):
    return [Example.from_dict(nlp.make_doc(text), {"cats": cats}) for text, cats in data]


def make_textcat(data=EXCLUSIVE, factory="textcat", model=bow, **arguments):
    nlp = kernel.blank("xx")
    textcat = nlp.add_pipe(factory, config={"model": model(factory == "textcat")})
    examples = make_examples(nlp, data)
    if arguments:
        textcat.initialize(lambda: examples, nlp=nlp, **arguments)
    else:
        nlp.initialize(lambda: examples)
    return nlp, textcat, examples


def train(nlp, examples, steps=60, **settings):
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.02
    for _ in range(steps):
        losses = nlp.update(examples, sgd=optimizer, losses={}, **settings)
    return losses


@pytest.mark.parametrize("model", ARCHITECTURES)
def test_learns_five_exclusive_examples(model):
    nlp, _, examples = make_textcat(model=model)
    train(nlp, examples)
    for text, cats in EXCLUSIVE:
        found = nlp(text).cats
        assert max(found, key=found.get) == max(cats, key=cats.get)
        assert sum(found.values()) == pytest.approx(1.0)
    assert nlp.evaluate(make_examples(nlp, EXCLUSIVE))["cats_score"] == 1.0


@pytest.mark.parametrize("model", ARCHITECTURES)
def test_learns_five_independent_examples(model):
    nlp, _, examples = make_textcat(INDEPENDENT, "textcat_multilabel", model)
    train(nlp, examples, 150)
    for text, cats in INDEPENDENT:
        found = nlp(text).cats
        assert {label: found[label] > 0.5 for label in cats} == {label: bool(cats[label]) for label in cats}
    assert nlp.evaluate(make_examples(nlp, INDEPENDENT))["cats_score"] == 1.0


def test_labels_come_in_the_order_of_the_data():
    _, textcat, _ = make_textcat()
    assert textcat.labels == ("good", "bad")
    assert textcat.label_data == ["good", "bad"]


def test_given_labels_are_taken_as_they_are():
    _, textcat, _ = make_textcat(labels=["bad", "good", "so-so"])
    assert textcat.labels == ("bad", "good", "so-so")
    assert textcat.model.get_dim("nO") == 3


def test_scores_are_plain_floats_and_other_categories_stay():
    nlp, textcat, _ = make_textcat()
    doc = nlp.make_doc("hello there")
    doc.cats["other"] = 0.25
    textcat(doc)
    assert list(doc.cats) == ["other", "good", "bad"]
    assert all(type(value) is float for value in doc.cats.values())


@pytest.mark.parametrize("model", ARCHITECTURES)
def test_documents_without_tokens_score_alike_alone_and_in_a_batch(model):
    nlp, textcat, examples = make_textcat(model=model)
    train(nlp, examples, 10)
    alone = textcat(nlp.make_doc("")).cats
    batch = list(textcat.pipe([nlp.make_doc(text) for text in ("one", "", "two words")]))
    assert batch[1].cats == pytest.approx(alone, abs=1e-6)


@pytest.mark.parametrize("value", [0.5, 2, -1])
@pytest.mark.parametrize("factory", ["textcat", "textcat_multilabel"])
def test_values_other_than_0_and_1_are_refused(factory, value):
    data = [*EXCLUSIVE, ("what is it", {"good": value})]
    with pytest.raises(KernelError, match=rf"'what is it'.*'good' has the value {value}"):
        make_textcat(data, factory)


def test_two_exclusive_categories_that_hold_are_refused():
    with pytest.raises(KernelError, match="only one category may be true, but these are: 'good', 'bad'"):
        make_textcat([*EXCLUSIVE, ("both", {"good": 1.0, "bad": 1.0})])


def test_one_label_is_nothing_to_choose_from():
    with pytest.raises(KernelError, match="two or more labels to choose from, but has: 'good'"):
        make_textcat([("a", {"good": 1.0})])


def test_independent_categories_may_be_one_but_not_none():
    _, textcat, _ = make_textcat([("a", {"good": 1.0})], "textcat_multilabel")
    assert textcat.labels == ("good",)
    with pytest.raises(KernelError, match="none of the examples has categories"):
        make_textcat([("a", {})], "textcat_multilabel")


def test_positive_label_must_be_one_of_two():
    _, textcat, _ = make_textcat(positive_label="bad")
    assert textcat.cfg["positive_label"] == "bad"
    with pytest.raises(UsageError, match="'best' is not among the labels: 'good', 'bad'"):
        make_textcat(positive_label="best")
    with pytest.raises(UsageError, match="needs exactly two labels, but there are 3"):
        make_textcat(labels=["good", "bad", "so-so"], positive_label="bad")


def test_positive_label_names_the_score():
    nlp, _, examples = make_textcat(positive_label="bad")
    train(nlp, examples)
    assert nlp.evaluate(make_examples(nlp, EXCLUSIVE))["cats_score_desc"] == "F (bad)"


def test_loss_is_the_mean_squared_error_and_its_gradient_the_error():
    _, textcat, examples = make_textcat()
    scores = np.array([[0.7, 0.3]] * 5, dtype="float32")
    loss, gradient = textcat.get_loss(examples, scores)
    truth = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [0, 1]], dtype="float32")
    assert np.allclose(gradient, scores - truth)
    assert loss == pytest.approx(float((gradient**2).mean()))


def test_an_unannotated_document_teaches_nothing():
    nlp, textcat, examples = make_textcat()
    mixed = [examples[0], *make_examples(nlp, [("no categories", {})])]
    _, gradient = textcat.get_loss(mixed, np.full((2, 2), 0.5, dtype="float32"))
    assert gradient[0].any() and not gradient[1].any()


def test_missing_independent_categories_have_no_gradient():
    nlp, textcat, _ = make_textcat(INDEPENDENT, "textcat_multilabel")
    mixed = make_examples(nlp, [("a", {"sour": 1.0}), ("b", {})])
    _, gradient = textcat.get_loss(mixed, np.full((2, 2), 0.25, dtype="float32"))
    assert gradient.tolist() == [[0.0, -0.75], [0.0, 0.0]]


@pytest.mark.parametrize("factory, data", [("textcat", EXCLUSIVE), ("textcat_multilabel", INDEPENDENT)])
def test_a_batch_with_nothing_to_learn_leaves_the_weights_alone(factory, data):
    nlp, textcat, _ = make_textcat(data, factory)
    before = textcat.to_bytes()
    losses = nlp.update(make_examples(nlp, [("no categories", {}), ("", {})]), sgd=nlp.create_optimizer())
    assert losses == {factory: 0.0}
    assert textcat.to_bytes() == before


def test_changed_gold_is_noticed():
    _, textcat, examples = make_textcat()
    scores = np.full((5, 2), 0.5, dtype="float32")
    textcat.get_loss(examples, scores)
    examples[0].reference.cats.update(good=0.0, bad=1.0)
    _, gradient = textcat.get_loss(examples, scores)
    assert gradient[0].tolist() == [0.5, -0.5]
    examples[0].reference.cats["good"] = 0.5
    with pytest.raises(DataError, match="has the value 0.5"):
        textcat.get_loss(examples, scores)


@pytest.mark.parametrize("model", [bow, cnn, reduce])
def test_labels_can_be_added_to_a_trained_model(model):
    nlp, textcat, examples = make_textcat(model=model)
    train(nlp, examples)
    before = nlp("I love this").cats
    assert textcat.add_label("so-so") == 1 and textcat.add_label("so-so") == 0
    after = nlp("I love this").cats
    new = after.pop("so-so")
    assert 0 < new < 0.05
    assert {label: score / (1 - new) for label, score in after.items()} == pytest.approx(before, abs=1e-5)


@pytest.mark.parametrize("model", [bow, cnn, reduce])
@pytest.mark.parametrize("factory, data", [("textcat", EXCLUSIVE), ("textcat_multilabel", INDEPENDENT)])
def test_a_label_that_is_added_to_a_trained_model_is_learnt(model, factory, data):
    nlp, textcat, examples = make_textcat(data, factory, model)
    train(nlp, examples, 150)
    textcat.add_label("so-so")
    wanted = [("so and so", {"so-so": 1.0}), *[(text, {**cats, "so-so": 0.0}) for text, cats in data]]
    train(nlp, make_examples(nlp, wanted), 150)
    for text, cats in wanted:
        found = nlp(text).cats
        assert (found["so-so"] > 0.5) == (cats["so-so"] == 1)
        assert all((found[label] > 0.5) == bool(cats[label]) for label in cats)


def test_labels_cannot_be_added_to_a_trained_ensemble():
    _, textcat, _ = make_textcat(model=ensemble)
    with pytest.raises(UsageError, match="can't add the label 'so-so'"):
        textcat.add_label("so-so")


@pytest.mark.parametrize("model", ARCHITECTURES)
@pytest.mark.parametrize("factory, data", [("textcat", EXCLUSIVE), ("textcat_multilabel", INDEPENDENT)])
def test_survives_bytes_and_disk(model, factory, data, tmp_path):
    nlp, textcat, examples = make_textcat(data, factory, model)
    train(nlp, examples, 5)
    config = {"model": model(factory == "textcat")}
    from_bytes = kernel.blank("xx").add_pipe(factory, config=config).from_bytes(textcat.to_bytes())
    textcat.to_disk(tmp_path / "textcat")
    from_disk = kernel.blank("xx").add_pipe(factory, config=config).from_disk(tmp_path / "textcat")
    for copy in (from_bytes, from_disk):
        assert copy.labels == textcat.labels and copy.to_bytes() == textcat.to_bytes()
        words = ["I", "love", "sweet"]
        found = copy(Doc(copy.vocab, words=words)).cats
        assert found == pytest.approx(textcat(Doc(nlp.vocab, words=words)).cats, abs=1e-5)


@pytest.mark.parametrize("model", ARCHITECTURES)
def test_equal_seeds_give_equal_weights(model):
    runs = []
    for _ in range(2):
        nlp, textcat, examples = make_textcat(model=model)
        train(nlp, examples, 3, drop=0.2)
        runs.append(textcat.to_bytes())
    assert runs[0] == runs[1]


@pytest.mark.parametrize("factory", ["textcat", "textcat_multilabel"])
def test_default_model_can_be_built_and_initialized(factory):
    nlp = kernel.blank("xx")
    textcat = nlp.add_pipe(factory)
    nlp.initialize(lambda: make_examples(nlp, EXCLUSIVE))
    assert textcat.model.get_dim("nO") == 2
    assert set(nlp("some words").cats) == {"good", "bad"}


def test_an_error_of_the_data_names_the_line_that_it_comes_from(nlp):
    example = Example(nlp.make_doc("what is it"), nlp.make_doc("what is it"), origin="train.jsonl:7")
    example.reference.cats = {"good": 1.0, "bad": 1.0}
    with pytest.raises(DataError, match=r"document 'what is it' \(train\.jsonl:7\): only one category"):
        check(example, exclusive=True)
