"""The morphologizer: labels, gold, learning, what is written to documents, saving."""

import numpy as np
import pytest

import kernel
from kernel.errors import KernelError, UsageError
from kernel.tokens import Doc
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")

DATA = [
    ("She likes ham", "PRON VERB NOUN", ["Case=Nom", "Number=Sing|Tense=Pres", "Number=Sing"]),
    ("They like eggs", "PRON VERB NOUN", ["Case=Nom", "Tense=Pres", "Number=Plur"]),
    ("Eat it !", "VERB PRON PUNCT", ["Mood=Imp", "Case=Acc,Nom", ""]),
]
CNN = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 16,
    "depth": 1,
    "embed_size": 50,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
}
TINY = {"@architectures": "kernel.Tagger.v2", "tok2vec": CNN}
LISTENER = {
    "@architectures": "kernel.Tagger.v2",
    "tok2vec": {"@architectures": "kernel.Tok2VecListener.v1", "width": 16},
}


def make_examples(nlp, data=DATA):
    examples = []
    for text, pos, morphs in data:
        words = text.split()
        reference = Doc(nlp.vocab, words=words, pos=pos.split(), morphs=morphs, tags=pos.split())
        examples.append(Example(Doc(nlp.vocab, words=words), reference))
    return examples


def make(data=DATA, **settings):
    nlp = kernel.blank("xx")
    morphologizer = nlp.add_pipe("morphologizer", config={"model": TINY, **settings})
    examples = make_examples(nlp, data)
    nlp.initialize(lambda: examples)
    return nlp, morphologizer, examples


def train(nlp, examples, steps=60):
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.01
    for _ in range(steps):
        losses = nlp.update(examples, sgd=optimizer, losses={})
    return losses


def found(doc):
    return [(token.pos_, str(token.morph)) for token in doc]


def test_learns_features_and_parts_of_speech_together():
    nlp, _, examples = make()
    train(nlp, examples)
    for text, pos, morphs in DATA:
        assert found(nlp(text)) == list(zip(pos.split(), morphs, strict=True))
    doc = nlp("Eat it !")
    assert doc[2].has_morph() and doc[1].morph.get("Case") == ["Acc", "Nom"]
    scores = nlp.evaluate(make_examples(nlp))
    assert scores["pos_acc"] == scores["morph_acc"] == scores["morph_micro_f"] == 1.0
    assert scores["morph_per_feat"]["Case"]["f"] == 1.0


def test_labels_come_from_the_data_and_may_be_given():
    _, morphologizer, _ = make()
    data = morphologizer.label_data
    assert morphologizer.labels == tuple(sorted(morphologizer.labels)) and len(morphologizer.labels) == 8
    assert data["morph"]["Number=Sing|POS=VERB|Tense=Pres"] == "Number=Sing|Tense=Pres"
    nlp = kernel.blank("xx")
    other = nlp.add_pipe("morphologizer", config={"model": TINY})
    other.initialize(lambda: make_examples(nlp), nlp=nlp, labels=data)
    assert other.labels == morphologizer.labels


def test_labels_are_added_in_one_form():
    nlp = kernel.blank("xx")
    morphologizer = nlp.add_pipe("morphologizer", config={"model": TINY})
    assert morphologizer.add_label("POS=NOUN|Number=Sing") == 1
    assert morphologizer.add_label("Number=Sing|POS=NOUN") == 0
    assert morphologizer.labels == ("Number=Sing|POS=NOUN",)
    with pytest.raises(KernelError, match="THING"):
        morphologizer.add_label("POS=THING")
    _, trained, _ = make()
    with pytest.raises(UsageError, match="can't add the label 'POS=X'"):
        trained.add_label("POS=X")


def test_what_is_missing_has_no_gradient():
    nlp, morphologizer, _ = make()
    words = ["She", "li", "kes", "ham", "x", "eggs", "y", "z"]
    spaces = [1, 0, 1, 1, 1, 1, 1, 0]
    gold = Doc(
        nlp.vocab,
        words=["She", "likes", "h", "am", "x", "eggs", "y", "z"],
        spaces=[1, 1, 0, 1, 1, 1, 1, 0],
        pos=["PRON", "VERB", "NOUN", "NOUN", "", "NOUN", "", ""],
        morphs=["Case=Nom", "Tense=Pres", "Number=Sing", "Number=Plur", None, None, "Case=Nom", "Odd=Yes"],
    )
    labels = list(morphologizer.labels)
    verb = labels.index("POS=VERB|Tense=Pres")
    # "ham" falls on two gold tokens that differ; x has neither; eggs, y and z have only one of the two, in no known label.
    expected = [labels.index("Case=Nom|POS=PRON"), verb, verb, -1, -1, -1, -1, -1]
    example = Example(Doc(nlp.vocab, words=words, spaces=spaces), gold)
    assert morphologizer.gold([example])[0].tolist() == expected
    scores = [np.full((8, len(labels)), 1 / len(labels), dtype="float32")]
    _, gradient = morphologizer.get_loss([example], scores)
    assert gradient[0].any(axis=1).tolist() == [code >= 0 for code in expected]


def test_data_without_morphology_is_an_error():
    nlp = kernel.blank("xx")
    nlp.add_pipe("morphologizer", config={"model": TINY})
    with pytest.raises(KernelError, match="none of the examples has morphological features or parts"):
        nlp.initialize(lambda: [Example(nlp.make_doc("a b"), nlp.make_doc("a b"))])


def preset(nlp):
    words = ["She", "likes", "ham"]
    return Doc(nlp.vocab, words=words, pos=["X", "", ""], morphs=["Case=Acc|Person=3", None, "Person=1"])


@pytest.mark.parametrize(
    ("overwrite", "extend", "expected"),
    [
        (True, False, [("PRON", "Case=Nom"), ("NOUN", "Number=Sing")]),
        (False, False, [("X", "Case=Acc|Person=3"), ("NOUN", "Person=1")]),
        (True, True, [("PRON", "Case=Nom|Person=3"), ("NOUN", "Number=Sing|Person=1")]),
        (False, True, [("X", "Case=Acc|Person=3"), ("NOUN", "Number=Sing|Person=1")]),
    ],
)
def test_what_is_there_already(overwrite, extend, expected):
    nlp, morphologizer, examples = make(overwrite=overwrite, extend=extend)
    train(nlp, examples)
    docs = [nlp.make_doc("She likes ham"), preset(nlp), nlp.make_doc("")]
    morphologizer.set_annotations(docs, morphologizer.predict(docs))
    assert found(docs[0]) == list(zip(DATA[0][1].split(), DATA[0][2], strict=True))
    both = found(docs[1])
    assert [both[0], both[2]] == expected and both[1] == ("VERB", "Number=Sing|Tense=Pres")


def test_documents_of_any_size():
    nlp, morphologizer, examples = make()
    train(nlp, examples, 3)
    docs = [
        nlp.make_doc(""),
        Doc(nlp.vocab, words=["ham"]),
        Doc(nlp.vocab, words=[" ", "\n", "\t"]),
        Doc(nlp.vocab, words=["eggs", "ham"] * 50_000),
        Doc(nlp.vocab, words=["食べる", "Ελλάδα", "שלום", "कहाँ", "🙂", "x" * 5000, "\u0301", "ﷺ"]),
    ]
    lengths = [len(found(doc)) for doc in morphologizer.pipe(docs)]
    assert lengths == [0, 1, 3, 100_000, 8]
    assert all(token.pos for doc in docs for token in doc[:10])


def test_shares_token_vectors_with_a_tagger():
    nlp = kernel.blank("xx")
    nlp.add_pipe("tok2vec", config={"model": CNN})
    nlp.add_pipe("tagger", config={"model": LISTENER})
    nlp.add_pipe("morphologizer", config={"model": LISTENER})
    examples = make_examples(nlp)
    nlp.initialize(lambda: examples)
    train(nlp, examples)
    doc = nlp("They like eggs")
    assert found(doc) == [("PRON", "Case=Nom"), ("VERB", "Tense=Pres"), ("NOUN", "Number=Plur")]
    assert [token.tag_ for token in doc] == ["PRON", "VERB", "NOUN"]
    with nlp.select_pipes(disable=["tagger"]):
        assert found(nlp("They like eggs")) == found(doc)


def test_a_copied_one_stays_as_it_is_while_another_learns():
    nlp, morphologizer, examples = make()
    train(nlp, examples)
    other = kernel.blank("xx")
    other.add_pipe("morphologizer", source=nlp)
    other.add_pipe("tagger", config={"model": TINY})
    copied, examples = other.get_pipe("morphologizer"), make_examples(other)
    with other.select_pipes(enable=["tagger"]):
        other.initialize(lambda: examples)
    optimizer = other.create_optimizer()
    other.update(examples, sgd=optimizer, exclude=["morphologizer"], annotates=["morphologizer"])
    assert copied.to_bytes() == morphologizer.to_bytes()
    assert found(other("She likes ham")) == found(nlp("She likes ham"))


def test_rehearses_what_it_knew():
    nlp, _, examples = make()
    train(nlp, examples)
    optimizer = nlp.resume_training()
    raw = [Example(nlp.make_doc("They like ham"), nlp.make_doc("They like ham"))]
    assert nlp.rehearse(raw, sgd=optimizer, losses={})["morphologizer"] == 0.0
    train(nlp, make_examples(nlp, DATA[:1]), 20)
    assert nlp.rehearse(raw, sgd=optimizer, losses={})["morphologizer"] > 0.0


def test_survives_bytes_and_disk(tmp_path):
    nlp, morphologizer, examples = make(label_smoothing=0.1, extend=True)
    train(nlp, examples, 5)
    morphologizer.to_disk(tmp_path / "one")
    for read in (
        lambda new: new.from_bytes(morphologizer.to_bytes()),
        lambda new: new.from_disk(tmp_path / "one"),
    ):
        copy = kernel.blank("xx").add_pipe("morphologizer", config={"model": TINY})
        read(copy)
        assert copy.cfg == morphologizer.cfg and copy.to_bytes() == morphologizer.to_bytes()
        assert found(copy(Doc(copy.vocab, words=["She", "eats"]))) == found(nlp("She eats"))


def test_findings(look, nlp):
    examples = make_examples(nlp)
    assert look("morphologizer", examples).has("info", "normalized entropy")
    empty = [Example(nlp.make_doc("a"), nlp.make_doc("a"))]
    assert look("morphologizer", empty).has("fail", "no token to train on has a label")
    assert nlp.create_pipe("morphologizer").gold_labels(examples)["Case=Nom|POS=PRON"] == 2
