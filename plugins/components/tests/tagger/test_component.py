"""The tagger: labels, gold, learning, what is written to documents, saving."""

import numpy as np
import pytest

import kernel
from kernel.errors import KernelError, UsageError
from kernel.tokens import Doc
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")

DATA = [
    ("I like green eggs", "N V J N"),
    ("Eat blue ham", "V J N"),
    ("She likes ham", "N V N"),
    ("Green eggs like blue ham", "J N V J N"),
    ("ham", "N"),
]
TINY = {
    "@architectures": "kernel.Tagger.v2",
    "tok2vec": {
        "@architectures": "kernel.HashEmbedCNN.v2",
        "pretrained_vectors": None,
        "width": 16,
        "depth": 1,
        "embed_size": 50,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
    },
}


def make_examples(nlp, data=DATA):
    examples = []
    for text, tags in data:
        words = text.split()
        reference = Doc(nlp.vocab, words=words, tags=tags.split() if tags else None)
        examples.append(Example(Doc(nlp.vocab, words=words), reference))
    return examples


def make_tagger(data=DATA, labels=None, **settings):
    nlp = kernel.blank("xx")
    tagger = nlp.add_pipe("tagger", config={"model": TINY, **settings})
    examples = make_examples(nlp, data)
    config = {"components": {"tagger": {"labels": labels}}} if labels else {}
    nlp.config["initialize"].update(config)
    if labels:
        tagger.initialize(lambda: examples, nlp=nlp, labels=labels)
    else:
        nlp.initialize(lambda: examples)
    return nlp, tagger, examples


def train(nlp, examples, steps=40, **settings):
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.01
    losses = {}
    for _ in range(steps):
        losses = nlp.update(examples, sgd=optimizer, losses={}, **settings)
    return losses


def tags(doc):
    return [token.tag_ for token in doc]


def test_learns_five_examples():
    nlp, _, examples = make_tagger()
    first = nlp.update(examples, sgd=False, losses={})["tagger"]
    assert train(nlp, examples)["tagger"] < first / 10
    for text, gold in DATA:
        assert tags(nlp(text)) == gold.split()
    scores = nlp.evaluate(make_examples(nlp))
    assert scores["tag_acc"] == 1.0


def test_labels_are_the_tags_of_the_data_in_order_of_the_alphabet():
    _, tagger, _ = make_tagger()
    assert tagger.labels == ("J", "N", "V")
    assert tagger.label_data == ["J", "N", "V"]


def test_given_labels_are_taken_as_they_are():
    _, tagger, _ = make_tagger(labels=["V", "N", "J", "X"])
    assert tagger.labels == ("V", "N", "J", "X")
    assert tagger.model.get_dim("nO") == 4


def test_a_negative_tag_is_no_label_of_its_own():
    _, tagger, _ = make_tagger([*DATA, ("odd", "!N"), ("!", "!")])
    assert tagger.labels == ("!", "J", "N", "V")


def test_that_there_are_no_examples_is_said():
    nlp = kernel.blank("xx")
    nlp.add_pipe("tagger")
    with pytest.raises(KernelError, match="there are no examples to learn tags from") as error:
        nlp.initialize()
    assert "initialize.components" in error.value.hint


def test_data_without_tags_is_an_error():
    with pytest.raises(KernelError, match="none of the examples has tags"):
        make_tagger([("some words", "")])


def test_an_unknown_gold_tag_is_named():
    nlp, _, _ = make_tagger()
    with pytest.raises(KernelError, match="gold tag 'Z' is not among the 3 labels"):
        nlp.update(make_examples(nlp, [("what is", "Z N")]), sgd=False)


def test_labels_cannot_be_added_to_a_trained_model():
    _, tagger, _ = make_tagger()
    assert tagger.add_label("N") == 0
    with pytest.raises(UsageError, match="can't add the label 'Z'"):
        tagger.add_label("Z")


def test_gradient_of_missing_and_misaligned_tags_is_zero():
    nlp, tagger, _ = make_tagger()
    predicted = Doc(nlp.vocab, words=["green", "eg", "gs", "I", "like", "it"], spaces=[1, 0, 1, 1, 1, 0])
    words = ["green", "eggs", "I", "li", "ke", "it"]
    reference = Doc(nlp.vocab, words=words, spaces=[1, 1, 1, 0, 1, 0], tags=["J", "N", "", "V", "N", "N"])
    example = Example(predicted, reference)
    scores = [np.full((6, 3), 1 / 3, dtype="float32")]
    loss, gradient = tagger.get_loss([example], scores)
    # Both pieces of "eggs" have its tag; the two parts of "like" differ.
    assert gradient[0].any(axis=1).tolist() == [True, True, True, False, False, True]
    assert loss == pytest.approx(float((gradient[0] ** 2).sum()))


def test_gold_follows_the_labels():
    nlp, _, _ = make_tagger(labels=["V", "N", "J"])
    _, tagger, _ = make_tagger(labels=["J", "N", "V"])
    shared = make_examples(nlp)[:1]
    other = nlp.get_pipe("tagger")
    assert other.gold(shared)[0].tolist() == [1, 0, 2, 1]
    assert tagger.gold(shared)[0].tolist() == [1, 2, 0, 1]


def test_a_batch_with_only_some_gold_learns_from_that():
    nlp, _, examples = make_tagger()
    mixed = [examples[0], *make_examples(nlp, [("no gold here", "")])]
    losses = nlp.update(mixed, sgd=False, losses={})
    alone = nlp.update(examples[:1], sgd=False, losses={})
    assert losses["tagger"] == pytest.approx(alone["tagger"])


def test_a_batch_with_nothing_to_learn_leaves_the_weights_alone():
    nlp, tagger, _ = make_tagger()
    before = tagger.to_bytes()
    losses = nlp.update(make_examples(nlp, [("no gold here", ""), ("", "")]), sgd=nlp.create_optimizer())
    assert losses == {"tagger": 0.0}
    assert tagger.to_bytes() == before


@pytest.mark.parametrize("overwrite, expected", [(False, ["N", "X", "N"]), (True, ["N", "V", "N"])])
def test_tags_that_are_set_stay_unless_overwritten(overwrite, expected):
    nlp, tagger, examples = make_tagger(overwrite=overwrite)
    train(nlp, examples)
    doc = Doc(nlp.vocab, words=["She", "likes", "ham"], tags=["", "X", ""])
    assert tags(tagger(doc)) == expected


def test_documents_do_not_share_what_they_hold():
    nlp, tagger, examples = make_tagger()
    train(nlp, examples)
    docs = list(tagger.pipe([nlp.make_doc(text) for text, _ in DATA]))
    kept = [tags(doc) for doc in docs]
    docs[0][0].tag_ = "changed"
    assert [tags(doc) for doc in docs[1:]] == kept[1:]


def test_documents_without_tokens_and_of_one_token():
    nlp, tagger, _ = make_tagger()
    docs = [nlp.make_doc(""), nlp.make_doc("one"), nlp.make_doc("")]
    assert [len(tags(doc)) for doc in tagger.pipe(docs)] == [0, 1, 0]
    assert tags(tagger(nlp.make_doc(""))) == []


def test_survives_bytes_and_disk(tmp_path):
    nlp, tagger, examples = make_tagger(label_smoothing=0.1)
    train(nlp, examples, 10)
    from_bytes = kernel.blank("xx").add_pipe("tagger", config={"model": TINY})
    from_bytes.from_bytes(tagger.to_bytes())
    tagger.to_disk(tmp_path / "tagger")
    from_disk = kernel.blank("xx").add_pipe("tagger", config={"model": TINY})
    from_disk.from_disk(tmp_path / "tagger")
    for copy in (from_bytes, from_disk):
        assert copy.labels == tagger.labels and copy.cfg == tagger.cfg
        assert copy.to_bytes() == tagger.to_bytes()
        doc = copy(Doc(copy.vocab, words=["Green", "eggs"]))
        assert tags(doc) == tags(tagger(nlp.make_doc("Green eggs")))


def test_equal_seeds_give_equal_weights():
    runs = []
    for _ in range(2):
        nlp, tagger, examples = make_tagger()
        train(nlp, examples, 5, drop=0.2)
        runs.append(tagger.to_bytes())
    assert runs[0] == runs[1]
