"""The shared tok2vec: what listeners get, how their gradients come back, what is saved."""

import numpy as np
import pytest

import kernel
from kernel.errors import KernelError
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")

WIDTH = 16
SOURCE = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": WIDTH,
    "depth": 1,
    "embed_size": 50,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
}
LISTENER = {"@architectures": "kernel.Tok2VecListener.v1", "width": WIDTH, "upstream": "tok2vec"}
BOW = {
    "@architectures": "kernel.TextCatBOW.v3",
    "exclusive_classes": True,
    "ngram_size": 1,
    "no_output_layer": False,
}
TAGGER = {"@architectures": "kernel.Tagger.v2", "tok2vec": LISTENER}
TEXTCAT = {
    "@architectures": "kernel.TextCatEnsemble.v2",
    "tok2vec": LISTENER,
    "linear_model": {**BOW, "length": 64},
}
DATA = [
    ("green eggs", "J N", {"food": 1.0, "talk": 0.0}),
    ("I say so", "N V R", {"food": 0.0, "talk": 1.0}),
    ("ham", "N", {"food": 1.0, "talk": 0.0}),
]


def make_examples(nlp, data=DATA):
    examples = []
    for text, tags, cats in data:
        words = text.split()
        gold = {"words": words, "cats": cats, **({"tags": tags.split()} if tags else {})}
        examples.append(Example.from_dict(nlp.make_doc(text), gold))
    return examples


def make_pipeline(*names):
    nlp = kernel.blank("xx")
    nlp.add_pipe("tok2vec", config={"model": SOURCE})
    for name, model in (("tagger", TAGGER), ("textcat", TEXTCAT)):
        if name in names:
            nlp.add_pipe(name, config={"model": model})
    examples = make_examples(nlp)
    nlp.initialize(lambda: examples)
    return nlp, examples


def test_sets_the_vectors_of_each_token():
    nlp, _ = make_pipeline()
    docs = list(nlp.pipe(["green eggs", "", "ham"]))
    assert [doc.tensor.shape for doc in docs] == [(2, WIDTH), (0, WIDTH), (1, WIDTH)]


def test_a_document_that_is_kept_does_not_keep_the_vectors_of_its_batch():
    nlp, _ = make_pipeline("tagger")
    kept = next(iter(list(nlp.pipe(["green eggs"] * 50))))
    np.testing.assert_allclose(kept.tensor, nlp("green eggs").tensor, atol=1e-6)
    array = kept.tensor
    while array.base is not None:
        array = array.base
    assert array.nbytes == kept.tensor.nbytes == 2 * WIDTH * 4
    # And listeners find them, as long as it has them.
    with nlp.select_pipes(disable=["tok2vec"]):
        assert len(nlp(kept)) == 2


def test_vectors_stay_what_they_were():
    nlp, _ = make_pipeline()
    docs = list(nlp.pipe(["green eggs", "ham and eggs"]))
    kept = [doc.tensor.copy() for doc in docs]
    list(nlp.pipe(["something else", "and more of it"] * 5))
    assert all(np.array_equal(doc.tensor, vectors) for doc, vectors in zip(docs, kept, strict=True))


def test_listeners_learn_together():
    nlp, examples = make_pipeline("tagger", "textcat")
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.01
    for _ in range(60):
        losses = nlp.update(examples, sgd=optimizer, losses={})
    assert set(losses) == {"tok2vec", "tagger", "textcat"}
    for text, tags, cats in DATA:
        doc = nlp(text)
        assert [token.tag_ for token in doc] == tags.split()
        assert (doc.cats["food"] > 0.5) == bool(cats["food"])


def test_loss_is_the_squared_gradient_that_came_back():
    nlp, examples = make_pipeline("tagger")
    train_a_little(nlp, examples)
    tok2vec = nlp.get_pipe("tok2vec")
    came_back = []
    publish = tok2vec.channel.publish

    def spy(docs, outputs, backprop):
        def keep(gradients):
            came_back.extend(gradients)
            return backprop(gradients)

        publish(docs, outputs, keep)

    tok2vec.channel.publish = spy
    losses = nlp.update(examples, sgd=False, losses={})
    expected = sum(float((part**2).sum()) for part in came_back)
    assert losses["tok2vec"] == pytest.approx(expected) and expected > 0


def train_a_little(nlp, examples):
    # The output layer starts with zeros, which let no gradient through.
    nlp.update(examples, sgd=nlp.create_optimizer())


def test_one_listener_may_have_nothing_to_learn():
    nlp, examples = make_pipeline("tagger", "textcat")
    train_a_little(nlp, examples)
    only_cats = make_examples(nlp, [("green ham", "", {"food": 1.0, "talk": 0.0})])
    only_tags = make_examples(nlp, [("green ham", "J N", {})])
    losses = nlp.update(only_cats, sgd=False, losses={})
    assert losses["tagger"] == 0.0 and losses["tok2vec"] > 0
    losses = nlp.update(only_tags, sgd=False, losses={})
    assert losses["textcat"] == 0.0 and losses["tok2vec"] > 0


def test_nothing_comes_back_if_nobody_learns():
    nlp, examples = make_pipeline("tagger", "textcat")
    train_a_little(nlp, examples)
    source = nlp.get_pipe("tok2vec").model
    for data in ([("green ham", "", {})], [("", "", {})]):
        losses = nlp.update(make_examples(nlp, data), sgd=False, losses={})
        assert losses == {"tok2vec": 0.0, "tagger": 0.0, "textcat": 0.0}
        gradients = [node.get_grad(name) for node in source.walk() for name in node.param_names]
        assert not any(gradient.any() for gradient in gradients)


def test_gradient_of_a_listener_is_the_gradient_of_its_own_copy():
    """Sharing changes nothing: with one listener the source learns what a tok2vec inside the component would."""
    nlp, examples = make_pipeline("tagger")
    train_a_little(nlp, examples)
    alone = kernel.blank("xx")
    alone.add_pipe("tagger", config={"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": SOURCE}})
    alone.initialize(lambda: make_examples(alone))
    copy = alone.get_pipe("tagger").model
    source, head = nlp.get_pipe("tok2vec").model, nlp.get_pipe("tagger").model.get_ref("softmax")
    pairs = [
        *zip(source.walk(), copy.get_ref("tok2vec").walk(), strict=True),
        (head, copy.get_ref("softmax")),
    ]
    for theirs, ours in pairs:
        for name in theirs.param_names:
            ours.set_param(name, theirs.get_param(name).copy())
            for node in (theirs, ours):
                if node.has_grad(name):
                    node.set_grad(name, node.get_grad(name) * 0)
    nlp.update(examples, sgd=False)
    alone.update(make_examples(alone), sgd=False)
    for theirs, ours in pairs:
        for name in theirs.param_names:
            assert np.allclose(theirs.get_grad(name), ours.get_grad(name), atol=1e-6), (theirs.name, name)


def test_prediction_without_the_source_is_an_error():
    nlp, _ = make_pipeline("tagger")
    with nlp.select_pipes(disable=["tok2vec"]), pytest.raises(KernelError, match="tagger"):
        nlp("green eggs")


def test_survives_bytes_and_disk(tmp_path):
    nlp, _ = make_pipeline()
    tok2vec = nlp.get_pipe("tok2vec")
    tok2vec.to_disk(tmp_path / "tok2vec")
    for read in (
        lambda copy: copy.from_bytes(tok2vec.to_bytes()),
        lambda copy: copy.from_disk(tmp_path / "tok2vec"),
    ):
        copy = kernel.blank("xx").add_pipe("tok2vec", config={"model": SOURCE})
        read(copy)
        assert copy.to_bytes() == tok2vec.to_bytes()
