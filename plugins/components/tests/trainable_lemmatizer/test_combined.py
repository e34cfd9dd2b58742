"""Lemmas together with other components: shared vectors, frozen, copied, saved, in processes and threads."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import kernel
from kernel.tokens import Doc
from kernel.training import Example

pytestmark = pytest.mark.needs("kernel-nlp-architectures", "kernel-nlp-languages")

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
LISTENER = {"@architectures": "kernel.Tok2VecListener.v1", "width": 16}
TEXTS = ["The dogs barked", "She walks and talks", "Cats walked", "They talked and barked"]
LEMMAS = ["the dog bark", "she walk and talk", "cat walk", "they talk and bark"]


def examples(nlp):
    made = []
    for text, lemmas in zip(TEXTS, LEMMAS, strict=True):
        words = text.split()
        tags = [word[-1] for word in words]
        reference = Doc(nlp.vocab, words=words, lemmas=lemmas.split(), tags=tags)
        made.append(Example(nlp.make_doc(text), reference))
    return made


@pytest.fixture(scope="module")
def trained():
    nlp = kernel.blank("xx")
    nlp.add_pipe("tok2vec", config={"model": CNN})
    for name in ("tagger", "trainable_lemmatizer"):
        config = {"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": LISTENER}}
        nlp.add_pipe(name, config={**config, **({"min_tree_freq": 1} if name != "tagger" else {})})
    nlp.initialize(lambda: examples(nlp))
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.02
    for _ in range(60):
        nlp.update(examples(nlp), sgd=optimizer)
    return nlp


def lemmas(docs):
    return [[token.lemma_ for token in doc] for doc in docs]


GOLD = [text.split() for text in LEMMAS]


def test_learns_beside_a_tagger_on_shared_vectors(trained):
    assert lemmas(trained.pipe(TEXTS)) == GOLD
    scores = trained.evaluate(examples(trained))
    assert scores["lemma_acc"] == scores["tag_acc"] == 1.0


def test_saved_it_predicts_the_same_also_in_processes_and_threads(trained, tmp_path):
    trained.to_disk(tmp_path)
    nlp = kernel.load(tmp_path)
    assert nlp.to_bytes() == kernel.load(tmp_path).to_bytes()
    assert lemmas(nlp.pipe(TEXTS * 8, n_process=2, batch_size=8)) == GOLD * 8
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: lemmas(nlp.pipe(TEXTS)), range(16))) == [GOLD] * 16


def test_a_copied_and_frozen_one_stays_as_it_is_while_another_learns(trained):
    nlp = kernel.blank("xx")
    for name in ("tok2vec", "trainable_lemmatizer"):
        nlp.add_pipe(name, source=trained)
    nlp.add_pipe("tagger", config={"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": CNN}})
    frozen = ["tok2vec", "trainable_lemmatizer"]
    nlp.config["training"].update(frozen_components=frozen, annotating_components=frozen)
    nlp.initialize(lambda: examples(nlp))
    before = nlp.get_pipe("trainable_lemmatizer").to_bytes()
    nlp.update(examples(nlp), annotates=frozen, exclude=frozen)
    assert nlp.get_pipe("trainable_lemmatizer").to_bytes() == before
    assert lemmas(nlp.pipe(TEXTS)) == GOLD


def test_it_may_learn_on_after_it_was_copied(trained):
    nlp = kernel.blank("xx")
    for name in ("tok2vec", "trainable_lemmatizer"):
        nlp.add_pipe(name, source=trained)
    optimizer = nlp.resume_training()
    for _ in range(3):
        nlp.update(examples(nlp), sgd=optimizer)
    assert nlp.get_pipe("trainable_lemmatizer").labels == trained.get_pipe("trainable_lemmatizer").labels
    assert lemmas(nlp.pipe(TEXTS)) == GOLD
