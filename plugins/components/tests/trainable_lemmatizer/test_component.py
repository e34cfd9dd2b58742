"""The lemmatizer that learns: edit trees as labels, gold, learning, what is written to documents, saving."""

import json
from itertools import pairwise

import numpy as np
import pytest

import kernel
from kernel.errors import DataError, KernelError, UsageError
from kernel.tokens import Doc
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")

DATA = [
    ("The dogs barked", "the dog bark"),
    ("She walks and talks", "she walk and talk"),
    ("Cats walked", "cat walk"),
    ("They talked and barked", "they talk and bark"),
    ("dogs", "dog"),
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
SAME, NO_S, NO_ED = "*", '* "s">""', '* "ed">""'


def make_examples(nlp, data=DATA):
    examples = []
    for text, lemmas in data:
        words = text.split()
        reference = Doc(nlp.vocab, words=words, lemmas=lemmas.split(" ") if lemmas else None)
        examples.append(Example(Doc(nlp.vocab, words=words), reference))
    return examples


def make_lemmatizer(data=DATA, labels=None, **settings):
    nlp = kernel.blank("xx")
    config = {"model": TINY, "min_tree_freq": 1, **settings}
    lemmatizer = nlp.add_pipe("trainable_lemmatizer", config=config)
    examples = make_examples(nlp, data)
    if labels:
        nlp.config["initialize"]["components"] = {"trainable_lemmatizer": {"labels": labels}}
    nlp.initialize(lambda: examples)
    return nlp, lemmatizer, examples


def train(nlp, examples, steps=40, **settings):
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.01
    losses = {}
    for _ in range(steps):
        losses = nlp.update(examples, sgd=optimizer, losses={}, **settings)
    return losses


def lemmas(doc):
    return [token.lemma_ for token in doc]


def test_learns_five_examples_and_words_that_it_has_not_seen():
    nlp, _, examples = make_lemmatizer()
    first = nlp.update(examples, sgd=False, losses={})["trainable_lemmatizer"]
    assert train(nlp, examples)["trainable_lemmatizer"] < first / 10
    for text, gold in DATA:
        assert lemmas(nlp(text)) == gold.split()
    assert nlp.evaluate(make_examples(nlp))["lemma_acc"] == 1.0
    assert lemmas(nlp("She walked")) == ["she", "walk"]


def test_labels_are_the_trees_of_the_data_the_most_frequent_first():
    _, lemmatizer, _ = make_lemmatizer()
    assert lemmatizer.labels == (NO_ED, NO_S, '"T">"t" *', SAME, '"C">"c" * "s">""', '"S">"s" *')
    assert lemmatizer.hide_labels


def test_rare_trees_are_no_labels():
    _, lemmatizer, _ = make_lemmatizer(min_tree_freq=3)
    assert lemmatizer.labels == (NO_ED, NO_S)
    assert lemmatizer.model.get_dim("nO") == 2
    with pytest.raises(KernelError, match="no edit tree of the lemmas in the examples occurs 9 times"):
        make_lemmatizer(min_tree_freq=9)


def test_a_rare_tree_is_missing_in_the_gold():
    _, lemmatizer, examples = make_lemmatizer(min_tree_freq=3)
    assert [gold.tolist() for gold in lemmatizer.gold(examples[:3])] == [[-1, 1, 0], [-1, 1, -1, 1], [-1, 0]]


def test_label_data_are_read_as_they_were_written():
    _, first, _ = make_lemmatizer()
    data = json.loads(json.dumps(first.label_data))
    assert data.keys() == {"trees", "labels"}
    data["labels"] = data["labels"][::-1]
    _, second, _ = make_lemmatizer([("unheard of", "unheard of")], labels=data)
    assert second.labels == first.labels[::-1]


def test_data_without_lemmas_is_an_error():
    with pytest.raises(KernelError, match="none of the examples has lemmas"):
        make_lemmatizer([("some words", "")])


def test_labels_cannot_be_added():
    _, lemmatizer, _ = make_lemmatizer()
    assert lemmatizer.add_label(SAME) == 0
    with pytest.raises(UsageError, match="an edit tree can't be added"):
        lemmatizer.add_label('* "en">""')


@pytest.mark.parametrize("backoff", ["tag", "is_alpha", "lemma"])
def test_what_is_no_text_of_a_form_is_no_backoff(backoff):
    with pytest.raises(KernelError, match=f"backoff is '{backoff}'"):
        make_lemmatizer(backoff=backoff)


def test_gradient_of_missing_and_misaligned_lemmas_is_zero():
    nlp, lemmatizer, _ = make_lemmatizer()
    predicted = Doc(nlp.vocab, words=["dogs", "bar", "ked", "I", "like", "it"], spaces=[1, 0, 1, 1, 1, 0])
    words = ["dogs", "barked", "I", "li", "ke", "it"]
    gold = ["dog", "bark", "", "x", "like", "it"]
    reference = Doc(nlp.vocab, words=words, spaces=[1, 1, 1, 0, 1, 0], lemmas=gold)
    example = Example(predicted, reference)
    scores = [np.full((6, 6), 1 / 6, dtype="float32")]
    loss, gradient = lemmatizer.get_loss([example], scores)
    # The pieces of "barked" have its lemma, but no tree that is a label makes that of them.
    assert gradient[0].any(axis=1).tolist() == [True, False, False, False, False, True]
    assert loss == pytest.approx(float((gradient[0] ** 2).sum()))


def test_a_batch_with_only_some_gold_learns_from_that():
    nlp, _, examples = make_lemmatizer()
    mixed = [examples[0], *make_examples(nlp, [("no gold here", "")])]
    losses = nlp.update(mixed, sgd=False, losses={})
    alone = nlp.update(examples[:1], sgd=False, losses={})
    assert losses["trainable_lemmatizer"] == pytest.approx(alone["trainable_lemmatizer"])


def test_a_batch_with_nothing_to_learn_leaves_the_weights_alone():
    nlp, lemmatizer, _ = make_lemmatizer()
    before = lemmatizer.to_bytes()
    data = [("no gold here", ""), ("", ""), ("rare", "seldom")]
    losses = nlp.update(make_examples(nlp, data), sgd=nlp.create_optimizer())
    assert losses == {"trainable_lemmatizer": 0.0}
    assert lemmatizer.to_bytes() == before


@pytest.mark.parametrize(("overwrite", "expected"), [(False, ["x", "dog"]), (True, ["the", "dog"])])
def test_lemmas_that_are_set_stay_unless_overwritten(overwrite, expected):
    nlp, lemmatizer, examples = make_lemmatizer(overwrite=overwrite)
    train(nlp, examples)
    doc = Doc(nlp.vocab, words=["The", "dogs"], lemmas=["x", ""])
    assert lemmas(lemmatizer(doc)) == expected


def chosen(lemmatizer, words, trees):
    """The lemmas of words for which some trees were predicted."""
    doc = Doc(lemmatizer.vocab, words=words)
    numbers = [[lemmatizer.labels.index(tree) for tree in row] for row in trees]
    lemmatizer.set_annotations([doc], np.array(numbers))
    return lemmas(doc)


def test_the_best_tree_that_fits_makes_the_lemma():
    _, lemmatizer, _ = make_lemmatizer()
    words = ["Dogs", "Dogs", "s"]
    assert chosen(lemmatizer, words, [[NO_S, SAME], [NO_ED, NO_S], [NO_S, SAME]]) == ["Dog", "Dog", "s"]


@pytest.mark.parametrize(("backoff", "expected"), [("orth", "Dogs"), ("lower", "dogs"), (None, "")])
def test_where_no_tree_fits_there_is_the_backoff(backoff, expected):
    _, lemmatizer, _ = make_lemmatizer(backoff=backoff)
    assert chosen(lemmatizer, ["Dogs", "Dogs"], [[NO_ED], [NO_S]]) == [expected, "Dog"]


def test_as_many_of_the_best_trees_are_tried_as_top_k_says():
    nlp, lemmatizer, _ = make_lemmatizer(top_k=2)
    model = lemmatizer.model
    output = next(node for node in model.walk() if node.has_param("b") and node.maybe_get_dim("nO") == 6)
    output.set_param("b", np.array([3, 2, 1, 0, 0, 0], dtype="f"))
    assert lemmatizer.predict([nlp.make_doc("dogs cat")]).tolist() == [[0, 1], [0, 1]]
    assert lemmas(lemmatizer(nlp.make_doc("dogs cat barked"))) == ["dog", "cat", "bark"]
    lemmatizer.cfg["top_k"] = 100
    assert lemmas(lemmatizer(nlp.make_doc("dogs cat The"))) == ["dog", "cat", "the"]


def test_what_is_remembered_of_words_is_bounded(monkeypatch):
    from kernel_components.edit_trees import lemmas as module

    monkeypatch.setattr(module, "MOST", 10)
    _, lemmatizer, _ = make_lemmatizer()
    for start in range(0, 40, 8):
        words = [f"w{number}s" for number in range(start, start + 8)] * 2
        assert chosen(lemmatizer, words, [[NO_S]] * 16) == [word[:-1] for word in words]
    table = lemmatizer.vocab.lexemes
    assert len(lemmatizer._lemmas._known[table]) <= 10


def test_documents_of_several_generations():
    nlp, lemmatizer, examples = make_lemmatizer()
    train(nlp, examples)
    nlp.vocab.lexeme_limit = 1
    docs = [nlp.make_doc(text) for text, _ in DATA] + [nlp.make_doc("")]
    assert len({id(doc.table) for doc in docs}) > 1
    lemmatizer.set_annotations(docs, lemmatizer.predict(docs))
    assert [lemmas(doc) for doc in docs] == [*(gold.split() for _, gold in DATA), []]


def test_documents_without_tokens_of_one_token_and_of_spaces():
    nlp, lemmatizer, _ = make_lemmatizer()
    docs = [nlp.make_doc(text) for text in ("", "one", "", "   ", "\n \t")]
    assert [len(lemmas(doc)) for doc in lemmatizer.pipe(docs)] == [len(doc) for doc in docs]
    assert lemmas(lemmatizer(nlp.make_doc(""))) == []
    assert lemmas(docs[3]) == [docs[3].text]


def test_every_script_and_words_of_any_length():
    alphabet = [
        chr(code) for code in (*range(0x21, 0x3000, 7), *range(0x4E00, 0xD7FF, 97), 0x1F600, 0x10FFFD)
    ]
    words = [*map("".join, pairwise(alphabet)), "x" * 5000, "\ud800s"]
    pairs = [(word + "s", word) for word in words] + [(word, word[::-1]) for word in words]
    nlp = kernel.blank("xx")
    lemmatizer = nlp.add_pipe("trainable_lemmatizer", config={"model": TINY, "min_tree_freq": 1})
    doc = Doc(nlp.vocab, words=[form for form, _ in pairs])
    gold = Doc(nlp.vocab, words=[form for form, _ in pairs], lemmas=[lemma for _, lemma in pairs])
    example = Example(doc, gold)
    nlp.initialize(lambda: [example])
    assert len(lemmatizer.labels) > 1000
    again = lemmatizer.from_bytes(lemmatizer.to_bytes())
    (classes,) = again.gold([example])
    again.set_annotations([doc], classes[:, None])
    assert lemmas(doc) == [lemma for _, lemma in pairs]


def test_a_document_of_100_000_tokens():
    nlp, lemmatizer, _ = make_lemmatizer()
    words = [f"w{number % 5000}s" for number in range(100_000)]
    doc = lemmatizer(Doc(nlp.vocab, words=words))
    assert set(lemmas(doc)) <= {*words, *(word[:-1] for word in words)}
    reference = Doc(nlp.vocab, words=words, lemmas=[word[:-1] for word in words])
    losses = nlp.update([Example(Doc(nlp.vocab, words=words), reference)], sgd=False, losses={})
    assert losses["trainable_lemmatizer"] > 0


def test_survives_bytes_and_disk(tmp_path):
    nlp, lemmatizer, examples = make_lemmatizer()
    train(nlp, examples, 10)
    from_bytes = kernel.blank("xx").add_pipe("trainable_lemmatizer", config={"model": TINY})
    from_bytes.from_bytes(lemmatizer.to_bytes())
    lemmatizer.to_disk(tmp_path / "it")
    assert {file.name for file in (tmp_path / "it").iterdir()} == {"cfg", "model", "trees"}
    from_disk = kernel.blank("xx").add_pipe("trainable_lemmatizer", config={"model": TINY})
    from_disk.from_disk(tmp_path / "it")
    for copy in (from_bytes, from_disk):
        assert copy.labels == lemmatizer.labels and copy.cfg == lemmatizer.cfg
        assert copy.to_bytes() == lemmatizer.to_bytes()
        doc = copy(Doc(copy.vocab, words=["The", "cats", "barked"]))
        assert lemmas(doc) == lemmas(lemmatizer(nlp.make_doc("The cats barked")))


def test_damaged_trees_are_told(tmp_path):
    _, lemmatizer, _ = make_lemmatizer()
    lemmatizer.to_disk(tmp_path)
    (tmp_path / "trees").write_bytes(b"{}")
    with pytest.raises(DataError, match="labels of edit trees are a table"):
        lemmatizer.from_disk(tmp_path)


def test_equal_seeds_give_equal_weights():
    runs = []
    for _ in range(2):
        nlp, lemmatizer, examples = make_lemmatizer()
        train(nlp, examples, 5, drop=0.2)
        runs.append(lemmatizer.to_bytes())
    assert runs[0] == runs[1]
