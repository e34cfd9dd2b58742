"""A training loop written by hand, with components and languages from their packages."""

import random

import numpy as np
import pytest

import kernel
from kernel.errors import KernelWarning, UsageError
from kernel.language import Language
from kernel.tokens import Doc
from kernel.training import Example
from kernel.vocab import Vocab


def marked(text, **labels):
    return text, [(text.index(part), text.index(part) + len(part), label) for part, label in labels.items()]


TRAIN = [
    marked("Facebook released React in 2014", Facebook="ORG", React="TECHNOLOGY", **{"2014": "DATE"}),
    marked("Google uses Python since 2003", Google="ORG", Python="TECHNOLOGY", **{"2003": "DATE"}),
    marked("In 1998 nobody had heard of Google", **{"1998": "DATE", "Google": "ORG"}),
    marked("I like London and Berlin."),
]
SMALL = {
    "model": {
        "tok2vec": {
            "@architectures": "kernel.HashEmbedCNN.v2",
            "pretrained_vectors": None,
            "width": 32,
            "depth": 2,
            "embed_size": 500,
            "window_size": 1,
            "maxout_pieces": 3,
            "subword_features": True,
        }
    }
}
LISTENER = {"@architectures": "kernel.Tok2VecListener.v1", "width": 32, "upstream": "*"}


@pytest.fixture(autouse=True)
def seeded():
    random.seed(0)
    np.random.seed(0)


def examples(nlp):
    return [Example.from_dict(nlp.make_doc(text), {"entities": entities}) for text, entities in TRAIN]


def found(nlp):
    return [[(e.start_char, e.end_char, e.label_) for e in nlp(text).ents] for text, _ in TRAIN]


def train(nlp, optimizer, epochs=40, **options):
    data = examples(nlp)
    for _ in range(epochs):
        random.shuffle(data)
        losses = {}
        for example in data:
            nlp.update([example], drop=0.1, sgd=optimizer, losses=losses, **options)
    return losses


def test_a_recogniser_learns_its_examples(tmp_path):
    nlp = kernel.blank("en")
    ner = nlp.add_pipe("ner", config=SMALL)
    for label in ("ORG", "TECHNOLOGY", "DATE"):
        ner.add_label(label)
    with pytest.warns(KernelWarning, match="initialize"):
        optimizer = nlp.begin_training()
    losses = train(nlp, optimizer)
    assert losses["ner"] < 1
    assert found(nlp) == [entities for _, entities in TRAIN]
    nlp.to_disk(tmp_path / "model")
    loaded = kernel.load(tmp_path / "model")
    assert found(loaded) == found(nlp)
    assert [doc.to_bytes() for doc in loaded.pipe(text for text, _ in TRAIN)] == [
        nlp(text).to_bytes() for text, _ in TRAIN
    ]


def test_components_that_share_an_embedding_learn_together(tmp_path):
    nlp = kernel.blank("en")
    nlp.add_pipe("tok2vec", config={"model": SMALL["model"]["tok2vec"]})
    nlp.add_pipe("ner", config={"model": {"tok2vec": LISTENER}})
    nlp.add_pipe("tagger", config={"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": LISTENER}})
    data = examples(nlp)
    for example in data:
        for token in example.reference:
            token.tag_ = "CAP" if token.text.istitle() else "LOW"
    optimizer = nlp.initialize(lambda: data)
    first, losses = {}, {}
    nlp.update(data, sgd=optimizer, losses=first)
    for _ in range(80):
        losses = {}
        nlp.update(data, drop=0.1, sgd=optimizer, losses=losses)
    assert set(losses) == {"tok2vec", "ner", "tagger"}
    assert losses["ner"] < 0.2 * first["ner"] and losses["tagger"] < 0.2 * first["tagger"]
    scores = nlp.evaluate(data)
    assert scores["tag_acc"] > 0.9 and scores["ents_f"] > 0.9 and scores["token_acc"] == 1.0
    nlp.to_disk(tmp_path / "model")
    assert kernel.load(tmp_path / "model").evaluate(data)["ents_f"] == scores["ents_f"]


def test_frozen_and_annotating_components_in_a_loop():
    nlp = kernel.blank("en")
    nlp.add_pipe("tok2vec", config={"model": SMALL["model"]["tok2vec"]})
    nlp.add_pipe("ner", config={"model": {"tok2vec": LISTENER}})
    optimizer = nlp.initialize(lambda: examples(nlp))
    frozen, trained = nlp.get_pipe("tok2vec").to_bytes(), nlp.get_pipe("ner").to_bytes()
    train(nlp, optimizer, 2, exclude=["tok2vec"], annotates=["tok2vec"])
    assert nlp.get_pipe("tok2vec").to_bytes() == frozen
    assert nlp.get_pipe("ner").to_bytes() != trained


def test_a_sourced_recogniser_with_a_copy_of_its_embedding(tmp_path):
    source = kernel.blank("en")
    source.add_pipe("tok2vec", config={"model": SMALL["model"]["tok2vec"]})
    source.add_pipe("ner", config={"model": {"tok2vec": LISTENER}})
    optimizer = source.initialize(lambda: examples(source))
    train(source, optimizer, 20)
    source.to_disk(tmp_path / "source")
    block = {"source": str(tmp_path / "source"), "replace_listeners": ["model.tok2vec"]}
    nlp = Language.from_config({"nlp": {"lang": "en", "pipeline": ["ner"]}, "components": {"ner": block}})
    assert found(nlp) == found(source)
    assert nlp.config["components"]["ner"]["model"]["tok2vec"]["@architectures"] == "kernel.HashEmbedCNN.v2"
    nlp.to_disk(tmp_path / "alone")
    assert found(kernel.load(tmp_path / "alone")) == found(source)


def test_a_copy_of_an_embedding_carries_no_variables_into_another_config(tmp_path):
    model = {**SMALL["model"]["tok2vec"], "width": "${components.tok2vec.model.depth}", "depth": 2}
    listener = {**LISTENER, "width": 2}
    config = {"nlp": {"lang": "en", "pipeline": ["tok2vec", "ner"]}}
    config["components"] = {
        "tok2vec": {"factory": "tok2vec", "model": model},
        "ner": {"factory": "ner", "model": {"tok2vec": listener}},
    }
    source = Language.from_config(config)
    source.initialize(lambda: examples(source))
    source.to_disk(tmp_path / "source")
    block = {"source": str(tmp_path / "source"), "replace_listeners": ["model.tok2vec"]}
    nlp = Language.from_config({"nlp": {"lang": "en", "pipeline": ["ner"]}, "components": {"ner": block}})
    nlp.to_disk(tmp_path / "alone")
    assert found(kernel.load(tmp_path / "alone")) == found(source)


def test_equal_seeds_give_equal_weights():
    made = []
    for _ in range(2):
        random.seed(1)
        np.random.seed(1)
        nlp = kernel.blank("en")
        nlp.add_pipe("ner", config=SMALL)
        optimizer = nlp.initialize(lambda nlp=nlp: examples(nlp))
        train(nlp, optimizer, 2)
        made.append(nlp.get_pipe("ner").to_bytes())
    assert made[0] == made[1]


def test_the_data_structures_of_the_tutorial():
    with pytest.warns(KernelWarning, match="tag_map"):
        vocab = Vocab(tag_map={"N": {"pos": "NOUN"}, "V": {"pos": "VERB"}})
    words = ["I", "like", "stuff"]
    predicted, reference = Doc(vocab, words=words), Doc(vocab, words=words)
    tags = ["NOUN", "VERB", "NOUN"]
    numbers = [vocab.strings.add(tag) for tag in tags]
    reference = reference.from_array("TAG", np.array(numbers, dtype="uint64"))
    example = Example(predicted, reference)
    assert example.get_aligned("TAG", as_string=True) == tags
    assert Example.from_dict(predicted, {"tags": tags}).get_aligned("TAG", as_string=True) == tags
    doc = Doc(vocab, words=["Facebook", "released", "React", "in", "2014"])
    biluo = Example.from_dict(doc, {"entities": ["U-ORG", "O", "U-TECHNOLOGY", "O", "U-DATE"]})
    assert [ent.label_ for ent in biluo.reference.ents] == ["ORG", "TECHNOLOGY", "DATE"]
    with pytest.raises(UsageError, match="from_dict"):
        kernel.blank("en").update(["text"], [{"entities": []}])
